import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageError } from './error.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the files here are: a commit, or something that nobody can fetch. */
export interface Revision {
  /** As package.json has it. */
  readonly version: string;
  /** 40 hex digits; undefined where there are changes that are in no commit, or no repository. */
  readonly commit: string | undefined;
  /** Seconds since 1970: no file of the image is newer. */
  readonly epoch: number;
  /** The address of the repository, without `git+` and `.git`. */
  readonly repository: string;
}

const git = (...args: string[]): string | undefined => {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** `package.json`'s `repository` as a web address: the one place that says whose releases these are. */
export const readRepository = (): string => {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const match = /^git\+(https:\/\/github\.com\/[\w.-]+\/[\w.-]+?)\.git$/.exec(repository?.url ?? '');
  if (match?.[1] === undefined)
    throw new ImageError('package.json: repository.url is not git+https://github.com/OWNER/NAME.git');
  return match[1];
};

/**
 * Reads what is built. `SOURCE_DATE_EPOCH`, where it is set, is the time; else it is the commit's.
 * @throws ImageError where there is neither
 */
export const readRevision = (): Revision => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const isClean = git('status', '--porcelain') === '';
  const epoch = process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct');
  if (epoch === undefined || !/^\d{1,10}$/.test(epoch)) {
    throw new ImageError('there is no commit to take the time from', 'build in a clone, or set SOURCE_DATE_EPOCH');
  }
  return {
    version,
    commit: isClean ? git('rev-parse', 'HEAD') : undefined,
    epoch: Number(epoch),
    repository: readRepository(),
  };
};

/**
 * What is released is in a commit: else nobody can build it again, and no signature could name it.
 * @throws ImageError where there are changes that are in no commit; names the first of them
 */
export const requireCommit = (revision: Revision): Revision => {
  if (revision.commit !== undefined) return revision;
  const [first = 'there is no repository'] = git('status', '--porcelain')?.split('\n') ?? [];
  throw new ImageError(`there are changes that are in no commit: ${first}`, 'write what is built outside of the clone');
};

/** What programs answer to `--version`; the commit is build metadata, as semver calls it. */
export const versionOf = ({ version, commit }: Revision): string =>
  commit === undefined ? version : `${version}+${commit}`;
