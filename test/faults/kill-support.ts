import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { git } from '../support/git-command.ts';
import { leftoversIn } from './support.ts';

/** A workload that prints one hash over the names and bytes of all files that it stands among. */
export const DIGEST_SCRIPT = [
  '#!/bin/bash',
  'set -o pipefail',
  'find . -path ./.git -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum',
  '',
].join('\n');

/** What {@link DIGEST_SCRIPT} prints in a right checkout of `commit`. */
export const expectedDigest = async (gitDir: string, commit: string, folder: string): Promise<string> => {
  mkdirSync(folder);
  const archive = join(folder, '..', `${commit}.tar`);
  await git(['--git-dir', gitDir, 'archive', '-o', archive, commit]);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  return execFileSync('bash', ['tee-launch.sh'], { cwd: folder, encoding: 'utf8' });
};

/** The checkout is what git says it is, and nothing of an unfinished start is left. */
export const expectSound = async (workDir: string, commit: string): Promise<void> => {
  expect(await git(['-C', workDir, 'rev-parse', 'HEAD'])).toBe(commit);
  expect(await git(['-C', workDir, 'status', '--porcelain', '--ignored'])).toBe('');
  await git(['-C', workDir, 'fsck', '--full', '--strict']);
  expect(leftoversIn(workDir)).toEqual([]);
};
