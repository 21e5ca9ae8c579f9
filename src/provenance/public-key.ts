import { createPublicKey, type KeyObject } from 'node:crypto';
import { splitPem } from '../asn1/pem.ts';
import { escapeText } from '../base/escape.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { MAX_KEY_BYTES } from './limits.ts';

/** Kinds of keys that sign bundles, as node:crypto calls them. */
const KINDS: readonly string[] = ['ec', 'ed25519', 'rsa'];

/**
 * The one public key of a PEM file (`BEGIN PUBLIC KEY`, RFC 7468, 13), by which a {@link KeyBundle} is verified. Throws
 * {@link ProvenanceError}: `too-large`, `bad-key`, `unsupported-key`.
 */
export const readPublicKey = (pem: Uint8Array, source: string): KeyObject => {
  const what = escapeText(source);
  if (pem.length > MAX_KEY_BYTES)
    throw new ProvenanceError('too-large', `${what} has more than ${MAX_KEY_BYTES} bytes`);
  const keys = guarded('bad-key', what, () => splitPem(Buffer.from(pem).toString('latin1'), 'PUBLIC KEY', what));
  const [der] = keys;
  if (der === undefined || keys.length > 1)
    throw new ProvenanceError('bad-key', `${what} has ${keys.length} keys, not 1`);
  const key = guarded('bad-key', what, () => createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }));
  const { asymmetricKeyType: kind = 'unknown' } = key;
  if (KINDS.includes(kind)) return key;
  throw new ProvenanceError('unsupported-key', `${what} is a key of the kind ${kind}, not ${KINDS.join(', ')}`);
};
