import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { stringOf } from '../base/json.ts';
import { type BundleContent, checkEnvelope, checkMaterial, checkMessage } from './bundle-shape.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { type BundleVersion, versionOf } from './media-type.ts';

/** A bundle whose shape is right. Nothing in it is believed yet. */
export interface SignedBundle {
  readonly version: BundleVersion;
  /** The certificate of the key that signed, DER. */
  readonly leaf: Uint8Array;
  readonly content: BundleContent;
  /** The library's form of the same. */
  readonly bundle: Bundle;
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

/**
 * Reads a Sigstore bundle of parsed JSON (sigstore/protobuf-specs, sigstore_bundle.proto), stricter than the library: media
 * types of a closed list, no field that the format does not have, base64 without junk, every count and size bounded, a
 * certificate and not a bare key. `what` names it in messages. Throws {@link ProvenanceError}.
 */
export const readBundle = (value: unknown, what: string): SignedBundle =>
  guarded('bad-bundle', what, () => {
    const fields = fieldsOf(value, FIELDS, what);
    const version = versionOf(stringOf(fields.mediaType, `${what}.mediaType`), what);
    const leaf = checkMaterial(fields.verificationMaterial, `${what}.verificationMaterial`);
    const content = contentOf(fields.dsseEnvelope, fields.messageSignature, what);
    return { version, leaf, content, bundle: bundleFromJSON(fields) };
  });
