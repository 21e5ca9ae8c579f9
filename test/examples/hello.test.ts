import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commitFolder } from '../../examples/hello/commit.ts';
import { git } from '../support/git-command.ts';
import { useScratch } from '../support/use-scratch.ts';
import { whyGitStays, withoutGit } from '../support/own-mounts.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const repository = `${root}examples/hello/repository`;
const template = readFileSync(`${root}examples/hello/launcher.conf`, 'utf8');
const pinned = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(template)?.[1] ?? '';

/** A user's own: without what npm has put in front of it for us. */
const PATH = (process.env.PATH ?? '')
  .split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':');

/** Runs a command as a user would in the project's folder, with a temporary folder of its own to see what stays there. */
const run = async (command: string, args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
  const TMPDIR = useScratch().path;
  const child = spawn(command, args, { cwd: root, env: { PATH, TMPDIR, HOME: TMPDIR } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect(readdirSync(TMPDIR).filter((name) => name.startsWith('twl-'))).toEqual([]);
  return { code, out, err };
};

test('npm start launches the example over smart HTTP', async () => {
  const { code, out, err } = await run('npm', ['start']);
  expect(err).toContain(`HEAD verified: ${pinned('COMMIT_SHA')}`);
  expect(err).toMatch(/cloning http:\/\/127\.0\.0\.1:\d+\/hello\.git into/);
  expect(out).toContain('Hello from the pinned commit.');
  expect(out).toContain(`commit   ${pinned('COMMIT_SHA')}\n`);
  expect(out).toMatch(/file {5}greeting\.txt, \d+ bytes/);
  expect(err).toContain('> the workload ended with status 0');
  expect(code).toBe(0);
});

test('npm start launches the same commit from its folder where there is no git', async (context) => {
  const why = whyGitStays();
  if (why !== undefined) context.skip(`git cannot be hidden here: ${why}`);
  const { code, out, err } = await run(...withoutGit('npm', 'start'));
  expect(err).toMatch(/cloning \/\S+\/hello\.git into/);
  expect(err).toContain(`HEAD verified: ${pinned('COMMIT_SHA')}`);
  expect(out).toContain('Hello from the pinned commit.');
  expect(out).toContain('this machine has no git');
  expect(code).toBe(0);
});

test('the pinned hashes are what git computes for the same files', async () => {
  const scratch = useScratch();
  const env = { GIT_AUTHOR_NAME: 'Example', GIT_AUTHOR_EMAIL: 'example@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'Example', GIT_COMMITTER_EMAIL: 'example@example.com' };
  for (const format of ['sha1', 'sha256']) {
    const path = scratch.join(format);
    await git(['init', '-q', `--object-format=${format}`, path]);
    cpSync(repository, path, { recursive: true });
    for (const name of readdirSync(repository)) chmodSync(`${path}/${name}`, name.endsWith('.sh') ? 0o755 : 0o644);
    await git(['-C', path, 'add', '-A']);
    await git(['-C', path, 'commit', '-q', '-m', 'Say hello'], { env: { ...env, ...committer } });
  }
  expect(await git(['-C', scratch.join('sha1'), 'rev-parse', 'HEAD'])).toBe(pinned('COMMIT_SHA'));
  expect(await git(['-C', scratch.join('sha256'), 'rev-parse', 'HEAD^{tree}'])).toBe(pinned('TREE_SHA256'));
});

test('the commit is the same whatever the modes and the umask', async () => {
  const scratch = useScratch();
  cpSync(repository, scratch.join('files'), { recursive: true });
  for (const name of readdirSync(scratch.join('files'))) chmodSync(scratch.join('files', name), 0o700);
  mkdirSync(scratch.join('bare.git'));
  expect(await commitFolder(scratch.join('files'), scratch.join('bare.git'))).toBe(pinned('COMMIT_SHA'));
  await git(['--git-dir', scratch.join('bare.git'), 'fsck', '--strict']);
});
