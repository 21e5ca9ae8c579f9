import { createHash, type Hash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { ObjectFormat, ObjectType } from '../objects/object-id.ts';
import { encodeEntryHeader, PACK_TYPE } from './entry-header.ts';
import { EntryTable } from './entry-table.ts';
import type { PackSummary } from './pack-reader.ts';
import { storedZlib } from './stored-zlib.ts';

/** Speed over size: what we write is read on this machine only. */
const LEVEL = 1;

export interface PackWriterOptions {
  format: ObjectFormat;
  /** How many objects will be added. */
  count: number;
  compress: boolean;
  emit: (bytes: Buffer) => void;
}

/** Writes a pack of whole objects, for where no server sends one. */
export class PackWriter {
  readonly #options: PackWriterOptions;
  readonly #hash: Hash;
  readonly #entries: EntryTable;
  #length = 0;

  constructor(options: PackWriterOptions) {
    this.#options = options;
    this.#hash = createHash(options.format);
    this.#entries = new EntryTable(options.format);
    const header = Buffer.alloc(12);
    header.write('PACK', 'latin1');
    header.writeUInt32BE(2, 4);
    header.writeUInt32BE(options.count, 8);
    this.#write(header);
  }

  /** @param id of the object, known to be right */
  add(type: Exclude<ObjectType, 'tag'>, id: string, content: Buffer): void {
    const packed = this.#options.compress ? deflateSync(content, { level: LEVEL }) : storedZlib(content);
    const bytes = Buffer.concat([encodeEntryHeader(PACK_TYPE[type], content.length), packed]);
    this.#entries.resolve(this.#entries.add(this.#length, crc32(bytes)), type, id, 0);
    this.#write(bytes);
  }

  /** Writes the trailer; the summary gives the pack's index. */
  finish(): PackSummary {
    const checksum = this.#hash.digest();
    this.#options.emit(checksum);
    return { entries: this.#entries, checksum };
  }

  #write(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#length += bytes.length;
    this.#options.emit(bytes);
  }
}
