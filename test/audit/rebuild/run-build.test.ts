import { describe, expect, test } from 'vitest';
import { MAX_PROGRESS_BYTES, MAX_RESULT_BYTES } from '../../../src/audit/collect/rebuild/limits.ts';
import { type BuildCommand, runBuild } from '../../../src/audit/collect/rebuild/run-build.ts';

/** Runs a line of a shell as the build. */
const run = (script: string, more: Partial<BuildCommand> = {}) =>
  runBuild({
    file: '/bin/sh',
    args: ['-c', script],
    cwd: '/',
    env: { PATH: process.env.PATH },
    seconds: 20,
    name: 'a \u001bbuild',
    signal: new AbortController().signal,
    onLine: () => undefined,
    ...more,
  });

const bytes = (count: number, to: 1 | 2): string => `head -c ${count} /dev/zero | tr '\\0' x >&${to}`;

test.each([0, 10])('a build that ends with %i has a result', async (status) => {
  const { stdout, ...rest } = await run(`pwd; echo more; exit ${status}`);
  expect([Buffer.from(stdout).toString(), rest]).toEqual(['/\nmore\n', { status }]);
});

test('it sees the environment that it is given, and no input', async () => {
  const { stdout } = await run('cat; echo "$A,$HOME"', { env: { PATH: process.env.PATH, A: 'b' } });
  expect(Buffer.from(stdout).toString()).toBe('b,\n');
});

test('results and progress may be as long as their limits', async () => {
  const lines: string[] = [];
  const { stdout } = await run(`${bytes(MAX_RESULT_BYTES, 1)}; ${bytes(MAX_PROGRESS_BYTES, 2)}`, {
    onLine: (line) => lines.push(line),
  });
  expect([stdout.length, lines.join('').length]).toEqual([MAX_RESULT_BYTES, MAX_PROGRESS_BYTES]);
});

describe('no result', () => {
  test.each<[string, string, Partial<BuildCommand>, object]>([
    [
      'another status',
      'echo one >&2; printf "two\\033" >&2; exit 1',
      {},
      {
        code: 'build-failed',
        message: 'a \\x1bbuild ended with 1\none\ntwo\\x1b',
        hint: 'docs/image.md says what a build needs; a clone that lacks the commit has to fetch it first: git fetch --tags',
      },
    ],
    ['a signal', 'kill -9 $$', {}, { code: 'build-failed', message: 'a \\x1bbuild ended with SIGKILL' }],
    [
      'no program',
      '',
      { file: '/none\u001b' },
      {
        code: 'not-started',
        message: expect.stringMatching(/^npm cannot be started: [ -~]*ENOENT/),
        hint: 'npm has to be on PATH: it comes with Node',
      },
    ],
    [
      'one byte of results too many',
      bytes(MAX_RESULT_BYTES + 1, 1),
      {},
      { code: 'too-much-output', message: 'a \\x1bbuild was ended: it wrote more than 65536 bytes of results' },
    ],
    [
      'one byte of progress too many',
      bytes(MAX_PROGRESS_BYTES + 1, 2),
      {},
      { code: 'too-much-output', message: 'a \\x1bbuild was ended: it wrote more than 1048576 bytes of progress' },
    ],
    [
      'no time left',
      'sleep 1000',
      { seconds: 0.1 },
      {
        code: 'timed-out',
        message: 'a \\x1bbuild was ended: it was not over after 0.1 s',
        hint: 'TWL_REBUILD_SECONDS sets another limit',
      },
    ],
    [
      'the first reason counts',
      `trap '' TERM; ${bytes(MAX_RESULT_BYTES + 1, 1)}; sleep 0.5; ${bytes(MAX_PROGRESS_BYTES + 1, 2)}`,
      {},
      { code: 'too-much-output', message: expect.stringContaining('of results') },
    ],
    [
      'the program has to end',
      'sleep 1000',
      { signal: AbortSignal.timeout(50) },
      { code: 'interrupted', message: 'a \\x1bbuild was ended: this program has to end' },
    ],
  ])('%s', async (_, script, more, error) => {
    await expect(run(script, more)).rejects.toMatchObject({ exitCode: 13, ...error });
  });

  test('one that does not listen is killed', async () => {
    const started = performance.now();
    await expect(run("trap '' TERM; while :; do sleep 0.1; done", { seconds: 0.1 })).rejects.toMatchObject({
      code: 'timed-out',
    });
    expect(performance.now() - started).toBeGreaterThan(4900);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('while it runs it is ended with the process, and nothing listens to that any more', async () => {
    const before = process.listenerCount('exit');
    const running = run('true');
    expect(process.listenerCount('exit')).toBe(before + 1);
    await running;
    await run('exit 1').catch(() => undefined);
    expect(process.listenerCount('exit')).toBe(before);
  });
});
