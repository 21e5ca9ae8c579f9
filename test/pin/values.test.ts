import { describe, expect, test } from 'vitest';
import { command, commitSha, envNames, mirrors, oneOf, optionalCommand, treeSha256 } from '../../src/pin/values.ts';
import { SHA, SHA256 } from './support.ts';

const hintOf = (text: string): string | undefined => {
  const checked = commitSha(text);
  return checked.ok ? undefined : checked.fault.hint;
};

describe('commitSha', () => {
  test.each([SHA, SHA256, `${'0'.repeat(39)}1`, `1${'0'.repeat(39)}`, `${'0'.repeat(63)}f`])('%s', (text) =>
    expect(commitSha(text)).toEqual({ ok: true, value: text }),
  );

  const EXPANDED = 'nothing is expanded in a pin: write the digits themselves';
  const LOWER = 'write it in lower case';
  const NAME = 'name a commit by its hash, as git rev-parse HEAD prints it: no branch and no tag';
  const count = (digits: number) => `it has ${digits} digits; git rev-parse HEAD prints all of them`;
  test.each([
    ['a$b', EXPANDED],
    [SHA.toUpperCase(), LOWER],
    [SHA256.toUpperCase(), LOWER],
    [`${SHA.toUpperCase()}0`, count(41)],
    [`${SHA256}0`, count(65)],
    ['A', count(1)],
    [`g${SHA}`, NAME],
    [`${SHA}g`, NAME],
    [`g${SHA256}`, NAME],
    [`${SHA256}g`, NAME],
    ['gab', NAME],
    ['abg', NAME],
    ['', NAME],
  ])('%s: %s', (text, hint) => expect(hintOf(text)).toBe(hint));

  test.each(['0'.repeat(40), '0'.repeat(64)])('refuses %s', (text) =>
    expect(commitSha(text)).toMatchObject({
      fault: { code: 'bad-value', message: 'must not be all zeros', offset: 0 },
    }),
  );
});

describe('treeSha256', () => {
  test.each([SHA256, `${'0'.repeat(63)}1`, `1${'0'.repeat(63)}`])('%s', (text) =>
    expect(treeSha256(text)).toEqual({ ok: true, value: text }),
  );
  test.each([`${SHA256}0`, SHA256.slice(1), `g${SHA256}`, `${SHA256}g`, SHA, ''])('refuses %s', (text) =>
    expect(treeSha256(text)).toMatchObject({ fault: { message: 'must be 64 lower-case hex digits' } }),
  );
});

test('treeSha256 refuses zeros', () => {
  expect(treeSha256('0'.repeat(64))).toMatchObject({ fault: { code: 'bad-value', message: 'must not be all zeros' } });
});

test('oneOf takes its words and no other', () => {
  const rule = oneOf('a', 'b', 'c');
  expect(rule('b')).toEqual({ ok: true, value: 'b' });
  expect(rule('d')).toMatchObject({ fault: { code: 'bad-value', message: 'must be a, b or c' } });
  expect(rule('')).toMatchObject({ ok: false });
});

test('commands', () => {
  expect(command(' a ')).toEqual({ ok: true, value: ' a ' });
  expect(command(' \t')).toMatchObject({ fault: { code: 'empty-value' } });
  expect(optionalCommand(' a ')).toEqual({ ok: true, value: ' a ' });
  expect(optionalCommand(' \t')).toEqual({ ok: true, value: undefined });
});

describe('envNames', () => {
  test.each([
    ['B  A ', ['A', 'B']],
    ['_', ['_']],
    ['a1_Z', ['a1_Z']],
    ['BASH_FUNC_a-b%%', ['BASH_FUNC_a-b%%']],
    ['BASH_FUNC_%%%', ['BASH_FUNC_%%%']],
  ])('%s', (text, names) => expect(envNames(text)).toEqual({ ok: true, value: names }));

  test.each([
    '1A',
    'A-B',
    'A=B',
    'A%%',
    'xBASH_FUNC_a%%',
    'BASH_FUNC_%%',
    'BASH_FUNC_a%',
    'BASH_FUNC_a%%b',
    'BASH_FUNC_a=b%%',
    'BASH_FUNC_a\tb%%',
    'A\tB',
  ])('refuses %j', (text) => expect(envNames(text)).toMatchObject({ fault: { code: 'bad-value', offset: 0 } }));
});

test('mirrors come in the order they are written in, and a fault is where it is', () => {
  expect(mirrors(' /b  /a')).toMatchObject({ ok: true, value: [{ path: '/b' }, { path: '/a' }] });
  expect(mirrors('/b  /a//c')).toMatchObject({ ok: false, fault: { offset: 7 } });
});
