import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkConfigId } from '../../src/evidence/check-config-id.ts';
import { readConfigId } from '../../src/evidence/config-id.ts';
import { keccak256 } from '../../src/evidence/keccak.ts';
import { readMrConfigDocument } from '../../src/evidence/mr-config-document.ts';
import { failure, hex, hexOf, text } from './support.ts';

const COMPOSE = 'c5'.repeat(32);
const composeHash = hex(COMPOSE);
const appId = hex('aa'.repeat(20));
const kms = { kind: 'kms', id: hex('3059') } as const;
const zeros = (bytes: number): string => '00'.repeat(bytes);

describe('keccak256', () => {
  // The first two are the well-known ones; the others lie around the block of 136 bytes.
  test.each([
    ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
    ['abc', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
    ['a'.repeat(135), '34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446'],
    ['a'.repeat(136), 'a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e'],
    ['a'.repeat(200), '96ea54061def936c4be90b518992fdc6f12f535068a256229aca54267b4d084d'],
  ])('of %j', (given, digest) => expect(hexOf(keccak256(text(given)))).toBe(digest));
});

describe('readConfigId', () => {
  test.each([
    [zeros(48), { form: 'none' }],
    [`01${COMPOSE}${zeros(15)}`, { form: 'v1', hash: composeHash }],
    [`02${COMPOSE}${zeros(15)}`, { form: 'v2', hash: composeHash }],
    [`03${COMPOSE}${zeros(15)}`, { form: 'v3', hash: composeHash }],
    [`04${COMPOSE}${zeros(15)}`, { form: 'unknown', tag: 4 }],
    [`00${COMPOSE}${zeros(15)}`, { form: 'unknown', tag: 0 }],
    [`${COMPOSE}${zeros(16)}`, { form: 'untagged', hash: composeHash }],
    [`${COMPOSE}01${zeros(15)}`, { form: 'unknown', tag: 0xc5 }],
    [`01${COMPOSE}${zeros(14)}01`, { form: 'unknown', tag: 1 }],
    [`01${COMPOSE}01${zeros(14)}`, { form: 'unknown', tag: 1 }],
    // 16 zero bytes after 32: a tag comes first.
    [`02${'c5'.repeat(31)}${zeros(16)}`, { form: 'v2', hash: hex(`${'c5'.repeat(31)}00`) }],
  ])('%s', (bytes, id) => expect(readConfigId(hex(bytes))).toEqual(id));

  test('gives copies', () => {
    const bytes = Buffer.from(`01${COMPOSE}${zeros(15)}`, 'hex');
    const id = readConfigId(bytes);
    bytes.fill(0);
    expect(id).toEqual({ form: 'v1', hash: composeHash });
  });

  test.each([0, 47, 49])('refuses %i bytes', (length) =>
    expect(failure(() => readConfigId(new Uint8Array(length)))).toBe(
      `bad-length: mr_config_id has ${length} bytes, not 48`,
    ),
  );
});

describe('checkConfigId', () => {
  const check = (bytes: string, inputs = {}) => checkConfigId(hex(bytes), { composeHash, ...inputs });

  test('zero binds nothing', () =>
    expect(check(zeros(48))).toEqual({
      state: 'unbound',
      form: 'none',
      summary: 'mr_config_id is zero: the hardware does not bind the app-compose',
      expected: undefined,
      found: undefined,
    }));

  test('V1 is the compose hash', () => {
    expect(check(`01${COMPOSE}${zeros(15)}`)).toEqual({
      state: 'bound',
      form: 'v1',
      summary: 'mr_config_id is the compose hash',
      expected: COMPOSE,
      found: COMPOSE,
    });
    expect(check(`01${'c6'.repeat(32)}${zeros(15)}`)).toEqual({
      state: 'mismatch',
      form: 'v1',
      summary: 'mr_config_id is not the compose hash',
      expected: COMPOSE,
      found: 'c6'.repeat(32),
    });
  });

  test('untagged counts where it is the very hash, whatever its first byte', () => {
    expect(check(`${COMPOSE}${zeros(16)}`)).toEqual({
      state: 'bound',
      form: 'untagged',
      summary: 'mr_config_id is the compose hash',
      expected: COMPOSE,
      found: COMPOSE,
    });
    expect(check(`${'c6'.repeat(32)}${zeros(16)}`)).toMatchObject({
      state: 'mismatch',
      form: 'untagged',
      expected: COMPOSE,
    });
    const tricky = `02${'c5'.repeat(31)}`;
    expect(checkConfigId(hex(`${tricky}${zeros(16)}`), { composeHash: hex(tricky) })).toMatchObject({
      state: 'bound',
      form: 'untagged',
      found: tricky,
    });
    expect(check(`${COMPOSE}01${zeros(15)}`)).toMatchObject({ state: 'mismatch', form: 'unknown' });
  });

  test('an unknown tag is a mismatch', () => {
    const bytes = `09${COMPOSE}${zeros(15)}`;
    expect(check(bytes)).toEqual({
      state: 'mismatch',
      form: 'unknown',
      summary: 'mr_config_id is of no known form: its first byte is 9',
      expected: undefined,
      found: bytes,
    });
  });

  test.each([
    ['none', '00'],
    ['local', '01'],
    ['kms', '02'],
    ['tpm', '03'],
  ] as const)('V2 covers app id and key provider %s', (kind, code) => {
    const hash = hexOf(keccak256(hex(`${COMPOSE}${'aa'.repeat(20)}${code}3059`)));
    const keyProvider = { kind, id: hex('3059') };
    expect(check(`02${hash}${zeros(15)}`, { appId, keyProvider })).toEqual({
      state: 'bound',
      form: 'v2',
      summary: 'mr_config_id is the V2 hash of compose hash, app id and key provider',
      expected: hash,
      found: hash,
    });
    for (const other of [
      { appId: hex('ab'.repeat(20)), keyProvider },
      { appId, keyProvider: { kind, id: hex('3058') } },
      { appId, keyProvider: { kind: kind === 'kms' ? 'tpm' : 'kms', id: hex('3059') } },
    ]) {
      expect(check(`02${hash}${zeros(15)}`, other)).toMatchObject({
        state: 'mismatch',
        summary: 'mr_config_id is not the V2 hash of compose hash, app id and key provider',
      });
    }
  });

  test('V2 needs both of them', () => {
    const bytes = `02${COMPOSE}${zeros(15)}`;
    const base = { state: 'cannot-recompute', form: 'v2', expected: undefined, found: COMPOSE };
    const summary = (what: string): string => `mr_config_id is of form V2, which needs the ${what} to be recomputed`;
    expect(check(bytes, { keyProvider: kms })).toEqual({ ...base, summary: summary('app id') });
    expect(check(bytes, { appId })).toEqual({ ...base, summary: summary('key provider') });
  });

  const document = (change: object = {}): string =>
    JSON.stringify({
      app_id: 'aa'.repeat(20),
      compose_hash: COMPOSE,
      key_provider: 'kms',
      key_provider_id: '3059',
      version: 3,
      ...change,
    });
  const idOf = (value: string): string =>
    `03${createHash('sha256').update(`dstack-mr-config-v3:\0${value}`).digest('hex')}${zeros(15)}`;
  const v3 = (change: object, inputs = {}) => {
    const mrConfigDocument = document(change);
    return check(idOf(mrConfigDocument), { mrConfigDocument, appId, keyProvider: kms, ...inputs });
  };

  test('V3 is the hash of a document that says the same', () => {
    const hash = idOf(document()).slice(2, 66);
    expect(v3({})).toEqual({
      state: 'bound',
      form: 'v3',
      summary: 'mr_config_id is the V3 hash of the mr_config document',
      expected: hash,
      found: hash,
    });
    expect(v3({ app_id: undefined, key_provider_id: undefined }).state).toBe('bound');
    expect(v3({}, { appId: undefined, keyProvider: undefined }).state).toBe('bound');
    expect(v3({ key_provider: 'local-sgx' }, { keyProvider: { kind: 'local', id: hex('3059') } }).state).toBe('bound');
    expect(v3({ key_provider: 'local' }, { keyProvider: { kind: 'local', id: hex('3059') } }).state).toBe('bound');
  });

  test.each([
    [{ compose_hash: 'c6'.repeat(32) }, 'compose_hash'],
    [{ app_id: 'ab'.repeat(20) }, 'app_id'],
    [{ key_provider: 'tpm' }, 'key_provider'],
    [{ key_provider: 'local-sgx2' }, 'key_provider'],
    [{ key_provider_id: '3058' }, 'key_provider_id'],
  ])('V3 of a document with %j is a mismatch', (change, key) =>
    expect(v3(change)).toMatchObject({
      state: 'mismatch',
      form: 'v3',
      summary: `mr_config_id is of a document whose ${key} is another`,
      expected: idOf(document(change)).slice(2, 66),
    }),
  );

  test('V3 needs its document, and this very one', () => {
    expect(check(idOf(document()), { appId })).toMatchObject({
      state: 'cannot-recompute',
      summary: 'mr_config_id is of form V3, which needs its mr_config document to be recomputed',
    });
    expect(check(idOf(document()), { mrConfigDocument: `${document()} ` })).toMatchObject({
      state: 'mismatch',
      summary: 'mr_config_id is not the V3 hash of the mr_config document',
    });
    // Nothing of a document with another hash is read.
    expect(check(idOf(document()), { mrConfigDocument: 'junk' }).state).toBe('mismatch');
  });

  test('refuses inputs of another length', () => {
    const short = new Uint8Array(31);
    expect(failure(() => checkConfigId(new Uint8Array(48), { composeHash: short }))).toBe(
      'bad-length: the compose hash has 31 bytes, not 32',
    );
    expect(failure(() => check(zeros(48), { appId: hex('aa') }))).toBe('bad-length: the app id has 1 bytes, not 20');
    expect(failure(() => check(zeros(47)))).toContain('bad-length: mr_config_id');
  });
});

describe('readMrConfigDocument', () => {
  const read = (change: object = {}) =>
    readMrConfigDocument(JSON.stringify({ version: 3, compose_hash: COMPOSE, key_provider: 'none', ...change }));

  test('reads what is compared', () => {
    expect(read()).toEqual({
      composeHash,
      keyProvider: 'none',
      appId: undefined,
      keyProviderId: undefined,
      instanceId: undefined,
    });
    expect(read({ app_id: 'aa', key_provider_id: 'bb', instance_id: 'cc', gpu_policy_hash: 'dd' })).toEqual({
      composeHash,
      keyProvider: 'none',
      appId: hex('aa'),
      keyProviderId: hex('bb'),
      instanceId: hex('cc'),
    });
  });

  const name = 'the mr_config document';
  test.each([
    [{ version: 2 }, `bad-attestation: ${name} is of version 2, not 3`],
    [{ version: '3' }, `wrong-type: ${name}: version is of type string`],
    [{ compose_hash: undefined }, `missing: ${name}: compose_hash is missing`],
    [{ compose_hash: 'aa' }, `bad-length: ${name}: compose_hash has 2 hex digits, not 64`],
    [{ key_provider: undefined }, `missing: ${name}: key_provider is missing`],
    [{ app_id: 'x' }, `bad-hex: ${name}: app_id is not hex`],
    [{ key_provider_id: 1 }, `wrong-type: ${name}: key_provider_id is of type number`],
    [{ instance_id: null }, `wrong-type: ${name}: instance_id is null`],
    [{ pad: 'x'.repeat(65536) }, `too-large: ${name} is larger than 65536 bytes`],
  ])('refuses %#', (change, message) => expect(failure(() => read(change))).toContain(message));

  test('refuses what is no object', () =>
    expect(failure(() => readMrConfigDocument('[]'))).toBe(`wrong-type: ${name} is an array, not an object`));
});
