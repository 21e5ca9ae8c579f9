import { MAX_BUNDLE_BYTES } from '../../../provenance/limits.ts';
import { CollectError } from '../errors.ts';
import { decodeSnappy } from './snappy.ts';

/** The first chunk of the framed format (google/snappy, framing_format.txt): a stream identifier of six bytes. */
const FRAME_START = Buffer.from('ff060000734e61507059', 'hex');

const isFramed = (bytes: Uint8Array): boolean =>
  Buffer.compare(bytes.subarray(0, FRAME_START.length), FRAME_START) === 0;

/**
 * The JSON of a bundle as GitHub's storage has it: a raw snappy block, or plain. What its first byte is decides, not
 * the server's `Content-Type`: a block that starts as JSON does holds 123 bytes, less than any bundle. Throws
 * CollectError `bad-answer`, `too-large`.
 */
export const unpackBlob = (bytes: Uint8Array): Uint8Array => {
  if (bytes[0] === '{'.charCodeAt(0)) return bytes;
  if (isFramed(bytes)) {
    throw new CollectError('bad-answer', 'the bundle is packed as framed snappy, which is not read', {
      hint: 'get the bundle with `gh attestation download`, and give the file',
    });
  }
  return decodeSnappy(bytes, MAX_BUNDLE_BYTES);
};
