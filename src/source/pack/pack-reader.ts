import { crc32 } from 'node:zlib';
import type { Limits } from '../limits.ts';
import { limitExceeded, SourceError } from '../errors.ts';
import { idLength, type ObjectFormat, type ObjectType, objectId } from '../objects/object-id.ts';
import { applyDelta } from './delta.ts';
import { type EntryHeader, MAX_ENTRY_HEADER_BYTES, PACK_TYPE, readEntryHeader, TYPE_OF_CODE } from './entry-header.ts';
import { EntryTable } from './entry-table.ts';
import { compressedBound, type Inflated, inflateExactly } from './inflate.ts';
import { ObjectCache } from './object-cache.ts';
import type { PackStore } from './pack-file.ts';
import { PackWindow } from './pack-window.ts';
import { TrailerHash } from './trailer-hash.ts';

export interface PackObject {
  type: ObjectType;
  /** Computed by us from the bytes. */
  id: string;
  data: Buffer;
  /** Its place in the pack. */
  index: number;
}

export interface PackSummary {
  entries: EntryTable;
  /** The trailer: the hash over all that stands before it, checked. */
  checksum: Buffer;
}

export interface PackReaderOptions {
  format: ObjectFormat;
  limits: Limits;
  file: PackStore;
  /** Called with each piece of work; throws when there was enough of it. */
  onWork?: () => void;
  /** Called once for each object, in the order in which they can be resolved. */
  onObject: (object: PackObject) => void;
}

const HEADER_BYTES = 12;

/**
 * Reads a pack while it arrives (gitformat-pack, version 2): keeps it in a file, inflates each object once, resolves
 * deltas, and computes every id itself. Synchronous: the caller pushes what the network brought.
 *
 * Errors: `pack-malformed`, `pack-checksum`, `delta-malformed`, `limit-exceeded`, and what `onObject` throws.
 */
export class PackReader {
  readonly #format: ObjectFormat;
  readonly #idBytes: number;
  readonly #limits: Limits;
  readonly #file: PackStore;
  readonly #onObject: (object: PackObject) => void;
  readonly #onWork: (() => void) | undefined;
  readonly #window: PackWindow;
  readonly #cache = new ObjectCache();
  readonly #entries: EntryTable;
  readonly #hash: TrailerHash;
  #declared = -1;
  #position = 0;
  /** Nothing can be done before this many bytes are there. */
  #wanted = HEADER_BYTES;
  #inflatedBytes = 0;
  /** Deltas whose base is not known yet, by the base's id or by its entry. */
  readonly #pendingById = new Map<string, number[]>();
  readonly #pendingByEntry = new Map<number, number[]>();
  /** Bases of resolved ref-deltas, for reading them again. */
  readonly #refBases = new Map<number, number>();

  constructor(options: PackReaderOptions) {
    this.#format = options.format;
    this.#idBytes = idLength(options.format);
    this.#limits = options.limits;
    this.#file = options.file;
    this.#onObject = options.onObject;
    this.#onWork = options.onWork;
    this.#window = new PackWindow(options.file);
    this.#entries = new EntryTable(options.format);
    this.#hash = new TrailerHash(options.format);
  }

  /** Bytes of the pack that have arrived. */
  get received(): number {
    return this.#file.length;
  }

  push(bytes: Buffer): void {
    if (this.#file.length + bytes.length > this.#limits.PACK_BYTES) {
      throw limitExceeded('PACK_BYTES', `the server sends a pack of more than ${this.#limits.PACK_BYTES} bytes`);
    }
    this.#file.append(bytes);
    this.#window.push(bytes);
    this.#hash.push(bytes);
    if (this.#file.length >= this.#wanted) this.#parse(false);
  }

  /** To be called when the last byte was pushed: the pack must be whole now. */
  finish(): PackSummary {
    this.#parse(true);
    if (this.#entries.count !== this.#declared) throw this.#malformed('it ends too early');
    this.#resolvePending();
    const checksum = this.#hash.finish();
    if (checksum === undefined) {
      throw new SourceError('pack-checksum', 'the checksum at the end of the pack does not match its bytes', {
        hint: 'the transfer was damaged, or the server sends damaged data',
      });
    }
    return { entries: this.#entries, checksum };
  }

  /** The content of an object that was reported before. */
  read(index: number): Buffer {
    const deltas: Buffer[] = [];
    let held = 0;
    let at = index;
    let base = this.#cache.get(at);
    while (base === undefined) {
      const { header, data } = this.#readEntry(at);
      if (header.type !== PACK_TYPE.ofsDelta && header.type !== PACK_TYPE.refDelta) {
        base = data;
        break;
      }
      deltas.push(data);
      held += data.length;
      if (held > this.#limits.OBJECT_BYTES) {
        throw limitExceeded('OBJECT_BYTES', 'a chain of deltas in the pack is larger than an object may be');
      }
      at = header.type === PACK_TYPE.ofsDelta ? this.#baseByDistance(at, header) : (this.#refBases.get(at) ?? -1);
      base = this.#cache.get(at);
    }
    for (let delta = deltas.pop(); delta !== undefined; delta = deltas.pop()) {
      base = applyDelta(base, delta, this.#limits.OBJECT_BYTES);
      this.#account(base.length);
    }
    this.#cache.set(index, base);
    return base;
  }

  #parse(final: boolean): void {
    const end = this.#file.length - (final ? this.#idBytes : 0);
    if (this.#declared < 0 && !this.#readHeader(end, final)) return;
    while (this.#entries.count < this.#declared) {
      if (!this.#parseEntry(end, final)) return;
    }
    if (this.#file.length - this.#position > this.#idBytes) throw this.#malformed('bytes follow the last object');
    this.#wanted = this.#file.length + 1;
  }

  #readHeader(end: number, final: boolean): boolean {
    if (end < HEADER_BYTES) {
      if (final) throw this.#malformed('it ends too early');
      return false;
    }
    const header = this.#window.from(0, HEADER_BYTES);
    if (header.toString('latin1', 0, 4) !== 'PACK' || header.readUInt32BE(4) !== 2)
      throw this.#malformed('it is no pack of version 2');
    this.#declared = header.readUInt32BE(8);
    if (this.#declared > this.#limits.OBJECTS) {
      throw limitExceeded('OBJECTS', `the server sends ${this.#declared} objects, more than ${this.#limits.OBJECTS}`);
    }
    this.#position = HEADER_BYTES;
    return true;
  }

  /** Reads the entry at the position; false when more bytes must arrive first. */
  #parseEntry(end: number, final: boolean): boolean {
    const start = this.#position;
    const available = end - start;
    const wait = (bytes: number): false => {
      if (final) throw this.#malformed('it ends inside an object');
      this.#wanted = start + bytes;
      return false;
    };
    if (available < 2) return wait(2);
    const head = this.#window.from(start, Math.min(end, start + MAX_ENTRY_HEADER_BYTES));
    const header = readEntryHeader(head.subarray(0, available), 0, start, this.#idBytes);
    if (header === undefined) return wait(available + 1);
    this.#account(header.size);
    // An attempt costs the work of inflating what is there, so it waits until the object must have arrived, or the end.
    const needed = header.length + compressedBound(header.size);
    if (available < needed && !final) {
      this.#inflatedBytes -= header.size;
      return wait(needed);
    }
    const inflated = this.#inflateAt(start, end, header, needed);
    if (inflated === undefined) {
      this.#inflatedBytes -= header.size;
      // Legal but odd: written larger than zlib would. Twice as many bytes next time bounds the number of attempts.
      return wait(Math.max(needed, available) * 2);
    }
    const length = header.length + inflated.consumed;
    const index = this.#entries.add(start, crc32(this.#window.from(start, start + length).subarray(0, length)));
    this.#position = start + length;
    this.#take(index, header, inflated.data);
    return true;
  }

  #inflateAt(start: number, end: number, header: EntryHeader, needed: number): Inflated | undefined {
    const enough = this.#window.from(start, Math.min(end, start + needed)).subarray(header.length, end - start);
    const inflated = inflateExactly(enough, header.size, start);
    if (inflated !== undefined || enough.length === end - start - header.length) return inflated;
    return inflateExactly(this.#window.from(start, end).subarray(header.length, end - start), header.size, start);
  }

  /** Counts what is inflated or made of deltas, also when it is made once more: a small pack can ask for it again and again. */
  #account(size: number): void {
    this.#onWork?.();
    if (size > this.#limits.OBJECT_BYTES) {
      throw limitExceeded(
        'OBJECT_BYTES',
        `the pack holds an object of ${size} bytes, more than ${this.#limits.OBJECT_BYTES}`,
      );
    }
    this.#inflatedBytes += size;
    if (this.#inflatedBytes > this.#limits.INFLATED_BYTES) {
      throw limitExceeded('INFLATED_BYTES', `the pack expands to more than ${this.#limits.INFLATED_BYTES} bytes`);
    }
  }

  #take(index: number, header: EntryHeader, data: Buffer): void {
    const type = TYPE_OF_CODE[header.type];
    if (type !== undefined) {
      this.#resolved(index, type, data, 0);
      return;
    }
    if (header.type === PACK_TYPE.refDelta) {
      listAt(this.#pendingById, header.baseId).push(index);
      return;
    }
    const base = this.#baseByDistance(index, header);
    if (this.#entries.isResolved(base)) this.#applyTo(index, base, data);
    else listAt(this.#pendingByEntry, base).push(index);
  }

  #baseByDistance(index: number, header: EntryHeader): number {
    const base = this.#entries.find(this.#entries.offset(index) - header.distance);
    if (base < 0) throw this.#malformed('the base of a delta is no object');
    return base;
  }

  #applyTo(index: number, base: number, delta: Buffer): void {
    const depth = this.#entries.depth(base) + 1;
    if (depth > this.#limits.DELTA_DEPTH) {
      throw limitExceeded('DELTA_DEPTH', `the pack chains more than ${this.#limits.DELTA_DEPTH} deltas`);
    }
    const data = applyDelta(this.read(base), delta, this.#limits.OBJECT_BYTES);
    this.#account(data.length);
    this.#resolved(index, this.#entries.type(base), data, depth);
  }

  #resolved(index: number, type: ObjectType, data: Buffer, depth: number): void {
    const id = objectId(this.#format, type, data);
    this.#entries.resolve(index, type, id, depth);
    this.#cache.set(index, data);
    this.#onObject({ type, id, data, index });
  }

  /** Resolves what had to wait for its base: ref-deltas, and deltas upon those. */
  #resolvePending(): void {
    if (this.#pendingById.size === 0 && this.#pendingByEntry.size === 0) return;
    const ready: number[] = [];
    for (let index = 0; index < this.#entries.count; index++) {
      if (this.#entries.isResolved(index)) ready.push(index);
    }
    for (let base = ready.pop(); base !== undefined; base = ready.pop()) {
      const id = this.#entries.id(base);
      const waiting = [...(this.#pendingById.get(id) ?? []), ...(this.#pendingByEntry.get(base) ?? [])];
      this.#pendingById.delete(id);
      this.#pendingByEntry.delete(base);
      for (const index of waiting) {
        const { header, data } = this.#readEntry(index);
        if (header.type === PACK_TYPE.refDelta) this.#refBases.set(index, base);
        this.#applyTo(index, base, data);
        ready.push(index);
      }
    }
    if (this.#pendingById.size > 0 || this.#pendingByEntry.size > 0) {
      throw this.#malformed('the base of a delta is not in it');
    }
  }

  #readEntry(index: number): { header: EntryHeader; data: Buffer } {
    const start = this.#entries.offset(index);
    const next = index + 1 < this.#entries.count ? this.#entries.offset(index + 1) : this.#position;
    const raw = this.#file.read(start, next);
    const header = readEntryHeader(raw, 0, start, this.#idBytes);
    if (header !== undefined) this.#account(header.size);
    const data = header && inflateExactly(raw.subarray(header.length), header.size, start)?.data;
    if (header === undefined || data === undefined) throw this.#malformed('it changed while it was read');
    return { header, data };
  }

  #malformed(what: string): SourceError {
    return new SourceError('pack-malformed', `the pack is malformed near byte ${this.#position}: ${what}`, {
      hint: 'the transfer was damaged, or the server sends damaged data',
    });
  }
}

const listAt = <K>(map: Map<K, number[]>, key: K): number[] => map.get(key) ?? map.set(key, []).get(key)!;
