import { mkdirSync, renameSync } from 'node:fs';
import { type ReceivedCommit, CommitReceiver, type ReceiverOptions } from './checkout/commit-receiver.ts';
import { SourceError } from './errors.ts';
import type { PackSink } from './transport/pack-sink.ts';
import { encodeGitIndex } from './workdir/git-index.ts';
import { createFile, diskError, fsPath, remove } from './workdir/files.ts';
import { makeGitFolder } from './workdir/git-folder.ts';
import { PackFile } from './pack/pack-file.ts';
import { encodePackIndex } from './pack/pack-index.ts';
import { PackReader } from './pack/pack-reader.ts';
import { PackWitness } from './pack/witness.ts';

export interface ReceiveOptions extends Omit<ReceiverOptions, 'root'> {
  /** Folder for the files: one character a byte, without a slash; does not exist yet, or is empty. */
  tree: string;
  /** Folder for git's metadata; does not exist yet. */
  git: string;
  /** Monotonic time (`performance.now()`) at which the work ends; timers cannot end it, since it does not wait. */
  deadline: number;
  /** Path prefix for what is needed on the way only. */
  scratch: string;
  /** Whether git's index is written here; it is not where the files will still be moved themselves. */
  writesIndex: boolean;
  originUrl: string;
  /** Path of git, when its collision-detecting reader must agree. */
  witness: string | undefined;
}

export interface Received extends ReceivedCommit {
  packBytes: number;
  objects: number;
}

/**
 * One commit on its way from a source of packs into a fresh folder: both readers, the files, git's metadata. Nothing of it
 * may be used before `complete` has returned.
 */
export class Reception {
  readonly #options: ReceiveOptions;
  readonly #receiver: CommitReceiver;
  readonly #packPath: string;
  readonly #witnessFolder: string;
  #pack: PackFile | undefined;
  #reader: PackReader | undefined;
  #witness: PackWitness | undefined;
  /** Why git could not be started; told when bytes come, like any failure of a disk. */
  #startError: unknown;
  readonly sink: PackSink;

  constructor(options: ReceiveOptions) {
    this.#options = options;
    this.#packPath = `${options.scratch}.pack`;
    this.#witnessFolder = `${options.scratch}.witness`;
    this.#receiver = new CommitReceiver({ ...options, root: `${options.tree}/` });
    const self = this;
    this.sink = {
      get received() {
        return self.#pack?.length ?? 0;
      },
      push: (bytes) => self.#push(bytes),
      settle: () => self.#witness?.settle(),
    };
    // Now, while the server is at work.
    this.#startWitness();
  }

  /** To be called when all bytes were pushed. */
  async complete(): Promise<Received> {
    const { format, commitId, git, originUrl } = this.#options;
    try {
      this.#start();
      const reader = this.#reader!;
      this.#witness?.end();
      const summary = reader.finish();
      const received = this.#receiver.finish((index) => reader.read(index));
      const index = encodePackIndex(summary, format);
      makeGitFolder(git, { originUrl, format, commitId, isShallow: received.commit.parents.length > 0 });
      const name = `${git}/objects/pack/pack-${summary.checksum.toString('hex')}`;
      createFile(fsPath(`${name}.idx`), index, 0o444);
      if (this.#options.writesIndex) {
        createFile(fsPath(`${git}/index`), encodeGitIndex(received.layout.entries, received.stats, format));
      }
      await this.#witness?.agreesWith(summary.checksum, index);
      const packBytes = this.sink.received;
      this.#close();
      remove(this.#witnessFolder);
      renameSync(this.#packPath, fsPath(`${name}.pack`));
      return { ...received, packBytes, objects: summary.entries.count };
    } catch (error) {
      throw diskError(error, 'writing the checkout');
    }
  }

  /** Ends everything and removes what was written. */
  async discard(): Promise<void> {
    this.#close();
    await this.#witness?.abandon();
    for (const path of [this.#packPath, this.#witnessFolder]) remove(path);
    for (const path of [this.#options.git, this.#options.tree]) remove(fsPath(path));
  }

  #push(bytes: Buffer): void {
    try {
      this.#start();
      this.#witness?.push(bytes);
      this.#reader!.push(bytes);
    } catch (error) {
      throw diskError(error, 'writing the checkout');
    }
  }

  #start(): void {
    if (this.#startError !== undefined) throw this.#startError;
    if (this.#reader !== undefined) return;
    const { format, limits, tree } = this.#options;
    mkdirSync(fsPath(tree), { recursive: true, mode: 0o755 });
    this.#pack = new PackFile(this.#packPath);
    this.#reader = new PackReader({
      format,
      limits,
      file: this.#pack,
      onObject: this.#receiver.take,
      onWork: () => this.#checkTime(),
    });
    this.#startWitness();
  }

  #startWitness(): void {
    const { witness } = this.#options;
    if (witness !== undefined) this.#witness ??= new PackWitness(witness, this.#witnessFolder);
  }

  #checkTime(): void {
    const { deadline, limits } = this.#options;
    if (performance.now() < deadline) return;
    throw new SourceError('timed-out', `all attempts together took longer than ${limits.TOTAL_MS} ms`, {
      hint: 'the pack asks for more work than its size suggests, or this machine is slow; TWL_LIMIT_TOTAL_MS sets this limit',
    });
  }

  #close(): void {
    this.#pack?.close();
  }
}
