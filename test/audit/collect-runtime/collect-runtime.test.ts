import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectRuntime, type RuntimeSources } from '../../../src/audit/collect/runtime/collect-runtime.ts';
import { MAX_ATTEST_BYTES, MAX_LOG_BYTES } from '../../../src/audit/collect/runtime/limits.ts';
import { MAX_RECEIPT_BYTES } from '../../../src/evidence/receipt/limits.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { reply, useServer } from '../collect/answer-server.ts';

const NONCE = new Uint8Array(32).fill(0xa1);
const RECEIPT = '{"a":1}\n';
const ANSWER = JSON.stringify({
  schema: 'twl-attest/v1',
  nonce: '',
  report_data: '',
  quote: '0102',
  event_log: '[]',
  vm_config: '',
  receipt: RECEIPT,
});
const NOTHING: RuntimeSources = { receipt: undefined, attest: undefined, nonce: undefined, logs: undefined };
const limits = { attempts: 2, backoffMs: 1, totalMs: 3000, idleMs: 200 };

const collect = (sources: Partial<RuntimeSources>) => collectRuntime({ ...NOTHING, ...sources }, { limits });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const saved = (name: string, content: string | Uint8Array): string => {
  const path = useScratch().join(name);
  writeFileSync(path, content);
  return path;
};
const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  await promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('nothing that was not named', async () => {
  expect(await collect({})).toEqual({});
});

describe('files', () => {
  test('a receipt, an answer, logs', async () => {
    const receipt = saved('receipt.json', 'x');
    expect(await collect({ receipt })).toEqual({ receipt: { origin: `receipt ${receipt}`, value: bytes('x') } });
    const attest = saved('answer.json', ANSWER);
    const origin = `saved answer ${attest}`;
    const part = { origin, value: { quote: Uint8Array.of(1, 2), eventLog: [], receipt: bytes(RECEIPT) } };
    expect(await collect({ attest })).toEqual({
      attest: part,
      receipt: { origin: `${origin}, receipt`, value: bytes(RECEIPT) },
    });
    // The file that was named goes before the one in the answer.
    expect(await collect({ attest, receipt })).toEqual({
      attest: part,
      receipt: { origin: `receipt ${receipt}`, value: bytes('x') },
    });
    const logs = saved('log', Buffer.from([0x61, 0xff, 0x0a]));
    expect(await collect({ logs })).toEqual({ logs: { origin: `logs ${logs}`, value: 'a\ufffd\n' } });
  });

  test('an answer that is none is a part with its error, and so is its receipt', async () => {
    const attest = saved('answer.json', '{}');
    const { attest: part, receipt } = await collect({ attest });
    expect(part).toMatchObject({ origin: `saved answer ${attest}`, error: { code: 'bad-answer' } });
    expect(receipt).toMatchObject({ origin: `saved answer ${attest}, receipt`, error: { code: 'bad-answer' } });
  });

  test.each<[keyof RuntimeSources, number]>([
    ['receipt', MAX_RECEIPT_BYTES],
    ['attest', MAX_ATTEST_BYTES],
    ['logs', MAX_LOG_BYTES],
  ])('that are not there or too large end it: %s', async (name, bound) => {
    const missing = `${useScratch().path}/none`;
    expect(await failure(collect({ [name]: missing }))).toMatchObject({ code: 'file-unreadable', exitCode: 50 });
    const large = saved('large', new Uint8Array(bound + 1));
    expect(await failure(collect({ [name]: large }))).toMatchObject({ code: 'too-large', exitCode: 30 });
    expect(await failure(collect({ [name]: saved('bound', new Uint8Array(bound)) }))).toBeUndefined();
  });
});

describe('addresses', () => {
  test('twl-attest is asked with the nonce, once', async () => {
    const { url, requests } = await useServer(() => reply(200, ANSWER));
    expect(await collect({ attest: url, nonce: NONCE })).toEqual({
      attest: {
        origin: `answer of ${url}`,
        value: { quote: Uint8Array.of(1, 2), eventLog: [], receipt: bytes(RECEIPT) },
      },
      receipt: { origin: `answer of ${url}, receipt`, value: bytes(RECEIPT) },
    });
    expect(requests.map(({ method, url: path }) => [method, path])).toEqual([
      ['GET', `/attest?nonce=${'a1'.repeat(32)}`],
    ]);
  });

  test('a busy one is asked again, with the same nonce', async () => {
    const { url, requests } = await useServer((_, index) => (index === 0 ? reply(503) : reply(200, ANSWER)));
    expect(await collect({ attest: url, nonce: NONCE })).toMatchObject({ attest: { value: {} } });
    expect(new Set(requests.map(({ url: path }) => path)).size).toBe(1);
    expect(requests).toHaveLength(2);
  });

  test.each([
    ['nothing there', reply(404), 'not-found', 40],
    ['no receipt yet', reply(503), 'server-busy', 40],
    ['silence', { hang: true } as const, 'timed-out', 40],
    ['no answer of it', reply(200, '{}'), 'bad-answer', 30],
    ['no JSON', reply(200, 'x'), 'syntax', 30],
    ['too much', reply(200, '', { 'content-length': String(MAX_ATTEST_BYTES + 1) }), 'too-large', 30],
  ])('%s is a part with that error', async (_, answer, code, exitCode) => {
    const { url } = await useServer(() => answer);
    const { attest, receipt } = await collect({ attest: url, nonce: NONCE });
    expect(attest).toMatchObject({ origin: `answer of ${url}`, error: { code, exitCode } });
    expect(receipt).toMatchObject({ origin: `answer of ${url}, receipt`, error: { code, exitCode } });
  });

  test('logs', async () => {
    const { url, requests } = await useServer(({ url: path }) =>
      path === '/logs/a?text' ? reply(200, 'x\n') : reply(404),
    );
    expect(await collect({ logs: `${url}/logs/a?text` })).toEqual({
      logs: { origin: `logs of ${url}/logs/a?text`, value: 'x\n' },
    });
    expect(await collect({ logs: `${url}/` })).toMatchObject({
      logs: { origin: `logs of ${url}/`, error: { code: 'not-found' } },
    });
    expect(requests).toHaveLength(2);
  });

  test('that are none end it', async () => {
    for (const name of ['attest', 'logs'] as const) {
      expect(await failure(collect({ [name]: 'ftp://a.example', nonce: NONCE }))).toMatchObject({
        code: 'unsupported-target',
        exitCode: 2,
      });
    }
  });
});
