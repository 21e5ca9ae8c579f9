import { readFileSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  checkComposePlugin,
  describeOutcome,
  findDocker,
  openDocker,
  writePrivate,
} from '../../src/mpc/docker/docker.ts';
import { endCommands, type Outcome, runCommand } from '../../src/mpc/docker/run-command.ts';
import { pathsBelow } from '../../src/mpc/paths.ts';
import { useScratch } from '../support/use-scratch.ts';
import { failure } from './failure.ts';
import { useMachine } from './machine.ts';

const run = (script: string, timeoutMs = 20_000) =>
  runCommand({ file: '/bin/sh', args: ['-c', script], cwd: '/', env: { A: '1' }, timeoutMs });

test('status, both outputs, folder and environment', async () => {
  expect(await run('echo out; echo err >&2; exit 3')).toEqual({
    ending: { kind: 'exit', status: 3 },
    stdout: 'out\n',
    stderr: 'err\n',
  });
  const { stdout } = await run('pwd; env');
  expect(stdout).toMatch(/^\/\n/);
  expect(stdout.split('\n').filter((line) => !/^(?:PWD|SHLVL|_|OLDPWD)=/.test(line))).toEqual(['/', 'A=1', '']);
});

test('a signal, and a program that is not there', async () => {
  expect((await run('kill -KILL $$')).ending).toEqual({ kind: 'signal', signal: 'SIGKILL' });
  const none = await runCommand({ file: '/nonexistent', args: [], cwd: '/', env: {}, timeoutMs: 1000 });
  expect(none.ending).toMatchObject({ kind: 'not-started', error: { code: 'ENOENT' } });
});

test('of much output the end is kept', async () => {
  const { stdout } = await run("i=0; while [ $i -lt 20000 ]; do echo 'line of text'; i=$((i+1)); done; echo end");
  expect(Buffer.byteLength(stdout)).toBe(64 * 1024);
  expect(stdout.endsWith('line of text\nend\n')).toBe(true);
});

test('the end of its time, also where it does not listen', async () => {
  expect((await run('sleep 60', 200)).ending).toEqual({ kind: 'timeout' });
  const from = performance.now();
  expect((await run("trap '' TERM; while :; do sleep 1; done", 200)).ending).toEqual({ kind: 'timeout' });
  expect(performance.now() - from).toBeGreaterThan(5000);
});

test('what holds the pipes after its end does not hold us', async () => {
  const from = performance.now();
  expect((await run('sleep 60 & exit 4')).ending).toEqual({ kind: 'exit', status: 4 });
  expect(performance.now() - from).toBeLessThan(20_000);
});

test('all that runs is ended on demand', async () => {
  const running = run('sleep 60');
  setTimeout(endCommands, 200);
  expect((await running).ending).toEqual({ kind: 'signal', signal: 'SIGTERM' });
});

test.each<[string, Partial<Outcome>, string]>([
  ['the last of what it said', { stderr: 'a\nb\n', stdout: 'no' }, 'ended with status 1: a | b'],
  ['standard output where there is nothing else', { stdout: 'out\n', stderr: ' \n' }, 'ended with status 1: out'],
  ['nothing', {}, 'ended with status 1'],
  ['eight lines', { stderr: '123456789'.split('').join('\n') }, 'ended with status 1: 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9'],
  ['escaped', { stderr: 'a\u001b[0m' }, 'ended with status 1: a\\x1b[0m'],
  ['a signal', { ending: { kind: 'signal', signal: 'SIGKILL' } }, 'was ended by SIGKILL'],
  ['its time', { ending: { kind: 'timeout' }, stderr: 'x' }, 'took more than 2 s: x'],
  ['no start', { ending: { kind: 'not-started', error: new Error('spawn x') } }, 'could not be started: spawn x'],
])('how it ended: %s', (_, changes, text) => {
  const outcome: Outcome = { ending: { kind: 'exit', status: 1 }, stdout: '', stderr: '', ...changes };
  expect(describeOutcome(outcome, 2000)).toBe(text);
});

test('docker is looked for at two places and not on PATH', async () => {
  const machine = await useMachine();
  const paths = pathsBelow(machine.root);
  expect(findDocker(paths)).toBe(`${machine.root}/usr/bin/docker`);
  const empty = pathsBelow(useScratch().path);
  expect(await failure(() => findDocker(empty))).toMatchObject({ code: 'docker-missing' });
  expect(await failure(() => openDocker(empty, 1000))).toMatchObject({ code: 'docker-missing' });
});

test('the private folder: for us alone, a file there is never written twice, and all of it goes', async () => {
  const machine = await useMachine();
  const docker = openDocker(pathsBelow(machine.root), 1000);
  const path = writePrivate(docker, 'x', 'text');
  expect(readFileSync(path, 'utf8')).toBe('text');
  expect(await failure(() => writePrivate(docker, 'x', 'other'))).toMatchObject({
    code: 'private-folder-failed',
    exitCode: 50,
  });
  symlinkSync('/nonexistent/y', `${docker.folder}/y`);
  expect(await failure(() => writePrivate(docker, 'y', 'other'))).toMatchObject({ code: 'private-folder-failed' });
  await checkComposePlugin(docker);
  docker.close();
  expect(() => readFileSync(path)).toThrow(/ENOENT/);
});
