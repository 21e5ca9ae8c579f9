import { join } from 'node:path';
import { commitStream, type FileContent, fastImport } from './fast-import.ts';
import { allowServing, git } from './git-command.ts';
import type { ObjectFormat } from './git-objects.ts';
import { makeScratch } from './scratch.ts';

export type Files = Record<string, FileContent>;

export interface RepositoryOptions {
  files: Files;
  /** Where to make it; by default a folder that goes at the end of the test file or process. */
  path?: string;
  format?: ObjectFormat;
  /** Default true. A repository that is not bare has its files checked out. */
  bare?: boolean;
  /** Commits on the branch, the last of them with exactly `files`. Default 1. */
  commits?: number;
}

export interface CommitOptions {
  /** `null` starts anew, as a force-push does. Default: the newest commit. */
  parent?: string | null;
  /** Default `main`. */
  branch?: string;
  message?: string;
}

export interface Repository {
  readonly path: string;
  readonly gitDir: string;
  readonly format: ObjectFormat;
  /** The commit that it was made with. */
  readonly commit: string;
  /** The tree of a commit, by default the first. */
  tree(commit?: string): Promise<string>;
  /** Adds a commit that changes the given files, `null` taking one out, and gives its hash. */
  commitAgain(files: Record<string, FileContent | null>, options?: CommitOptions): Promise<string>;
  /** Runs git in it. */
  git(...args: string[]): Promise<string>;
}

/** An empty repository that serves any of its objects by hash. Gives its git folder. */
export const initRepository = async (path: string, format: ObjectFormat = 'sha1', bare = true): Promise<string> => {
  const args = ['init', '-q', '-b', 'main', `--object-format=${format}`, ...(bare ? ['--bare'] : []), path];
  await git(args);
  const gitDir = bare ? path : join(path, '.git');
  allowServing(gitDir);
  return gitDir;
};

/** A repository of the given files, made by real git with fixed names and dates: the same files give the same hashes. */
export const makeRepository = async (options: RepositoryOptions): Promise<Repository> => {
  const { format = 'sha1', bare = true, commits = 1, path = makeScratch().join('repo.git') } = options;
  const gitDir = await initRepository(path, format, bare);
  const run = (...args: string[]): Promise<string> => git(['--git-dir', gitDir, ...args]);
  let made = 0;
  let newest: string | null = null;
  const add: Repository['commitAgain'] = async (files, { parent, branch = 'main', message } = {}) => {
    const ref = `refs/heads/${branch}`;
    const from = parent === undefined ? newest : parent;
    const commit = { ref, second: made++, message: message ?? `commit ${made}\n`, from, files: Object.entries(files) };
    await fastImport(gitDir, commitStream(commit));
    newest = await run('rev-parse', ref);
    return newest;
  };
  for (let i = 1; i < commits; i++) await add({ 'history.txt': `state ${i}\n` });
  const commit = await add(commits > 1 ? { 'history.txt': null, ...options.files } : options.files);
  if (!bare) await git(['-C', path, 'reset', '-q', '--hard', 'main']);
  return {
    path,
    gitDir,
    format,
    commit,
    commitAgain: add,
    tree: (of = commit) => run('rev-parse', `${of}^{tree}`),
    git: run,
  };
};
