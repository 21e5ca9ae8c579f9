import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { escapeText } from '../../base/escape.ts';
import { messageOf } from '../../base/error.ts';
import { SourceError } from '../errors.ts';
import { createFile } from '../workdir/files.ts';

/** Bytes that may wait for git; beyond it the network waits. */
const MAX_BACKLOG = 1024 * 1024;
/** What git prints, bounded. */
const MAX_OUTPUT = 16 * 1024;
/** What git says when the machine failed it and not the pack. */
const OF_THIS_MACHINE =
  /No space left|Disk quota exceeded|Read-only file system|[Oo]ut of memory|Cannot allocate memory/;

/**
 * A second reader of the pack, beside ours: `git index-pack`, whose SHA-1 detects collision attacks (node:crypto has no
 * such thing). It runs in a bare repository of our own with an empty environment, reads the same bytes while they arrive,
 * and in the end its index of the pack must equal ours byte for byte.
 */
export class PackWitness {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null; failure: Error | undefined }>;
  #stdout = '';
  #stderr = '';

  /** @param git absolute path of the program; `folder` does not exist yet */
  constructor(git: string, folder: string) {
    this.#folder = folder;
    mkdirSync(`${folder}/objects/pack`, { recursive: true, mode: 0o700 });
    mkdirSync(`${folder}/refs`);
    createFile(`${folder}/HEAD`, 'ref: refs/heads/none\n');
    // No fsync: the copy that git writes is thrown away.
    const settings = ['-c', 'core.fsync=none', '-c', 'pack.indexVersion=2', '-c', 'core.bigFileThreshold=64m'];
    // Not imported: a restart needs no git, and the module costs time at every start.
    const { spawn } = process.getBuiltinModule('node:child_process');
    this.#child = spawn(git, [...settings, 'index-pack', '--stdin'], {
      cwd: folder,
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: '/nonexistent',
        LC_ALL: 'C',
        GIT_DIR: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // The exit of git says what went wrong; that its pipe closed first says nothing.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (bytes) => {
      this.#stdout = (this.#stdout + bytes).slice(0, MAX_OUTPUT);
    });
    this.#child.stderr?.on('data', (bytes) => {
      this.#stderr = (this.#stderr + bytes).slice(0, MAX_OUTPUT);
    });
    this.#exit = new Promise((resolve) => {
      this.#child.on('error', (failure) => resolve({ code: null, signal: null, failure }));
      this.#child.on('close', (code, signal) => resolve({ code, signal, failure: undefined }));
    });
  }

  push(bytes: Buffer): void {
    const { stdin } = this.#child;
    if (stdin?.writable) stdin.write(bytes);
  }

  /** Waits until git could be given what waits for it: a turn of the event loop, or until the backlog is gone. */
  settle(): Promise<void> | undefined {
    const { stdin } = this.#child;
    if (!stdin?.writable || stdin.writableLength === 0) return undefined;
    // Without the turn a fast network would keep us reading, and git waiting for a pipe that nobody fills.
    if (stdin.writableLength < MAX_BACKLOG) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const done = (): void => {
        stdin.off('drain', done);
        stdin.off('close', done);
        resolve();
      };
      stdin.on('drain', done);
      stdin.on('close', done);
    });
  }

  /** The pack is whole: git may finish. */
  end(): void {
    this.#child.stdin?.end();
  }

  /**
   * Waits for git's verdict and compares its index of the pack with ours.
   * @throws SourceError `sha1-collision`, `readers-disagree`, `tool-failed`
   */
  async agreesWith(checksum: Buffer, index: Buffer): Promise<void> {
    this.end();
    const { code, signal, failure } = await this.#exit;
    if (failure !== undefined) {
      throw new SourceError('tool-missing', `git cannot be started: ${escapeText(messageOf(failure))}`, {
        hint: 'add TREE_SHA256 to the pin, which makes SHA-1 moot, or use an image whose git runs',
        cause: failure,
      });
    }
    const said = escapeText(this.#stderr.trim().slice(-400));
    if (code !== 0 && /collision/i.test(this.#stderr)) {
      throw new SourceError('sha1-collision', `git refuses the pack: '${said}'`, {
        hint: 'an object was made to have the same SHA-1 as another one; do not run this commit',
      });
    }
    if (code === null || OF_THIS_MACHINE.test(this.#stderr)) {
      const how = signal ?? `status ${code}`;
      throw new SourceError('tool-failed', `git index-pack could not finish (${how}): '${said}'`, {
        hint: 'check memory and disk of this machine; with TREE_SHA256 in the pin git is not needed',
      });
    }
    if (code !== 0) {
      throw new SourceError('readers-disagree', `git index-pack refuses the pack (status ${code}): '${said}'`, {
        hint: 'our reader accepts these bytes and git does not: nothing was run; please report this',
      });
    }
    const name = checksum.toString('hex');
    if (this.#stdout.trim() !== `pack\t${name}` || !this.#readIndex(name).equals(index)) {
      throw new SourceError('readers-disagree', 'git and the launcher read different objects from the same pack', {
        hint: 'nothing was run; please report this with the address of the repository and the commit',
      });
    }
  }

  /** Ends git when its verdict is no longer wanted. */
  async abandon(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  #readIndex(name: string): Buffer {
    try {
      return readFileSync(`${this.#folder}/objects/pack/pack-${name}.idx`);
    } catch {
      return Buffer.alloc(0);
    }
  }
}
