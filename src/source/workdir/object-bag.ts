import { type ObjectFormat, type ObjectType, objectId } from '../objects/object-id.ts';
import { createFile } from './files.ts';
import { readInherited } from './inherited.ts';

/**
 * Commits and trees of a checkout in one file, so that a restart can check the files without the network and without
 * trusting git's own metadata. The file is not believed: each object is found by the hash of its bytes.
 *
 * Layout: for each object one byte (`c` or `t`), its size (32 bits, big-endian), its content.
 */
export class ObjectBag {
  readonly #objects = new Map<string, { type: ObjectType; content: Buffer }>();
  readonly #format: ObjectFormat;

  constructor(format: ObjectFormat) {
    this.#format = format;
  }

  add(type: 'commit' | 'tree', content: Buffer): string {
    const id = objectId(this.#format, type, content);
    this.#objects.set(id, { type, content });
    return id;
  }

  get(type: 'commit' | 'tree', id: string): Buffer | undefined {
    const object = this.#objects.get(id);
    return object?.type === type ? object.content : undefined;
  }

  write(path: string): void {
    const parts: Buffer[] = [];
    for (const { type, content } of this.#objects.values()) {
      const head = Buffer.alloc(5);
      head.write(type.slice(0, 1), 'latin1');
      head.writeUInt32BE(content.length, 1);
      parts.push(head, content);
    }
    createFile(path, Buffer.concat(parts));
  }

  /**
   * Reads what an earlier start left. Each object must be named by one before it, from the pinned commit on: so whatever was
   * planted or damaged ends the reading where it stands, and costs no memory.
   * @param wantedBy the ids that an object names; throws when it is malformed
   * @returns the objects up to the first that does not belong; undefined where there is nothing usable
   */
  static read(
    path: string,
    format: ObjectFormat,
    maxBytes: number,
    commitId: string,
    wantedBy: (type: 'commit' | 'tree', content: Buffer, id: string) => string[],
  ): ObjectBag | undefined {
    const bytes = readInherited(path, maxBytes);
    if (bytes === undefined) return undefined;
    const bag = new ObjectBag(format);
    const wanted = new Set([commitId]);
    for (let at = 0; at + 5 <= bytes.length; ) {
      const size = bytes.readUInt32BE(at + 1);
      const content = bytes.subarray(at + 5, at + 5 + size);
      const type = ({ 99: 'commit', 116: 'tree' } as const)[bytes[at]!];
      if (type === undefined || content.length !== size) break;
      const id = objectId(format, type, content);
      if (!wanted.delete(id)) break;
      bag.#objects.set(id, { type, content });
      for (const named of wantedBy(type, content, id)) if (!bag.#objects.has(named)) wanted.add(named);
      at += 5 + size;
    }
    return bag;
  }
}
