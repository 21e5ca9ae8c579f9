import { describe, expect, test } from 'vitest';
import { MAX_BUNDLES, MAX_BUNDLES_BYTES } from '../../src/provenance/limits.ts';
import { type BundleSource, readBundles } from '../../src/provenance/read-bundles.ts';
import { bytesOf, expectError, sigstore } from './support.ts';

const good = sigstore.bundle();
const line = JSON.stringify(good);
const text = (value: string): Buffer => Buffer.from(value);

/** Origin, and `ok` or the code of the error. */
const outline = (sources: readonly BundleSource[]): string[][] =>
  sources.map((source) => [source.origin, 'error' in source ? source.error.code : 'ok']);
const errorOf = (source: BundleSource | undefined) =>
  source !== undefined && 'error' in source ? source.error : undefined;

test.each([
  ['one line', line],
  ['one line with a line feed', `${line}\n`],
  ['pretty-printed', JSON.stringify(good, undefined, 2)],
  ['with white space around', `\n \n${line}\n\n`],
])('one bundle is read: %s', (_what, file) => {
  expect(outline(readBundles(text(file), 'a.json'))).toEqual([['a.json', 'ok']]);
});

test('several bundles are read, one a line', () => {
  expect(outline(readBundles(text(`\n${line}\n\n${line}\r\n`), 'a.jsonl'))).toEqual([
    ['a.jsonl, line 2', 'ok'],
    ['a.jsonl, line 4', 'ok'],
  ]);
});

test('a broken line does not hide the others', () => {
  const sources = readBundles(text(`${line}\n{"a":\n[]\n{"attestations":[]}\n${line}`), 'a.jsonl');
  expect(outline(sources)).toEqual([
    ['a.jsonl, line 1', 'ok'],
    ['a.jsonl, line 2', 'bad-json'],
    ['a.jsonl, line 3', 'bad-bundle'],
    ['a.jsonl, line 4', 'bad-bundle'],
    ['a.jsonl, line 5', 'ok'],
  ]);
  expect(errorOf(sources[1])?.message).toMatch(/^a\.jsonl, line 2 is not the JSON it should be at 1:6/);
  expect(errorOf(sources[2])?.message).toBe('a.jsonl, line 3 is an array, not an object');
  expect(errorOf(sources[3])?.message).toBe(
    "a.jsonl, line 4 has the field 'attestations', which the format does not have",
  );
});

test.each([
  ['first', `{"a":\n${line}`, ['bad-json', 'ok']],
  ['last', `${line}\n{"a":`, ['ok', 'bad-json']],
])('nor does the %s one', (_what, file, codes) => {
  expect(outline(readBundles(text(file), 'a')).map(([, code]) => code)).toEqual(codes);
});

test('a bundle spread over lines of which one looks whole is one bundle', () => {
  expect(outline(readBundles(text(`{"a": {}\n, "b": [\n{}\n]}`), 'a'))).toEqual([['a', 'bad-bundle']]);
  expectError(() => readBundles(text('{\n"a": [\n{}\n]'), 'a'), 'bad-json', /^a is not the JSON it should be at 4:2/);
});

describe("GitHub's answer", () => {
  test('holds bundles, or says where they are', () => {
    const answer = {
      attestations: [
        { repository_id: 1, bundle_url: 'https://a.example', initiator: 'user', bundle: good },
        { repository_id: 1, bundle_url: 'https://a.example', bundle: null },
        { bundle_url: 'https://a.example' },
        5,
      ],
    };
    const sources = readBundles(bytesOf(answer), 'api');
    expect(outline(sources)).toEqual([
      ['api, attestation 1', 'ok'],
      ['api, attestation 2', 'bundle-elsewhere'],
      ['api, attestation 3', 'bundle-elsewhere'],
      ['api, attestation 4', 'bad-bundle'],
    ]);
    expect(errorOf(sources[1])).toMatchObject({
      message: 'api, attestation 2 holds no bundle',
      hint: 'fetch its bundle_url without a token, undo the snappy compression, and give the file',
      exitCode: 40,
    });
    expect(errorOf(sources[3])?.message).toBe('api, attestation 4 is of type number, not an object');
  });

  test('may be empty', () => {
    expect(readBundles(bytesOf({ attestations: [] }), 'api')).toEqual([]);
  });

  test('holds a list, and not too many', () => {
    expectError(
      () => readBundles(bytesOf({ attestations: {} }), 'api'),
      'bad-bundle',
      'api: attestations is of type object, not an array',
    );
    const many = { attestations: Array(MAX_BUNDLES + 1).fill({}) };
    expectError(() => readBundles(bytesOf(many), 'api'), 'too-many', 'api: attestations has 201 items, more than 200');
    expect(readBundles(bytesOf({ attestations: Array(MAX_BUNDLES).fill({}) }), 'api')).toHaveLength(MAX_BUNDLES);
  });
});

test.each([
  ['nothing', '', /^a is not the JSON it should be at 1:1: the text ends where a value is expected$/],
  ['a cut text', '{"a":', /^a is not the JSON it should be at 1:6/],
  ['two values in a line', '{} {}', /^a holds more than one JSON value$/],
  ['two scalars', '1\n2', /^a holds more than one JSON value$/],
  ['a key twice', '{"a":1,"a":2}', /^a is not the JSON it should be at 1:8: the key 'a' is given twice$/],
])('there is nothing to go through: %s', (_what, file, message) => {
  expectError(() => readBundles(text(file), 'a'), 'bad-json', message);
});

test('what is no bundle is an error of its own source', () => {
  expect(outline(readBundles(text('null'), 'a'))).toEqual([['a', 'bad-bundle']]);
  expect(outline(readBundles(text('{}'), 'a'))).toEqual([['a', 'bad-bundle']]);
});

test('bytes that are not UTF-8, and a byte order mark, are refused', () => {
  expectError(() => readBundles(Buffer.from([0x7b, 0xff, 0x7d]), 'a\u202e'), 'bad-json', 'a\\u{202e} is not UTF-8');
  expectError(() => readBundles(text(`\ufeff${line}`), 'a'), 'bad-json', /^a is not the JSON it should be at 1:1/);
});

test('the number of lines and bytes is bounded', () => {
  const lines = (count: number): Buffer => text('{}\n'.repeat(count));
  expect(readBundles(lines(MAX_BUNDLES), 'a')).toHaveLength(MAX_BUNDLES);
  expectError(() => readBundles(lines(MAX_BUNDLES + 1), 'a'), 'too-many', 'a has 201 lines, more than 200');
  const large = Buffer.alloc(MAX_BUNDLES_BYTES + 1, 0x20);
  expectError(() => readBundles(large, 'a\n'), 'too-large', 'a\\n is larger than 33554432 bytes');
  expectError(() => readBundles(large.subarray(1), 'a'), 'bad-json', /^a is larger than 16777216 bytes$/);
});
