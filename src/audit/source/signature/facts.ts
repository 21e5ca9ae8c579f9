/** What is known of a commit's signature: information for a reader, and never a reason for trust by itself. */
export type SignatureFacts =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'ssh';
      readonly keyType: string;
      /** `SHA256:…` as ssh-keygen shows it. */
      readonly fingerprint: string;
      /** `good`: it is that key's over this commit; whose key it is, nobody said. */
      readonly state: 'good' | 'bad' | 'not-verified';
      readonly why: string | undefined;
    }
  | {
      readonly kind: 'openpgp';
      /** Upper-case hex: the issuer's fingerprint, or its key id where the signature names no more; undefined for neither. */
      readonly issuer: string | undefined;
      readonly state: 'good' | 'bad' | 'not-verified';
      readonly why: string | undefined;
    }
  | {
      readonly kind: 'x509';
      /** What the certificate in it says; nobody verified it. */
      readonly identity: string | undefined;
      readonly issuer: string | undefined;
    }
  /** A signature that cannot be read. */
  | { readonly kind: 'malformed'; readonly why: string };
