import { describe, expect, test } from 'vitest';
import { attestAddress } from '../../../src/audit/collect/runtime/ask-attest.ts';
import { MAX_ATTEST_BYTES } from '../../../src/audit/collect/runtime/limits.ts';
import { readAttest } from '../../../src/audit/collect/runtime/read-attest.ts';
import { MAX_QUOTE_BYTES } from '../../../src/evidence/limits.ts';

const EVENT = { imr: 3, event_type: 0x08000001, digest: '', event: 'system-ready', event_payload: '' };
const ANSWER = {
  schema: 'twl-attest/v1',
  nonce: 'a1'.repeat(32),
  report_data: '00'.repeat(64),
  quote: '0102',
  event_log: JSON.stringify([EVENT]),
  vm_config: '',
  receipt: '{"\u00e4":1}\n',
};

const read = (answer: unknown) => readAttest(Buffer.from(JSON.stringify(answer)), 'an answer');
const failure = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    const { code, exitCode, message, hint } = error as Record<string, unknown>;
    return { code, exitCode, message, hint };
  }
  return undefined;
};

test('an answer of twl-attest: quote, log, and the bytes of the receipt', () => {
  expect(read(ANSWER)).toEqual({
    quote: Uint8Array.of(1, 2),
    eventLog: [
      {
        register: 3,
        eventType: 0x08000001,
        digest: undefined,
        name: 'system-ready',
        payload: new Uint8Array(),
        version: 1,
        preimage: undefined,
      },
    ],
    receipt: new TextEncoder().encode(ANSWER.receipt),
  });
});

test('what it repeats of the question counts for nothing', () => {
  expect(read({ ...ANSWER, nonce: 7, report_data: null, vm_config: 1 })).toEqual(read(ANSWER));
});

describe('what is none', () => {
  const HINT = 'ask it at /attest?nonce=<64 hex>, and save the answer as it comes';
  const { receipt: _, ...short } = ANSWER;
  test.each<[string, unknown, string]>([
    ['of another schema', { ...ANSWER, schema: 'twl-attest/v2' }, "schema is not 'twl-attest/v1'"],
    ['without a schema', { ...short, schema: undefined }, "schema is not 'twl-attest/v1'"],
    ['with a key more', { ...ANSWER, 'x\u202e': 1 }, "it has a key 'x\\u{202e}'"],
    ['with a key less', short, "it has no 'receipt'"],
  ])('%s', (__, answer, why) => {
    expect(failure(() => read(answer))).toEqual({
      code: 'bad-answer',
      exitCode: 30,
      message: `an answer is no answer of twl-attest: ${why}`,
      hint: HINT,
    });
  });

  test.each<[string, unknown, string]>([
    ['a quote that is no hex', { ...ANSWER, quote: 'zz' }, 'bad-hex'],
    ['a quote that is no text', { ...ANSWER, quote: 1 }, 'wrong-type'],
    ['a quote that is too long', { ...ANSWER, quote: '00'.repeat(MAX_QUOTE_BYTES + 1) }, 'too-large'],
    ['a log that is no JSON', { ...ANSWER, event_log: '[' }, 'truncated'],
    ['a log that is no text', { ...ANSWER, event_log: [] }, 'too-deep'],
    ['a receipt that is no text', { ...ANSWER, receipt: {} }, 'too-deep'],
    ['a receipt that is null', { ...ANSWER, receipt: null }, 'wrong-type'],
    ['a list', [], 'wrong-type'],
  ])('%s', (__, answer, code) => {
    expect(failure(() => read(answer))).toMatchObject({ code, exitCode: 30 });
  });

  test('a quote of the largest size is read', () => {
    expect(read({ ...ANSWER, quote: '00'.repeat(MAX_QUOTE_BYTES) }).quote).toHaveLength(MAX_QUOTE_BYTES);
  });

  test('more than there may be', () => {
    expect(failure(() => readAttest(new Uint8Array(MAX_ATTEST_BYTES + 1), 'an answer'))).toMatchObject({
      code: 'too-large',
    });
    expect(failure(() => readAttest(new Uint8Array(MAX_ATTEST_BYTES), 'an answer'))?.code).not.toBe('too-large');
  });
});

test('a message names what is wrong, and a long key is cut', () => {
  expect(failure(() => read({ ...ANSWER, quote: 1 }))?.message).toMatch(/^quote /);
  expect(failure(() => read({ ...ANSWER, quote: 'zz' }))?.message).toMatch(/^quote /);
  expect(failure(() => read({ ...ANSWER, event_log: 1 }))?.message).toMatch(/^event_log /);
  expect(failure(() => read({ ...ANSWER, receipt: 1 }))?.message).toMatch(/^receipt /);
  const message = failure(() => read({ ...ANSWER, ['k'.repeat(101)]: 1 }))?.message;
  expect(message).toBe(`an answer is no answer of twl-attest: it has a key '${'k'.repeat(100)}'`);
});

describe('the address', () => {
  const nonce = new Uint8Array(32).fill(0xa1);
  const query = `?nonce=${'a1'.repeat(32)}`;
  test.each([
    ['https://app.example', 'https://app.example/attest'],
    ['https://app.example/', 'https://app.example/attest'],
    ['https://app.example/attest', 'https://app.example/attest'],
    ['https://app.example/attest/', 'https://app.example/attest'],
    ['https://app.example:8091/x', 'https://app.example:8091/x/attest'],
    ['http://127.0.0.1:8091', 'http://127.0.0.1:8091/attest'],
  ])('%s', (text, expected) => {
    expect(attestAddress(text, nonce).href).toBe(expected + query);
  });

  test.each([
    ['http://app.example', 'http://app.example is http and not on loopback'],
    ['ftp://app.example', 'ftp://app.example is not https'],
    ['https://a:b@app.example', 'https://app.example is given with credentials'],
    ['https://app.example/#x', 'https://app.example/#x has a fragment'],
    ['https://app.example/attest?nonce=00', 'https://app.example/attest?nonce=00 has a query'],
  ])('%s is none', (text, message) => {
    expect(failure(() => attestAddress(text, nonce))).toMatchObject({
      code: 'unsupported-target',
      exitCode: 2,
      message,
    });
  });

  test('a query is not written over', () => {
    expect(failure(() => attestAddress('https://app.example/?x', nonce))?.hint).toBe(
      'give the address alone: the nonce is put behind it',
    );
  });
});
