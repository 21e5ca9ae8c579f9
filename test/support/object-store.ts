import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { allowServing, git } from './git-command.ts';
import { type CommitFields, encodeCommit, hashObject, type ObjectFormat, type ObjectType } from './git-objects.ts';

export interface StoredObject {
  oid: string;
  type: ObjectType;
  bytes: Uint8Array;
}

/** Objects made by hand, held in memory until a repository or a pack is made of them. Nothing about them is checked. */
export class ObjectStore {
  readonly format: ObjectFormat;
  readonly #objects = new Map<string, StoredObject>();

  constructor(format: ObjectFormat = 'sha1') {
    this.format = format;
  }

  add(type: ObjectType, bytes: Uint8Array): string {
    const oid = hashObject(type, bytes, this.format);
    this.#objects.set(oid, { oid, type, bytes });
    return oid;
  }

  addBlob(content: string | Uint8Array): string {
    return this.add('blob', typeof content === 'string' ? Buffer.from(content) : content);
  }

  addCommit(fields: CommitFields): string {
    return this.add('commit', encodeCommit(fields));
  }

  /** Takes an object out again, so that what refers to it refers to nothing. */
  forget(oid: string): void {
    this.#objects.delete(oid);
  }

  get(oid: string): StoredObject | undefined {
    return this.#objects.get(oid);
  }

  /** In the order added. */
  objects(): StoredObject[] {
    return [...this.#objects.values()];
  }

  /** Writes every object as a loose one straight into the object folder, past all of git's own checks. */
  writeTo(gitDir: string): void {
    for (const { oid, type, bytes } of this.#objects.values()) {
      const folder = join(gitDir, 'objects', oid.slice(0, 2));
      mkdirSync(folder, { recursive: true });
      const loose = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
      writeFileSync(join(folder, oid.slice(2)), deflateSync(loose, { level: 1 }));
    }
  }

  /** A bare repository at `gitDir` that serves any of these objects by hash, with `refs/heads/main` at `head`. */
  async makeBareRepository(gitDir: string, head?: string): Promise<void> {
    await git(['init', '-q', '--bare', '-b', 'main', `--object-format=${this.format}`, gitDir]);
    allowServing(gitDir);
    this.writeTo(gitDir);
    if (head !== undefined) writeFileSync(join(gitDir, 'refs', 'heads', 'main'), `${head}\n`);
  }
}
