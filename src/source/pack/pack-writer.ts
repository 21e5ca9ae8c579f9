import { createHash, type Hash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { ObjectFormat, ObjectType } from '../objects/object-id.ts';
import { encodeEntryHeader, PACK_TYPE } from './entry-header.ts';

/** Speed over size: what we write is read on this machine only. */
const LEVEL = 1;

/** Writes a pack of whole objects, for where no server sends one. */
export class PackWriter {
  readonly #hash: Hash;
  readonly #emit: (bytes: Buffer) => void;

  constructor(format: ObjectFormat, count: number, emit: (bytes: Buffer) => void) {
    this.#hash = createHash(format);
    this.#emit = emit;
    const header = Buffer.alloc(12);
    header.write('PACK', 'latin1');
    header.writeUInt32BE(2, 4);
    header.writeUInt32BE(count, 8);
    this.#write(header);
  }

  add(type: Exclude<ObjectType, 'tag'>, content: Buffer): void {
    this.#write(
      Buffer.concat([encodeEntryHeader(PACK_TYPE[type], content.length), deflateSync(content, { level: LEVEL })]),
    );
  }

  finish(): void {
    this.#emit(this.#hash.digest());
  }

  #write(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#emit(bytes);
  }
}
