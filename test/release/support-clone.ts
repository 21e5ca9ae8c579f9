import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../image/run-command.ts';
import { useScratch } from '../support/use-scratch.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the scripts of a release read, but for installed packages. */
const FILES = ['.gitignore', 'docker', 'package.json', 'package-lock.json', 'scripts', 'src'];

export interface Clone {
  readonly path: string;
  readonly commit: string;
  /** The folder beside it that the workflow calls `$RUNNER_TEMP`. */
  readonly temp: string;
}

/** A repository with the files that lie here in one commit, and nothing installed. Inside a test only. */
export const cleanClone = async (): Promise<Clone> => {
  const scratch = useScratch();
  const path = scratch.join('clone');
  for (const name of FILES) cpSync(join(root, name), join(path, name), { recursive: true });
  const git = async (...args: string[]): Promise<string> => {
    const identity = [
      '-c',
      'user.name=Somebody',
      '-c',
      'user.email=somebody@example.com',
      '-c',
      'commit.gpgsign=false',
    ];
    const { code, stdout, stderr } = await runCommand('git', [...identity, ...args], { cwd: path });
    if (code !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
    return stdout.trim();
  };
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'all');
  return { path, commit: await git('rev-parse', 'HEAD'), temp: scratch.path };
};
