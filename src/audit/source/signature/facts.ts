/** A signature of a certificate's key, as gitsign makes it, taken out of its CMS. Nothing of it is verified but `fits`. */
export interface X509Material {
  /** The signer's certificate, DER. */
  readonly leaf: Uint8Array;
  /** The signed attributes, DER: what the key signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** The digest in the signed attributes is that of the commit. */
  readonly fits: boolean;
  /** The entry of a transparency log that came along, in protobuf's bytes. */
  readonly logEntry: Uint8Array | undefined;
}

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
      /** By what it can be verified; undefined where that cannot be read. */
      readonly material: X509Material | undefined;
      /** Why there is no material. */
      readonly why: string | undefined;
    }
  /** A signature that cannot be read. */
  | { readonly kind: 'malformed'; readonly why: string };
