import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { stringOf } from '../base/json.ts';
import { type BundleContent, type BundleSigner, checkEnvelope, checkMaterial, checkMessage } from './bundle-shape.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { type BundleVersion, versionOf } from './media-type.ts';

interface Parts {
  readonly version: BundleVersion;
  readonly content: BundleContent;
  /** The library's form of the same. */
  readonly bundle: Bundle;
}

/** A bundle whose shape is right. Nothing in it is believed yet. */
export interface SignedBundle extends Parts {
  /** The certificate of the key that signed, DER. */
  readonly leaf: Uint8Array;
}

/** A bundle signed with a key that somebody keeps. It says nothing of who that is, and counts for nothing without the key. */
export interface KeyBundle extends Parts {
  /** By what the signer calls the key; empty for nothing. */
  readonly hint: string;
}

const FIELDS = ['mediaType', 'verificationMaterial', 'dsseEnvelope', 'messageSignature'];

const contentOf = (envelope: unknown, message: unknown, what: string): BundleContent => {
  if (envelope !== undefined && message !== undefined) {
    throw new ProvenanceError('bad-bundle', `${what} has both an envelope and a message signature`);
  }
  return message === undefined
    ? checkEnvelope(envelope, `${what}.dsseEnvelope`)
    : checkMessage(message, `${what}.messageSignature`);
};

const read = <T>(value: unknown, what: string, signedBy: (signer: BundleSigner, where: string) => T): Parts & T =>
  guarded('bad-bundle', what, () => {
    const fields = fieldsOf(value, FIELDS, what);
    const version = versionOf(stringOf(fields.mediaType, `${what}.mediaType`), what);
    const where = `${what}.verificationMaterial`;
    const signer = signedBy(checkMaterial(fields.verificationMaterial, where), where);
    const content = contentOf(fields.dsseEnvelope, fields.messageSignature, what);
    return { version, ...signer, content, bundle: bundleFromJSON(fields) };
  });

/**
 * Reads a Sigstore bundle of parsed JSON (sigstore/protobuf-specs, sigstore_bundle.proto), stricter than the library: media
 * types of a closed list, no field that the format does not have, base64 without junk, every count and size bounded, a
 * certificate and not a bare key. `what` names it in messages. Throws {@link ProvenanceError}.
 */
export const readBundle = (value: unknown, what: string): SignedBundle =>
  read(value, what, (signer, where) => {
    if (signer.kind === 'certificate') return { leaf: signer.leaf };
    throw new ProvenanceError('key-bundle', `${where} is signed with a bare key, not with a certificate`, {
      hint: 'give a bundle of a build that was signed with an identity (keyless)',
    });
  });

/**
 * The same for a bundle that was signed with a key in place of a certificate: only for who has that key from elsewhere. No check
 * of a build reads one. Throws {@link ProvenanceError}, `bad-bundle` too for one with a certificate.
 */
export const readKeyBundle = (value: unknown, what: string): KeyBundle =>
  read(value, what, (signer, where) => {
    if (signer.kind === 'key') return { hint: signer.hint };
    throw new ProvenanceError('bad-bundle', `${where} is signed with a certificate, not with a bare key`);
  });
