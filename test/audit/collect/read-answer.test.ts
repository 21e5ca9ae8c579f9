import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { MAX_ANSWER_BYTES, MAX_NOISY_BYTES } from '../../../src/audit/collect/limits.ts';
import { BaseError } from '../../../src/base/error.ts';
import { holds } from '../../support/property.ts';

const EVENT = { imr: 3, event_type: 0x08000001, digest: 'ab'.repeat(48), event: 'app-id', event_payload: '00ff' };
const READ_EVENT = {
  register: 3,
  eventType: 0x08000001,
  digest: new Uint8Array(48).fill(0xab),
  name: 'app-id',
  payload: Uint8Array.of(0, 255),
  version: 1,
  preimage: undefined,
};
const QUOTE = Uint8Array.of(4, 0, 2, 0, 0x81, 0, 0, 0, 9, 9);
const QUOTE_HEX = Buffer.from(QUOTE).toString('hex');

const read = (answer: unknown) =>
  readAnswer(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)), 'a.json');
const from = (where: string): string => `saved answer a.json${where}`;

const errorOf = (answer: unknown): CollectError => {
  try {
    if (answer instanceof Uint8Array) readAnswer(answer, 'a.json');
    else read(answer);
  } catch (error) {
    if (error instanceof CollectError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const failing = (origin: string, code: string, message: string) => ({
  origin,
  error: expect.objectContaining({ code, message: expect.stringContaining(message) }),
});

test('a quote answer', () => {
  const answer = {
    quote: QUOTE_HEX,
    event_log: JSON.stringify([EVENT]),
    report_data: '12',
    vm_config: '{"a":1}',
    app_compose: '{"name":"ä"}',
    other: 1,
  };
  expect(read(answer)).toStrictEqual({
    target: 'a.json',
    kind: 'quote-answer',
    quote: { origin: from(', quote'), value: QUOTE },
    eventLog: { origin: from(', event_log'), value: [READ_EVENT] },
    appCompose: { origin: from(', app_compose'), value: new TextEncoder().encode('{"name":"ä"}') },
    vmConfig: { origin: from(', vm_config'), value: '{"a":1}' },
    statements: { report_data: { origin: from(', report_data'), value: '12' } },
    notes: [],
  });
});

test('a quote may be an array of bytes or have 0x in front, and an event log be an array', () => {
  expect(read({ quote: [...QUOTE], event_log: [EVENT] })).toMatchObject({
    quote: { value: QUOTE },
    eventLog: { value: [READ_EVENT] },
  });
  expect(read({ quote: `0x${QUOTE_HEX}` }).quote).toEqual({ origin: from(', quote'), value: QUOTE });
  expect(read({ quote: `${QUOTE_HEX}0x` }).quote).toMatchObject(failing(from(', quote'), 'bad-hex', 'is not hex'));
  expect(read({ quote: QUOTE_HEX, attestation: '00' })).toMatchObject({
    kind: 'quote-answer',
    quote: { value: QUOTE },
  });
});

test('what is empty or null was not offered', () => {
  const found = read({ quote: QUOTE_HEX, event_log: '', vm_config: null, app_compose: '', report_data: '' });
  expect(Object.keys(found).sort()).toEqual(['kind', 'notes', 'quote', 'statements', 'target']);
  expect(found.statements).toEqual({});
  expect(read({ quote: '' })).not.toHaveProperty('quote');
});

test('each part that cannot be read says why, and hides no other', () => {
  const found = read({ quote: 'xx', event_log: '{', vm_config: 1, app_compose: {}, report_data: 5 });
  expect(found).toMatchObject({
    quote: failing(from(', quote'), 'bad-hex', 'quote is not hex'),
    eventLog: failing(from(', event_log'), 'truncated', 'event_log'),
    vmConfig: failing(from(', vm_config'), 'wrong-type', 'vm_config is of type number, not a string'),
    appCompose: failing(from(', app_compose'), 'wrong-type', 'app_compose is of type object'),
    statements: { report_data: failing(from(', report_data'), 'wrong-type', 'not a string') },
  });
  expect(read({ quote: [256] }).quote).toMatchObject(
    failing(from(', quote'), 'bad-answer', 'holds something other than bytes'),
  );
  expect(read({ quote: [-1] }).quote).toMatchObject(failing(from(', quote'), 'bad-answer', 'other than bytes'));
  expect(read({ quote: [0.5] }).quote).toMatchObject(failing(from(', quote'), 'bad-answer', 'other than bytes'));
  expect(read({ quote: ['4'] }).quote).toMatchObject(failing(from(', quote'), 'bad-answer', 'other than bytes'));
  expect(read({ quote: [0, 255] }).quote).toMatchObject({ value: Uint8Array.of(0, 255) });
  expect(read({ quote: 7 }).quote).toMatchObject(failing(from(', quote'), 'wrong-type', 'not an array'));
  expect(read({ quote: QUOTE_HEX, event_log: [{}] }).eventLog).toMatchObject(
    failing(from(', event_log'), 'missing', 'event 1'),
  );
});

test('sizes are bounded part by part', () => {
  const most = 64 * 1024;
  expect(read({ quote: Array(most).fill(1) }).quote).toMatchObject({
    value: expect.objectContaining({ length: most }),
  });
  expect(read({ quote: Array(most + 1).fill(1) }).quote).toMatchObject(
    failing(from(', quote'), 'too-large', `quote is longer than ${most} bytes`),
  );
  expect(read({ quote: '00'.repeat(most + 1) }).quote).toMatchObject(
    failing(from(', quote'), 'too-large', 'longer than'),
  );
  const compose = 4 * 1024 * 1024;
  expect(read({ quote: '00', app_compose: 'x'.repeat(compose) }).appCompose).toHaveProperty('value');
  expect(read({ quote: '00', app_compose: 'x'.repeat(compose + 1) }).appCompose).toMatchObject(
    failing(from(', app_compose'), 'too-large', `app_compose is larger than ${compose} bytes`),
  );
});

test('an Attest answer that cannot be decoded has a quote that says why', () => {
  for (const [attestation, code, message] of [
    ['zz', 'bad-hex', 'is not hex'],
    ['81', 'unsupported-attestation', 'form V1'],
    ['0001', 'unsupported-attestation', 'gcp-tdx'],
    ['00', 'bad-attestation', 'cut off'],
    ['', 'bad-attestation', 'empty'],
  ] as const) {
    expect(read({ attestation })).toEqual({
      target: 'a.json',
      kind: 'versioned-attestation',
      quote: failing(from(', attestation'), code, message),
      statements: {},
      notes: [],
    });
  }
});

test('the output of phala cvms attestation, with what is printed around it', () => {
  const answer = {
    success: true,
    is_online: true,
    is_public: true,
    error: null,
    app_certificates: [{ position_in_chain: 0, quote: QUOTE_HEX }, { quote: null }],
    tcb_info: { mrtd: 'm', rtmr3: 'r', event_log: [EVENT], app_compose: '{}', compose_hash: 'c' },
    compose_file: null,
  };
  const at = from(', tcb_info');
  const expected = {
    target: 'a.json',
    kind: 'phala-attestation',
    quote: { origin: from(', app_certificates[0].quote'), value: QUOTE },
    eventLog: { origin: `${at}.event_log`, value: [READ_EVENT] },
    appCompose: { origin: `${at}.app_compose`, value: new TextEncoder().encode('{}') },
    statements: {
      compose_hash: { origin: `${at}, compose_hash`, value: 'c' },
      mrtd: { origin: `${at}, mrtd`, value: 'm' },
      rtmr3: { origin: `${at}, rtmr3`, value: 'r' },
    },
    notes: [],
  };
  expect(read(answer)).toStrictEqual(expected);
  const noise = `Fetching {attestation}...\n${JSON.stringify(answer)}\nAssertion failed: !(handle->flags & UV_HANDLE_CLOSING)\n`;
  expect(read(noise)).toStrictEqual(expected);
});

test('what a phala attestation lacks is said', () => {
  const dropped = read({ app_certificates: [{ quote: QUOTE_HEX }], tcb_info: { event_log: [EVENT] } });
  expect(dropped).not.toHaveProperty('appCompose');
  expect(dropped.notes).toEqual([
    "saved answer a.json, tcb_info has no app_compose: some versions of the phala CLI drop it; the agent's Info has it",
  ]);
  const closed = read({ app_certificates: [{ quote: QUOTE_HEX }], tcb_info: null });
  expect(Object.keys(closed).sort()).toEqual(['kind', 'notes', 'quote', 'statements', 'target']);
  expect(closed.notes).toEqual([
    'saved answer a.json, tcb_info is empty: the deployment keeps it to itself (public_tcbinfo = false), so app-compose is not there to be checked',
  ]);
  const none = read({ app_certificates: null, tcb_info: null });
  expect(none).not.toHaveProperty('quote');
  expect(none.notes).toEqual(['saved answer a.json, app_certificates is empty: there is no quote', ...closed.notes]);
  const withoutQuote = from(', app_certificates[0].quote');
  expect(read({ app_certificates: [] }).quote).toMatchObject(
    failing(withoutQuote, 'missing', 'app_certificates[0] is missing'),
  );
  expect(read({ app_certificates: [{}] }).quote).toMatchObject(failing(withoutQuote, 'missing', 'quote is missing'));
  expect(read({ app_certificates: {} }).quote).toMatchObject(failing(withoutQuote, 'wrong-type', 'not an array'));
  const broken = read({ app_certificates: [{ quote: QUOTE_HEX }], tcb_info: '{' });
  const why = failing(from(', tcb_info'), 'truncated', 'tcb_info');
  expect(broken).toMatchObject({ eventLog: why, appCompose: why, statements: {}, notes: [] });
  expect(broken.quote).toHaveProperty('value');
});

const P2P = 'ed25519:3FwWphCj47PA3D8ErKeVNzqn2ckAKrfuixrvvfGrDxUx';
const SIGNER = 'ed25519:J992NeWhuaJXeUVJcDCVwfS5j1G26B5aJDUZ8iuBCYdc';
const near = (dstack: unknown, keys: object = { near_p2p_public_key: P2P, near_signer_public_key: SIGNER }) => ({
  ...keys,
  tee_participant_info: { Dstack: dstack },
});

test("a NEAR MPC node's public data", () => {
  const found = read(
    near({
      quote: [...QUOTE],
      collateral: { tcb_info: 'x' },
      tcb_info: { event_log: [EVENT], app_compose: 'c', mrtd: 'm' },
    }),
  );
  const at = from(', tee_participant_info.Dstack');
  expect(found).toStrictEqual({
    target: 'a.json',
    kind: 'near-mpc',
    nearKeys: {
      origin: from(', near_p2p_public_key and near_signer_public_key'),
      value: {
        p2p: new Uint8Array(Buffer.from('218b2501ac3a8b5fec81f9e1ff1f142db0d4c175ecff1e2e28b4f83ab0f86461', 'hex')),
        account: new Uint8Array(Buffer.from('feac6588e6cad249afd6417f9f288a3a9a87ddb8289a3a628637169165a4b63f', 'hex')),
      },
    },
    quote: { origin: `${at}.quote`, value: QUOTE },
    collateral: { origin: `${at}.collateral`, value: expect.objectContaining({ tcb_info: 'x' }) },
    eventLog: { origin: `${at}.tcb_info.event_log`, value: [READ_EVENT] },
    appCompose: { origin: `${at}.tcb_info.app_compose`, value: Uint8Array.of(0x63) },
    statements: { mrtd: { origin: `${at}.tcb_info, mrtd`, value: 'm' } },
    notes: [],
  });
});

test('what of a NEAR node cannot be read is said', () => {
  const keysAt = from(', near_p2p_public_key and near_signer_public_key');
  expect(read(near({}, {})).nearKeys).toMatchObject(failing(keysAt, 'missing', 'near_p2p_public_key is missing'));
  expect(read(near({}, { near_p2p_public_key: P2P })).nearKeys).toMatchObject(
    failing(keysAt, 'missing', 'near_signer_public_key is missing'),
  );
  expect(read(near({}, { near_p2p_public_key: 'ed25519:2', near_signer_public_key: SIGNER })).nearKeys).toMatchObject(
    failing(keysAt, 'bad-answer', 'near_p2p_public_key has 1 bytes, not 32'),
  );
  const at = from(', tee_participant_info.Dstack');
  const open = read(near({ quote: [1] }));
  expect(open.notes).toEqual([expect.stringContaining(`${at}.tcb_info is empty`)]);
  expect(open).not.toHaveProperty('collateral');
  expect(open.statements).toEqual({});
  const broken = read(near({ quote: [1], tcb_info: 5 }));
  const why = failing(`${at}.tcb_info`, 'wrong-type', 'tcb_info is of type number');
  expect(broken).toMatchObject({
    quote: { value: Uint8Array.of(1) },
    eventLog: why,
    appCompose: why,
    statements: {},
    notes: [],
  });
  for (const info of [{ Local: {} }, null, 'x', []]) {
    const found = read({ tee_participant_info: info });
    expect(found.quote).toMatchObject({ origin: at, error: expect.any(BaseError) });
    expect(found).toMatchObject({ statements: {}, notes: [] });
  }
});

test.each([
  ['as they are', QUOTE, from('')],
  ['in hex', Buffer.from(`${QUOTE_HEX}\n`), from(', as hex')],
  ['in hex with 0x', Buffer.from(` 0x${QUOTE_HEX.toUpperCase()}`), from(', as hex')],
  ['as a JSON array', Buffer.from(JSON.stringify([...QUOTE])), from(', as an array of bytes')],
])('the bytes of a quote, %s', (_, bytes, origin) => {
  expect(readAnswer(bytes, 'a.json')).toStrictEqual({
    target: 'a.json',
    kind: 'quote-answer',
    quote: { origin, value: QUOTE },
    statements: {},
    notes: [`${origin} is a quote and nothing else: there is no event log and no app-compose to be checked`],
  });
});

test.each([
  [[4, 0, 2, 0, 0x81, 0, 0, 0], 'quote-answer'],
  [[5, 0, 3, 0, 0x81, 0, 0, 0], 'quote-answer'],
  [[0, 0], 'versioned-attestation'],
  [[0x80], 'versioned-attestation'],
  [[0x8f], 'versioned-attestation'],
  [[0xde], 'versioned-attestation'],
  [[0xdf], 'versioned-attestation'],
])('%j is told by its first bytes: %s', (bytes, kind) => {
  expect(readAnswer(Uint8Array.from(bytes), 'x').kind).toBe(kind);
});

test.each([
  [3, 0, 2, 0, 0x81, 0, 0, 0],
  [6, 0, 2, 0, 0x81, 0, 0, 0],
  [4, 1, 2, 0, 0x81, 0, 0, 0],
  [4, 0, 1, 0, 0x81, 0, 0, 0],
  [4, 0, 4, 0, 0x81, 0, 0, 0],
  [4, 0, 2, 1, 0x81, 0, 0, 0],
  [4, 0, 2, 0, 0x80, 0, 0, 0],
  [4, 0, 2, 0, 0x81, 1, 0, 0],
  [4, 0, 2, 0, 0x81, 0, 1, 0],
  [4, 0, 2, 0, 0x81, 0, 0, 1],
  [4, 0, 2, 0, 0x81, 0, 0],
  [0x90],
  [0x7f],
  [0xdd],
  [0xe0],
])('bytes that start with %j… are nothing known', (...bytes) => {
  expect(errorOf(Uint8Array.from(bytes))).toMatchObject({ code: 'unrecognised', exitCode: 30 });
});

test.each<[unknown, string]>([
  ['', 'is empty'],
  ['{}', 'is an empty object'],
  [{ a: 1, 'b\u001b': 2 }, 'holds no evidence; its keys are a, b\\x1b'],
  [{ 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1 }, 'its keys are 1, 2, 3, 4, 5, 6, 7, 8'],
  [{ 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1 }, 'its keys are 1, 2, 3, 4, 5, 6, 7, 8 and more'],
  [{ ['x'.repeat(50)]: 1 }, `its keys are ${'x'.repeat(40)}`],
  [{ tcb_info: '{}' }, 'holds no evidence; its keys are tcb_info'],
  [{ app_cert: '' }, 'holds no evidence; its keys are app_cert'],
  ['[]', 'is an array of bytes, of neither a quote nor an attestation'],
  ['[1,2]', 'is an array of bytes, of neither'],
  ['12ab', 'is hex, of neither a quote nor an attestation'],
  [`${QUOTE_HEX}0`, 'cannot be read: '],
  [`${QUOTE_HEX}0x`, 'cannot be read: '],
  ['"text"', 'is JSON and no object'],
  ['null', 'is JSON and no object'],
  ['nothing here', 'cannot be read: saved answer a.json holds no JSON object or array'],
  ['{"a":1,"a":2}', 'cannot be read: '],
  ['{"a":1,"a":2}\n{"quote":"00"}', 'cannot be read: '],
  ['{"quote":"00"', 'cannot be read: '],
  [`${'['.repeat(33)}${']'.repeat(33)}`, 'cannot be read: '],
  [
    { quote: '00', app_certificates: [] },
    'several kinds of answer at once: a quote answer (quote, event_log) and phala cvms',
  ],
  [{ quote: '00', tee_participant_info: {} }, 'several kinds of answer at once'],
  [{ attestation: '00', app_cert: '', tcb_info: '' }, 'several kinds of answer at once'],
])('%j is nothing known', (answer, message) => {
  const error = errorOf(answer);
  expect(error).toMatchObject({ code: 'unrecognised', exitCode: 30 });
  expect(error.message.startsWith('saved answer a.json ')).toBe(true);
  expect(error.message).toContain(message);
  expect(error.hint).toBe(
    "looked for: an agent's Info (app_cert and tcb_info); a quote answer (quote, event_log); an Attest answer (attestation); " +
      "phala cvms attestation --json (app_certificates); a NEAR MPC node's public_data (tee_participant_info); " +
      'the bytes of a quote or of a versioned attestation',
  );
});

test('of the keys that are nothing known, eight are shown, and of each 40 characters', () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, 1]));
  const start = 'saved answer a.json holds no evidence; its keys are';
  expect(errorOf({ ['x'.repeat(50)]: 1 }).message).toBe(`${start} ${'x'.repeat(40)}`);
  expect(errorOf(keys(8)).message).toBe(`${start} 1, 2, 3, 4, 5, 6, 7, 8`);
  expect(errorOf(keys(9)).message).toBe(`${start} 1, 2, 3, 4, 5, 6, 7, 8 and more`);
});

test('an answer that does not read keeps its cause', () => {
  expect(errorOf('{"a":1,"a":2}').cause).toMatchObject({ code: 'duplicate-key' });
  expect(errorOf('{}').cause).toBeUndefined();
  expect(errorOf('[256]')).toMatchObject({ code: 'bad-answer' });
});

test('the size is bounded before anything is read', () => {
  const error = errorOf(new Uint8Array(MAX_ANSWER_BYTES + 1));
  expect(error).toMatchObject({ code: 'too-large', exitCode: 30 });
  expect(error.message).toBe('saved answer a.json is larger than 10485760 bytes');
  expect(error.hint).toContain('the file or the address that was meant');
  expect(readAnswer(new Uint8Array(MAX_ANSWER_BYTES), 'x').kind).toBe('versioned-attestation');
});

test('JSON is looked for between other lines in small answers only', () => {
  const answer = JSON.stringify({ quote: '00' });
  const noisy = (size: number) => Buffer.from(`${'x'.repeat(size - answer.length)}${answer}`);
  expect(readAnswer(noisy(MAX_NOISY_BYTES), 't').kind).toBe('quote-answer');
  expect(errorOf(noisy(MAX_NOISY_BYTES + 1))).toMatchObject({ code: 'unrecognised', cause: { code: 'syntax' } });
  expect(errorOf(Buffer.alloc(MAX_ANSWER_BYTES, '{'))).toMatchObject({
    code: 'unrecognised',
    cause: { code: 'syntax' },
  });
});

test('the caller may say where it came from', () => {
  expect(readAnswer(QUOTE, 't', 'standard input')).toMatchObject({ target: 't', quote: { origin: 'standard input' } });
});

test('whatever comes, it is evidence or an error of ours', () => {
  const key = fc.constantFrom(
    'quote',
    'event_log',
    'app_cert',
    'tcb_info',
    'attestation',
    'app_certificates',
    'tee_participant_info',
    'Dstack',
    'mrtd',
    'vm_config',
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, '', QUOTE_HEX, '{}', '{"event_log":[]}', '[]'),
      fc.jsonValue(),
      fc.array(fc.integer({ min: 0, max: 255 })),
      fc.dictionary(key, tie('value')),
    ),
  }));
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.dictionary(key, value).map((answer) => Buffer.from(JSON.stringify(answer))),
    fc
      .tuple(fc.string(), fc.dictionary(key, value), fc.string())
      .map(([a, answer, b]) => Buffer.from(`${a}${JSON.stringify(answer)}${b}`)),
  );
  return holds(
    fc.property(bytes, (given) => {
      try {
        expect(readAnswer(given, 't').target).toBe('t');
      } catch (error) {
        expect(error).toBeInstanceOf(CollectError);
      }
    }),
    1000,
  );
});
