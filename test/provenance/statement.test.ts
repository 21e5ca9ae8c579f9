import { expect, test } from 'vitest';
import { readStatement, STATEMENT_PAYLOAD_TYPE } from '../../src/provenance/statement.ts';
import { bytesOf, expectError } from './support.ts';

const SHA256 = 'a'.repeat(64);
const good = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'a', digest: { sha256: SHA256, sha512: 'x' } }, { digest: { gitCommit: 'x' } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { a: 1 },
  surplus: 'is allowed by the format',
};
const read = (value: unknown) => readStatement(bytesOf(value));

test('a statement is read', () => {
  expect(STATEMENT_PAYLOAD_TYPE).toBe('application/vnd.in-toto+json');
  expect(read(good)).toEqual({
    type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    subjects: [
      { name: 'a', sha256: SHA256 },
      { name: undefined, sha256: undefined },
    ],
    predicate: { a: 1 },
  });
});

test.each([
  ['no JSON', Buffer.from('{'), /^the statement is not the JSON it should be/],
  ['a key twice', Buffer.from('{"predicateType":"a","predicateType":"b"}'), /the key 'predicateType' is given twice$/],
  ['no object', bytesOf([]), 'the statement is an array, not an object'],
  ['no type', bytesOf({ ...good, _type: undefined }), '_type is missing'],
  ['no predicate type', bytesOf({ ...good, predicateType: 5 }), 'predicateType is of type number, not a string'],
  ['no predicate', bytesOf({ ...good, predicate: null }), 'predicate is null, not an object'],
  ['no subjects', bytesOf({ ...good, subject: undefined }), 'subject is missing'],
  ['a subject that is none', bytesOf({ ...good, subject: ['x'] }), 'subject[0] is of type string, not an object'],
  ['a subject without digest', bytesOf({ ...good, subject: [{ name: 'x' }] }), 'subject[0].digest is missing'],
  [
    'a digest that is no text',
    bytesOf({ ...good, subject: [{ digest: { sha256: 5 } }] }),
    'subject[0].digest.sha256 is of type number, not a string',
  ],
  [
    'a name that is no text',
    bytesOf({ ...good, subject: [{ name: 5, digest: {} }] }),
    'subject[0].name is of type number, not a string',
  ],
])('a statement is refused: %s', (_what, bytes, message) => {
  expectError(() => readStatement(bytes), 'bad-statement', message);
});

test.each([SHA256.toUpperCase(), SHA256.slice(1), `${SHA256}a`, `sha256:${SHA256}`, ''])(
  'the digest %j is not one',
  (sha256) => {
    const subject = [{ digest: { sha256: SHA256 } }, { digest: { sha256 } }];
    expectError(
      () => read({ ...good, subject }),
      'bad-statement',
      `subject[1].digest.sha256 is not 64 lower-case hex digits: '${sha256}'`,
    );
  },
);

test('the number of subjects is bounded', () => {
  const subjects = (count: number) => ({ ...good, subject: Array(count).fill({ digest: {} }) });
  expect(read(subjects(4096)).subjects).toHaveLength(4096);
  expectError(() => read(subjects(4097)), 'too-many', 'subject has 4097 items, more than 4096');
});
