import { describe, expect, test } from 'vitest';
import { chooseRef } from '../../../src/audit/pinning/choose-ref.ts';
import { parseRef } from '../../../src/audit/pinning/ref.ts';
import type { RefList } from '../../../src/source/history/refs.ts';
import { thrownBy } from '../lint/support.ts';

const A = 'a1'.repeat(20);
const B = 'b2'.repeat(20);
const C = 'c3'.repeat(20);

describe('what may be asked for', () => {
  test.each([
    [A, { kind: 'commit', id: A, format: 'sha1' }],
    ['0a'.repeat(32), { kind: 'commit', id: '0a'.repeat(32), format: 'sha256' }],
    ['a0'.repeat(20), { kind: 'commit', id: 'a0'.repeat(20), format: 'sha1' }],
    ['main', { kind: 'name', name: 'main' }],
    ['feature/a-b_c.d', { kind: 'name', name: 'feature/a-b_c.d' }],
    ['refs/heads/main', { kind: 'name', name: 'refs/heads/main' }],
    ['refs/tags/v1', { kind: 'name', name: 'refs/tags/v1' }],
    ['tags/v1', { kind: 'name', name: 'tags/v1' }],
    ['grün', { kind: 'name', name: 'grün' }],
    [A.toUpperCase(), { kind: 'name', name: A.toUpperCase() }],
    [A.slice(1), { kind: 'name', name: A.slice(1) }],
    ['a'.repeat(250), { kind: 'name', name: 'a'.repeat(250) }],
    ['a.lock.b', { kind: 'name', name: 'a.lock.b' }],
    ['HEADS', { kind: 'name', name: 'HEADS' }],
  ])('%s', (text, value) => {
    expect(parseRef(text)).toEqual({ ok: true, value });
  });

  const NO_NAME = 'is no name of a branch or tag';
  test.each([
    ['', 'must not be empty'],
    ['0'.repeat(40), 'must not be all zeros'],
    ['0'.repeat(64), 'must not be all zeros'],
    ['HEAD', 'must not be HEAD, which names whatever branch the server says'],
    ['@', 'must not be HEAD, which names whatever branch the server says'],
    ['refs/pull/1/head', 'is neither a branch nor a tag'],
    ['refs/heads/', NO_NAME],
    ['refs/tagsv1', 'is neither a branch nor a tag'],
    ['refs/pull/refs/heads/a', 'is neither a branch nor a tag'],
    ...['main~1', 'v1^{}', 'v1^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', 'a b', 'a\tb', 'a\nb', 'a\u0000', 'a\u007f'].map(
      (text) => [text, NO_NAME],
    ),
    ...['a..b', 'main@{1}', 'a//b', 'a.', 'a/', '/a', '-a', 'a.lock', 'a.lock/b', '.a', 'a/.b', 'a'.repeat(251)].map(
      (text) => [text, NO_NAME],
    ),
  ] as [string, string][])('not %j', (text, message) => {
    const code = text === '' ? 'empty-value' : 'bad-value';
    expect(parseRef(text)).toMatchObject({
      ok: false,
      fault: { code, message, hint: expect.stringMatching(/name|write/) },
    });
  });
});

const LIST: RefList = {
  refs: [
    { name: 'refs/heads/main', id: A },
    { name: 'refs/heads/v1', id: B },
    { name: 'refs/tags/v1', id: C, peeled: B },
    { name: 'refs/tags/v2', id: C },
    { name: 'refs/heads/tags/v3', id: A },
    { name: 'refs/tags/v3', id: B },
    { name: 'refs/heads/refs/heads/main', id: C },
  ],
  head: 'refs/heads/main',
};

describe('which one is meant', () => {
  test.each([
    ['main', 'refs/heads/main'],
    ['heads/main', 'refs/heads/main'],
    ['refs/heads/main', 'refs/heads/main'],
    ['v2', 'refs/tags/v2'],
    ['tags/v2', 'refs/tags/v2'],
    ['refs/tags/v1', 'refs/tags/v1'],
    ['heads/v1', 'refs/heads/v1'],
    ['v3', 'refs/tags/v3'],
  ])('%s is %s', (name, full) => {
    expect(chooseRef(LIST, name).name).toBe(full);
  });

  test('a name that is branch and tag is an error that lists both, whatever they hold', () => {
    expect(thrownBy(() => chooseRef(LIST, 'v1'))).toMatchObject({
      code: 'ref-ambiguous',
      exitCode: 2,
      message: `'v1' stands for more than one: refs/heads/v1 (${B}), refs/tags/v1 (${B})`,
      hint: 'write the full name, such as refs/heads/v1',
    });
    expect(thrownBy(() => chooseRef(LIST, 'tags/v3'))).toMatchObject({
      code: 'ref-ambiguous',
      message: expect.stringContaining('refs/heads/tags/v3'),
    });
  });

  test.each([
    ['mian', 'its default branch is refs/heads/main'],
    ['MAIN', 'it has refs/heads/main, refs/heads/refs/heads/main'],
    ['v', 'it has refs/heads/v1, refs/tags/v1, refs/tags/v2, refs/heads/tags/v3, refs/tags/v3'],
    ['refs/heads/v2', 'it has refs/tags/v2'],
    ['a/v2', 'it has refs/tags/v2'],
    ['abcd', 'a commit is named by all 40 or 64 digits of its hash'],
    ['abc', 'its default branch is refs/heads/main'],
    ['AB'.repeat(20), 'write the hash of a commit in lower case'],
    ['AB'.repeat(32), 'write the hash of a commit in lower case'],
    ...['x', 'y'.repeat(24)].flatMap((more): [string, string][] => [
      [`${more}${'AB'.repeat(20)}`, 'its default branch is refs/heads/main'],
      [`${'AB'.repeat(20)}${more}`, 'its default branch is refs/heads/main'],
      [`${more}${'AB'.repeat(32)}`, 'its default branch is refs/heads/main'],
      [`${'AB'.repeat(32)}${more}`, 'its default branch is refs/heads/main'],
    ]),
    ['xabcd', 'its default branch is refs/heads/main'],
    ['abcdx', 'its default branch is refs/heads/main'],
  ])('of %s there is none', (name, hint) => {
    expect(thrownBy(() => chooseRef(LIST, name))).toMatchObject({
      code: 'ref-missing',
      exitCode: 40,
      message: `the repository has no branch or tag '${name}'`,
      hint,
    });
  });

  test('the names of a repository are listed up to five, escaped', () => {
    const refs = Array.from({ length: 7 }, (_, index) => ({ name: `refs/heads/\u202e${index}`, id: A }));
    const hintOf = (count: number): unknown =>
      thrownBy(() => chooseRef({ refs: refs.slice(0, count), head: undefined }, 'nope'));
    expect(hintOf(7)).toMatchObject({
      hint: `it has ${[0, 1, 2, 3, 4].map((index) => `refs/heads/\\u{202e}${index}`).join(', ')} and 2 more`,
    });
    expect(hintOf(5)).toMatchObject({ hint: expect.not.stringContaining('more') });
    expect(hintOf(0)).toMatchObject({ hint: 'it has no branch and no tag at all' });
  });
});
