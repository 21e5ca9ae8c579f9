import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { makeCanary } from '../support/canary.ts';
import { git } from '../support/git-command.ts';
import { makeLargeRepository } from '../support/large-repository.ts';
import { makeRepository } from '../support/repositories.ts';
import { runLauncher } from '../support/run-launcher.ts';
import { bindMount, mountTmpfs } from '../support/tmpfs.ts';
import { useScratch } from '../support/use-scratch.ts';

const program = (folder: string, script: string): string => {
  writeFileSync(`${folder}/program`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${folder}/program`;
};

test('a program runs in an environment made from nothing', async () => {
  const path = program(useScratch().path, 'env; umask; cat; cat "$1"; echo oops >&2; exit 7');
  const result = await runLauncher({ program: path, config: 'A=1\n', env: { X: 'y' }, umask: 0o27, stdin: 'in\n' });
  expect(result).toMatchObject({ code: 7, signal: null, stderr: 'oops\n', timedOut: false });
  const names = result.stdout.match(/^\w+(?==)/gm)?.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name));
  expect(names?.sort()).toEqual(['A', 'HOME', 'PATH', 'X']);
  expect(result.stdout).toContain('0027\nin\nA=1\n');
});

test('a program is killed at a moment, at a line, at its time limit', async () => {
  const path = program(useScratch().path, 'echo now >&2; sleep 30 & wait');
  const killed = await runLauncher({ program: path, signalAfterMs: 100 });
  expect(killed).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: false });
  expect(killed.durationMs).toBeLessThan(1000);
  expect(await runLauncher({ program: path, signalAtText: 'now', signal: 'SIGTERM' })).toMatchObject({
    signal: 'SIGTERM',
  });
  expect(await runLauncher({ program: path, timeoutMs: 100 })).toMatchObject({ timedOut: true });
});

test('a canary tells that it ran', () => {
  const folder = useScratch().path;
  const canary = makeCanary(folder);
  writeFileSync(`${folder}/hook`, canary.script, { mode: 0o755 });
  expect(canary.fired()).toBe(false);
  execFileSync(`${folder}/hook`, ['a']);
  expect(canary.fired()).toBe(true);
  expect(canary.trace()).toContain('hook a');
});

test('a small disk fills up and turns read-only', () => {
  const scratch = useScratch();
  const disk = mountTmpfs(scratch.join('disk'), { bytes: 65536 });
  if (disk === undefined) return;
  onTestFinished(() => disk.unmount());
  expect(() => writeFileSync(`${disk.path}/big`, Buffer.alloc(100_000))).toThrow('ENOSPC');
  disk.setReadOnly(true);
  expect(() => writeFileSync(`${disk.path}/more`, '')).toThrow('EROFS');
  disk.setReadOnly(false);
  mkdirSync(scratch.join('bound'));
  const bound = bindMount(disk.path, scratch.join('bound'))!;
  onTestFinished(() => bound.unmount());
  expect(statSync(`${bound.path}/big`).dev).toBe(statSync(disk.path).dev);
  bound.setReadOnly(true);
  expect(() => writeFileSync(`${bound.path}/more`, '')).toThrow('EROFS');
  expect(() => writeFileSync(`${disk.path}/more`, '')).not.toThrow('EROFS');
});

test('repositories are the same every time', async () => {
  const scratch = useScratch();
  const files = { 'tee-launch.sh': 'echo\n', 'd/\n"é\\': { symlink: 'x' } } as const;
  const first = await makeRepository({ files, path: scratch.join('a'), bare: false });
  const second = await makeRepository({ files, path: scratch.join('b.git') });
  expect(second.commit).toBe(first.commit);
  expect(await git(['-C', first.path, 'status', '--porcelain'])).toBe('');
  const next = await second.commitAgain({ 'tee-launch.sh': null, new: 'x' });
  expect(await second.git('ls-tree', '-r', '--name-only', '-z', next)).toBe('d/\n"é\\\0new\0');
  expect(await second.tree(next)).not.toBe(await second.tree());
});

test('a large repository is deterministic and looks like sources', async () => {
  const scratch = useScratch();
  const options = { files: 300, averageBytes: 4000, history: 20 };
  const [a, b] = [{ path: scratch.join('a.git') }, { path: scratch.join('b.git') }];
  const first = await makeLargeRepository({ ...options, ...a });
  expect((await makeLargeRepository({ ...options, ...b })).commit).toBe(first.commit);
  const run = (...args: string[]): Promise<string> => git(['--git-dir', first.gitDir, ...args]);
  expect(await run('rev-list', '--count', 'main')).toBe('21');
  expect((await run('ls-tree', '-r', '--name-only', 'main')).split('\n')).toHaveLength(301);
  await run('fsck', '--strict');
}, 30_000);
