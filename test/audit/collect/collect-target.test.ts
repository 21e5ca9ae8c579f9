import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { collectTarget } from '../../../src/audit/collect/collect-target.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { MAX_ANSWER_BYTES } from '../../../src/audit/collect/limits.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { reply, useServer } from './answer-server.ts';

const ANSWER = JSON.stringify({ quote: '00', report_data: '12' });
const limits = { attempts: 1, totalMs: 3000 };

const failure = async (promise: Promise<unknown>): Promise<CollectError> => {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof CollectError) return error;
  throw error;
};

test('a file', async () => {
  const path = useScratch().join('a.json');
  writeFileSync(path, ANSWER);
  const { evidence, appIdOfAddress } = await collectTarget(path);
  expect(evidence).toMatchObject({
    target: path,
    quote: { origin: `saved answer ${path}, quote`, value: Uint8Array.of(0) },
  });
  expect(appIdOfAddress).toBeUndefined();
});

test('a file that is not there, is a folder or is too large', async () => {
  const scratch = useScratch();
  const missing = await failure(collectTarget(scratch.join('no.json')));
  expect(missing).toMatchObject({
    code: 'file-unreadable',
    exitCode: 50,
    hint: 'check the path',
    cause: { code: 'file-missing' },
  });
  expect(missing.message).toContain('no.json failed: ENOENT');
  mkdirSync(scratch.join('folder'));
  expect(await failure(collectTarget(scratch.join('folder')))).toMatchObject({ code: 'file-unreadable', exitCode: 50 });
  writeFileSync(scratch.join('large'), Buffer.alloc(MAX_ANSWER_BYTES + 1));
  expect(await failure(collectTarget(scratch.join('large')))).toMatchObject({ code: 'too-large', exitCode: 30 });
  const nothing = await failure(collectTarget(''));
  expect(nothing).toMatchObject({ code: 'unsupported-target', exitCode: 2, message: "'' is no target" });
  expect(nothing.hint).toContain('or - for standard input');
});

test('standard input, in pieces and bounded', async () => {
  async function* pieces(...all: Uint8Array[]) {
    yield* all;
  }
  const whole = Buffer.from(ANSWER);
  const { evidence, appIdOfAddress } = await collectTarget('-', {
    stdin: pieces(whole.subarray(0, 5), whole.subarray(5)),
  });
  expect(evidence).toMatchObject({ target: '-', quote: { origin: 'standard input, quote' } });
  expect(appIdOfAddress).toBeUndefined();
  const half = Buffer.alloc(MAX_ANSWER_BYTES / 2);
  expect((await collectTarget('-', { stdin: pieces(half, half) })).evidence.kind).toBe('versioned-attestation');
  const error = await failure(collectTarget('-', { stdin: pieces(half, half, Buffer.alloc(1)) }));
  expect(error).toMatchObject({
    code: 'too-large',
    message: 'standard input is larger than 10485760 bytes',
    hint: 'check what is piped in',
  });
  expect(await failure(collectTarget('-', { stdin: pieces() }))).toMatchObject({ message: 'standard input is empty' });
});

test("an agent's address is asked for its Info", async () => {
  const { url, requests } = await useServer(() => reply(200, ANSWER));
  const { evidence } = await collectTarget(url, { limits });
  expect(requests.map((request) => request.url)).toEqual(['/prpc/Info']);
  expect(evidence).toMatchObject({ target: url, quote: { origin: `answer of ${url}/prpc/Info, quote` } });
});

test('an older agent is asked under its older name, and only after a 404', async () => {
  const old = await useServer(({ url }) => (url === '/prpc/Worker.Info' ? reply(200, ANSWER) : reply(404)));
  const { evidence } = await collectTarget(`${old.url}/`, { limits });
  expect(old.requests.map((request) => request.url)).toEqual(['/prpc/Info', '/prpc/Worker.Info']);
  expect(evidence.quote).toHaveProperty('origin', `answer of ${old.url}/prpc/Worker.Info, quote`);
  const none = await useServer(() => reply(404));
  expect(await failure(collectTarget(none.url, { limits }))).toMatchObject({ code: 'not-found', exitCode: 40 });
  expect(none.requests).toHaveLength(2);
  const refused = await useServer(() => reply(403));
  expect(await failure(collectTarget(refused.url, { limits }))).toMatchObject({ code: 'server-refused' });
  expect(refused.requests).toHaveLength(1);
});

test('any other URL is asked as it is', async () => {
  const { url, requests } = await useServer(() => reply(200, ANSWER));
  await collectTarget(`${url}/public_data`, { limits });
  await collectTarget(`${url}/?x=1`, { limits });
  expect(requests.map((request) => request.url)).toEqual(['/public_data', '/?x=1']);
});

test('wrong content is said, with where it came from', async () => {
  const { url } = await useServer(() => reply(200, '<html>hello</html>'));
  const error = await failure(collectTarget(url, { limits }));
  expect(error).toMatchObject({ code: 'unrecognised', exitCode: 30 });
  expect(error.message).toContain(`answer of ${url}/prpc/Info cannot be read`);
  const large = await useServer(() => reply(200, Buffer.alloc(MAX_ANSWER_BYTES + 1)));
  expect(await failure(collectTarget(large.url, { limits }))).toMatchObject({ code: 'too-large' });
});

test('a URL of another kind is not taken', async () => {
  expect(await failure(collectTarget('http://example.org/'))).toMatchObject({
    code: 'unsupported-target',
    exitCode: 2,
  });
  expect(await failure(collectTarget('ssh://example.org/'))).toMatchObject({ code: 'unsupported-target' });
});
