import type { ObjectFormat, ObjectType } from '../objects/object-id.ts';
import { idLength } from '../objects/object-id.ts';

/**
 * What is known of each object of a pack, in the order of the pack. Grown columns and not objects: a large pack must not
 * cost a hundred bytes of heap an entry.
 */
export class EntryTable {
  count = 0;
  readonly #idBytes: number;
  #offsets = new Float64Array(1024);
  #checksums = new Uint32Array(1024);
  #types = new Uint8Array(1024);
  #depths = new Uint16Array(1024);
  #ids: Buffer;

  constructor(format: ObjectFormat) {
    this.#idBytes = idLength(format);
    this.#ids = Buffer.alloc(1024 * this.#idBytes);
  }

  /** Adds an entry that is not resolved yet; returns its index. */
  add(offset: number, checksum: number): number {
    const index = this.count++;
    if (index === this.#offsets.length) this.#grow();
    this.#offsets[index] = offset;
    this.#checksums[index] = checksum;
    return index;
  }

  resolve(index: number, type: ObjectType, id: string, depth: number): void {
    this.#types[index] = TYPE_CODE[type];
    this.#depths[index] = depth;
    this.#ids.write(id, index * this.#idBytes, 'hex');
  }

  isResolved(index: number): boolean {
    return this.#types[index] !== 0;
  }

  offset(index: number): number {
    return this.#offsets[index] ?? 0;
  }

  checksum(index: number): number {
    return this.#checksums[index] ?? 0;
  }

  type(index: number): ObjectType {
    return CODE_TYPE[this.#types[index] ?? 0] ?? 'blob';
  }

  /** Length of the delta chain below the entry; 0 for a whole object. */
  depth(index: number): number {
    return this.#depths[index] ?? 0;
  }

  id(index: number): string {
    return this.#ids.toString('hex', index * this.#idBytes, (index + 1) * this.#idBytes);
  }

  /** The id as bytes; a view, not a copy. */
  idBytes(index: number): Buffer {
    return this.#ids.subarray(index * this.#idBytes, (index + 1) * this.#idBytes);
  }

  /** The entry that begins at `offset`, or -1. */
  find(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const here = this.#offsets[middle]!;
      if (here === offset) return middle;
      if (here < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #grow(): void {
    const size = this.#offsets.length * 2;
    const grown = <T extends Float64Array | Uint32Array | Uint8Array | Uint16Array>(next: T, old: T): T => {
      next.set(old as never);
      return next;
    };
    this.#offsets = grown(new Float64Array(size), this.#offsets);
    this.#checksums = grown(new Uint32Array(size), this.#checksums);
    this.#types = grown(new Uint8Array(size), this.#types);
    this.#depths = grown(new Uint16Array(size), this.#depths);
    const ids = Buffer.alloc(size * this.#idBytes);
    this.#ids.copy(ids);
    this.#ids = ids;
  }
}

const TYPE_CODE: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const CODE_TYPE: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
