import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { messageOf, systemCodeOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { checkDigest, type Digest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { MAX_INFLATED_BYTES } from '../limits.ts';
import { packingOf } from '../media-types.ts';

const UNPACK = { gzip: gunzipSync, zstd: zstdDecompressSync } as const;

/**
 * The tar of a layer, at most {@link MAX_INFLATED_BYTES}. Held against the config's diff id, which engines check as
 * well: so what is read here is what they unpack, whatever else a lenient decompressor would make of the bytes. `what`
 * names the layer, escaped. Throws RegistryError `media-type`, `too-large`, `bad-layer`, `digest-mismatch`.
 */
export const unpackLayer = (bytes: Uint8Array, mediaType: string, diffId: Digest, what: string): Uint8Array => {
  const packing = packingOf(mediaType);
  if (packing === undefined) {
    throw new RegistryError('media-type', `${what} has the media type '${escapeText(mediaType)}', which is not read`);
  }
  const tar = packing === 'none' ? bytes : inflate(packing, bytes, what);
  if (tar.length > MAX_INFLATED_BYTES) throw tooLarge(what);
  checkDigest(tar, diffId, `the tar of ${what}`);
  return tar;
};

const tooLarge = (what: string, cause?: unknown): RegistryError =>
  new RegistryError('too-large', `${what} inflates to more than ${MAX_INFLATED_BYTES} bytes`, {
    hint: 'a layer that adds a config is small',
    cause,
  });

const inflate = (packing: 'gzip' | 'zstd', bytes: Uint8Array, what: string): Uint8Array => {
  try {
    return UNPACK[packing](bytes, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (cause) {
    if (systemCodeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(what, cause);
    throw new RegistryError('bad-layer', `${what} is no ${packing}: ${escapeText(messageOf(cause))}`, { cause });
  }
};
