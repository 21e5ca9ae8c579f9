import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gitEnvironment } from './git-command.ts';

export type FileContent =
  | string
  | Uint8Array
  | { mode: '100644' | '100755'; content: string | Uint8Array }
  | { symlink: string }
  /** A submodule's commit. */
  | { gitlink: string };

const PERSON = 'A. Author <author@example.com>';
const FIRST_MOMENT = 1700000000;

/** A path as git's import stream wants it, any byte allowed. */
const quoted = (path: string): string =>
  `"${path.replace(/["\\]/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;

const data = (content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
};

const change = (path: string, content: FileContent | null): Buffer => {
  if (content === null) return Buffer.from(`D ${quoted(path)}\n`);
  const inline = (mode: string, bytes: string | Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(`M ${mode} inline ${quoted(path)}\n`), data(bytes)]);
  if (typeof content === 'string' || content instanceof Uint8Array) return inline('100644', content);
  if ('symlink' in content) return inline('120000', content.symlink);
  if ('gitlink' in content) return Buffer.from(`M 160000 ${content.gitlink} ${quoted(path)}\n`);
  return inline(content.mode, content.content);
};

export interface ImportedCommit {
  ref: string;
  /** The moment of the commit, in seconds after a fixed one. */
  second?: number;
  message?: string;
  /** A parent by hash; `null` for none. By default the branch goes on from its commit in the same stream. */
  from?: string | null;
  /** `null` takes a file out. */
  files: Iterable<readonly [path: string, content: FileContent | null]>;
}

/** One commit as lines of an import stream, piece by piece. */
export function* commitStream(commit: ImportedCommit): Generator<Buffer> {
  const moment = `${FIRST_MOMENT + (commit.second ?? 0)} +0000`;
  if (commit.from === null) yield Buffer.from(`reset ${commit.ref}\n\n`);
  yield Buffer.from(`commit ${commit.ref}\nauthor ${PERSON} ${moment}\ncommitter ${PERSON} ${moment}\n`);
  yield data(commit.message ?? 'commit\n');
  if (typeof commit.from === 'string') yield Buffer.from(`from ${commit.from}\n`);
  for (const [path, content] of commit.files) yield change(path, content);
  yield Buffer.from('\n');
}

/** Feeds a stream to `git fast-import` in `gitDir`. */
export const fastImport = async (gitDir: string, stream: Iterable<Buffer>): Promise<void> => {
  const args = ['--git-dir', gitDir, 'fast-import', '--quiet', '--force', '--done'];
  const child = spawn('git', args, { env: gitEnvironment(), stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  for (const piece of stream) {
    if (!child.stdin.writable) break;
    if (child.stdin.write(piece)) continue;
    await Promise.race([once(child.stdin, 'drain').catch(() => {}), closed]);
  }
  child.stdin.end('done\n');
  const [code] = await closed;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}: ${complaint}`);
};
