import { createHash, hash } from 'node:crypto';
import type { ObjectFormat } from '../../pin/types.ts';

export type { ObjectFormat };
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Bytes of an object id. */
export const idLength = (format: ObjectFormat): 20 | 32 => (format === 'sha1' ? 20 : 32);

/** Up to this size header and content are copied together and hashed in one call, which is faster. */
const ONE_CALL_BYTES = 256 * 1024;
const HEADER_ROOM = 32;
const scratch = Buffer.allocUnsafeSlow(ONE_CALL_BYTES + HEADER_ROOM);

/**
 * The id of an object as git computes it: the hash of `<type> <size>\0<content>` (gitformat-pack, "object id").
 * @returns lower-case hex
 */
export const objectId = (format: ObjectFormat, type: ObjectType, content: Uint8Array): string => {
  const header = `${type} ${content.length}\0`;
  if (content.length > ONE_CALL_BYTES) return createHash(format).update(header).update(content).digest('hex');
  const start = scratch.write(header);
  scratch.set(content, start);
  return hash(format, scratch.subarray(0, start + content.length), 'hex');
};
