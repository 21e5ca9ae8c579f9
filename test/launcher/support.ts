import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { makeRepository, type Repository, type RepositoryOptions } from '../support/repositories.ts';
import type { Scratch } from '../support/scratch.ts';
import { useScratch } from '../support/use-scratch.ts';

export type PinValues = Record<string, string | undefined>;

/** A pin's text; a key without a value is left out. */
export const pinText = (values: PinValues): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

export interface Served {
  scratch: Scratch;
  repository: Repository;
  server: GitServer;
  url: string;
  workDir: string;
  /** The text of a pin of its commit, with more keys, or other values for these. */
  pin(more?: PinValues): string;
}

/** A repository of the given files on a real server, both gone when the test ends. Inside a test only. */
export const serve = async (
  files: RepositoryOptions['files'],
  more: Partial<RepositoryOptions> = {},
): Promise<Served> => {
  const scratch = useScratch();
  const repository = await makeRepository({ files, path: scratch.join('repo.git'), ...more });
  const server = await startGitServer({ root: scratch.path });
  onTestFinished(() => server.close());
  const url = `${server.url}/repo.git`;
  const workDir = join(scratch.path, 'work');
  const pin = (values: PinValues = {}): string =>
    pinText({ REPO_URL: url, COMMIT_SHA: repository.commit, WORK_DIR: workDir, ...values });
  return { scratch, repository, server, url, workDir, pin };
};

/** Expects every phrase in `text`, each behind the one before. */
export const expectInOrder = (text: string, phrases: readonly string[]): void => {
  let from = 0;
  for (const phrase of phrases) {
    const at = text.indexOf(phrase, from);
    expect(at, `'${phrase}' should stand in what follows:\n${text.slice(from)}`).toBeGreaterThanOrEqual(0);
    from = at + phrase.length;
  }
};
