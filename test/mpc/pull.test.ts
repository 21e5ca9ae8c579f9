import { describe, expect, test } from 'vitest';
import type { Logger } from '../../src/base/log.ts';
import { nextPause, pauseBefore } from '../../src/mpc/backoff.ts';
import type { RetryRule } from '../../src/mpc/config/launcher-config.ts';
import { judgePull, readRetryAfter } from '../../src/mpc/docker/pull-failure.ts';
import { pullImage } from '../../src/mpc/docker/pull.ts';
import type { Ending, Outcome } from '../../src/mpc/docker/run-command.ts';

const IMAGE = `nearone/mpc-node:1@sha256:${'ab'.repeat(32)}`;
const RULE: RetryRule = { retries: 5, firstMs: 2000, longestMs: 60_000 };

const outcome = (stderr: string, ending: Ending = { kind: 'exit', status: 1 }): Outcome => ({
  ending,
  stdout: '',
  stderr,
});
const GOOD = outcome('', { kind: 'exit', status: 0 });

const pull = async (outcomes: readonly Outcome[], rule = RULE) => {
  const waits: number[] = [];
  const calls: (readonly string[])[] = [];
  const warnings: string[] = [];
  const infos: [string, unknown][] = [];
  const fields: unknown[] = [];
  const log: Logger = {
    info: (text, more) => void infos.push([text, more]),
    warning: (text, more) => {
      warnings.push(text);
      fields.push(more);
    },
    error: () => {},
    hint: () => {},
  };
  const docker = {
    folder: '/none',
    close: () => {},
    run: async (args: readonly string[]) => {
      calls.push(args);
      return outcomes[calls.length - 1] ?? outcome('connection reset by peer');
    },
  };
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const done = pullImage({ docker, image: IMAGE, rule, timeoutMs: 1000, log, sleep });
  const error = await done.then(
    () => undefined,
    (thrown) => thrown,
  );
  return { error, waits, calls, warnings, infos, fields };
};

test('the pauses grow by the half, up to the longest', () => {
  expect([0, 1, 2, 3, 4].map((retry) => pauseBefore(retry, RULE))).toEqual([2000, 3000, 4500, 6750, 10125]);
  expect(pauseBefore(400, RULE)).toBe(60_000);
});

test('a good pull is one call, with the digest and without a shell', async () => {
  expect(await pull([GOOD])).toMatchObject({ error: undefined, waits: [], calls: [['pull', IMAGE]], warnings: [] });
});

test('what the log says of it', async () => {
  const { infos, fields } = await pull([outcome('EOF'), outcome('EOF'), GOOD]);
  expect(infos).toEqual([
    [`pulling image ${IMAGE}`, { image: IMAGE }],
    ['image pulled successfully', { image: IMAGE }],
  ]);
  expect(fields).toEqual([
    { image: IMAGE, retry: 1, seconds: 2 },
    { image: IMAGE, retry: 2, seconds: 3 },
  ]);
  expect(await pull([outcome('', { kind: 'signal', signal: 'SIGKILL' }), GOOD])).toMatchObject({ waits: [2000] });
});

test('what is transient is tried again, as often as the rule says', async () => {
  const failed = await pull([]);
  expect(failed.waits).toEqual([2000, 3000, 4500, 6750, 10125]);
  expect(failed.calls).toHaveLength(6);
  expect(failed.error).toMatchObject({ code: 'pull-failed', exitCode: 40 });
  expect(failed.error.message).toBe(
    `docker pull ${IMAGE} ended with status 1: connection reset by peer (attempt 6); nothing has been started`,
  );
  expect(failed.warnings[0]).toBe(
    `docker pull failed, retrying in 2 s: docker pull ${IMAGE} ended with status 1: connection reset by peer`,
  );
  expect(await pull([outcome('i/o timeout'), GOOD])).toMatchObject({ error: undefined, waits: [2000] });
  expect((await pull([], { ...RULE, retries: 0 })).calls).toHaveLength(1);
});

test('pull_with_wrong_digest_fails: at once, however many retries there are', async () => {
  const { error, calls } = await pull([
    outcome(`Error response from daemon: manifest for ${IMAGE} not found: manifest unknown`),
  ]);
  expect(calls).toHaveLength(1);
  expect(error).toMatchObject({ code: 'pull-refused', exitCode: 40 });
  expect(error.message).toMatch(/manifest unknown; nothing has been started$/);
  expect(error.hint).toContain('image_reference');
});

test.each([
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'docker-unreachable',
    50,
  ],
  ['permission denied while trying to connect to the Docker daemon socket', 'docker-unreachable', 50],
  ['write /var/lib/docker/tmp/x: no space left on device', 'disk-full', 50],
  ['unauthorized: authentication required', 'pull-refused', 40],
])('%s', async (said, code, exitCode) => {
  const { error, calls } = await pull([outcome(said)]);
  expect(error).toMatchObject({ code, exitCode });
  expect(calls).toHaveLength(1);
});

test('docker that cannot be started', async () => {
  const { error } = await pull([outcome('', { kind: 'not-started', error: new Error('spawn EACCES') })]);
  expect(error).toMatchObject({ code: 'docker-missing', exitCode: 50 });
  expect(error.message).toContain('could not be started: spawn EACCES');
});

test('a limit is honoured: what the registry asks for, else the longest pause', async () => {
  const limited = 'toomanyrequests: You have reached your pull rate limit';
  expect(await pull([outcome(limited), GOOD])).toMatchObject({ error: undefined, waits: [60_000] });
  expect((await pull([outcome(`${limited}. Retry-After: 90`), GOOD])).waits).toEqual([90_000]);
  expect((await pull([outcome(`${limited}: retry-after: 161.8µs`), GOOD])).waits).toEqual([2000]);
  const tooLong = await pull([outcome(`${limited}. Retry-After: 901`)]);
  expect(tooLong).toMatchObject({ waits: [], error: { code: 'pull-failed' } });
  expect(tooLong.error.hint).toContain('the registry limits requests');
});

test('a pause is asked for by whoever limits, and not by a text somewhere', () => {
  expect(judgePull(outcome('EOF, retry-after: 90'))).toMatchObject({ kind: 'transient', retryAfterMs: undefined });
});

describe('what a failure means', () => {
  test.each([
    [
      'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
      'transient',
    ],
    ['dial tcp: lookup x on 10.0.0.1:53: server misbehaving', 'transient'],
    [
      'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'transient',
    ],
    ['context deadline exceeded', 'transient'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'transient'],
    ['unexpected status from HEAD request to https://x/v2/: 502 Bad Gateway', 'transient'],
    ['net/http: TLS handshake timeout', 'transient'],
    ['unexpected EOF', 'transient'],
    ['something that nobody has seen before', 'transient'],
    ['', 'transient'],
    ['429 Too Many Requests', 'limited'],
    ['toomanyrequests: unauthenticated pull rate limit; unauthorized', 'limited'],
    ['manifest unknown: manifest unknown', 'refused'],
    ['failed to resolve reference "docker.io/x@sha256:00": docker.io/x@sha256:00: not found', 'refused'],
    ['pull access denied for x, repository does not exist or may require docker login', 'refused'],
    ['denied: requested access to the resource is denied', 'refused'],
    ['unauthorized: incorrect username', 'refused'],
    ['403 Forbidden', 'refused'],
    ['invalid reference format', 'refused'],
    ['no matching manifest for linux/amd64 in the manifest list entries', 'refused'],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'refused'],
    ['no space left on device', 'disk-full'],
    ['disk quota exceeded', 'disk-full'],
    ['Cannot connect to the Docker daemon', 'engine'],
  ])('%s', (said, kind) => {
    const judged = judgePull(outcome(said));
    expect(judged.kind).toBe(kind);
    expect(judged.transient).toBe(kind === 'transient' || kind === 'limited');
    expect(judged.limited).toBe(kind === 'limited');
    expect(judgePull({ ending: { kind: 'exit', status: 1 }, stdout: said, stderr: '' }).kind).toBe(kind);
  });
  test('the end of its time is transient, whatever stood there', () => {
    expect(judgePull(outcome('not found', { kind: 'timeout' })).kind).toBe('transient');
    expect(judgePull(outcome('', { kind: 'signal', signal: 'SIGKILL' })).kind).toBe('transient');
  });
});

test.each([
  ['Retry-After: 30', 30_000],
  ['retry after 5', 5000],
  ['"retry-after": "7"', 7000],
  ['retry-after: 1m30s', 90_000],
  ['retry-after: 2h', 7_200_000],
  ['retry-after: 161.8µs, allowed: 44000/minute', 1],
  ['retry-after: 250ms', 250],
  ['retry-after: soon', undefined],
  ['try again', undefined],
])('%s', (text, ms) => expect(readRetryAfter(text)).toBe(ms));

describe('the next pause', () => {
  const failed = (changes: object) => ({ transient: true, limited: false, retryAfterMs: undefined, ...changes });
  test.each([
    [{ transient: false }, 0, { stop: 'permanent' }],
    [{}, 4, { ms: 10125 }],
    [{}, 5, { stop: 'exhausted' }],
    [{ limited: true }, 0, { ms: 60_000 }],
    [{ retryAfterMs: 900_000 }, 0, { ms: 900_000 }],
    [{ retryAfterMs: 900_001 }, 0, { stop: 'asked-too-long' }],
    [{ retryAfterMs: 1 }, 1, { ms: 3000 }],
    [{ limited: true, retryAfterMs: 0 }, 0, { ms: 2000 }],
  ])('%j at retry %i', (changes, retry, expected) => expect(nextPause(failed(changes), retry, RULE)).toEqual(expected));
});
