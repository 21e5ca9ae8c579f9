import { describe, expect, test } from 'vitest';
import { parseCommit } from '../../src/source/objects/commit.ts';
import { idLength, objectId } from '../../src/source/objects/object-id.ts';
import { parseTree } from '../../src/source/objects/tree.ts';
import { checkName, showName, showStart } from '../../src/source/objects/tree-names.ts';
import { encodeTree as encodeRaw, hashObject } from '../support/git-objects.ts';
import { failureOf, limitsWith } from './support.ts';

const ID = '12'.repeat(20);
const LONG_ID = '12'.repeat(32);
const limits = limitsWith();
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('the id of an object', () => {
  // As git names the two that hold nothing (git hash-object -t TYPE /dev/null).
  test.each([
    ['sha1', 'blob', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
    ['sha1', 'tree', '4b825dc642cb6eb9a060e54bf8d69288fbee4904'],
    ['sha256', 'blob', '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813'],
    ['sha256', 'tree', '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321'],
  ] as const)('%s of an empty %s', (format, type, id) => {
    expect(objectId(format, type, Buffer.alloc(0))).toBe(id);
  });

  // On both sides of the size up to which header and content are hashed together; none leaves anything to the next.
  test.each([256 * 1024 + 1, 256 * 1024, 256 * 1024 - 1, 300_000, 33, 1])('of %i bytes', (size) => {
    const content = Buffer.alloc(size, 'content');
    expect(objectId('sha1', 'commit', content)).toBe(hashObject('commit', content));
    expect(objectId('sha256', 'tag', content)).toBe(hashObject('tag', content, 'sha256'));
  });

  test('has 20 or 32 bytes', () => {
    expect([idLength('sha1'), idLength('sha256')]).toEqual([20, 32]);
  });
});

describe('a name that is refused', () => {
  const hint = 'the pinned commit holds a tree that git itself would not make; look at where this commit comes from';
  const refusal = (name: string, where: string, why: string) => ({
    code: 'tree-name-refused',
    message: `name '${name}' ${where} is refused: ${why}`,
    hint,
  });
  const top = 'at the top of the commit';
  const check = (name: string, folder = '', max = 255) => failureOf(() => checkName(latin1(name), latin1(folder), max));

  test.each([
    ['', 'it is empty'],
    ['.', 'it would lead to another folder'],
    ['..', 'it would lead to another folder'],
    ['/', 'it holds a slash'],
    ['a/', 'it holds a slash'],
    ['ab/c', 'it holds a slash'],
    ['.git/x', 'it holds a slash'],
    ['.GIT', 'it is .git on some file system'],
    ['git~1', 'it is .git on some file system'],
    ['Git~1. .', 'it is .git on some file system'],
    ['.git:', 'it is .git on some file system'],
    ['.git..:x', 'it is .git on some file system'],
    ['.git:a\\b', 'it is .git on some file system'],
    ['.git.\\', 'it is .git on some file system'],
    ['\\git~1', 'it is .git on some file system'],
    ['a\\b\\.git :x\\c', 'it is .git on some file system'],
  ])('%j', (name, why) => {
    expect(check(name)).toEqual(refusal(name, top, why));
  });

  test('and its folder are shown so that no terminal can be misled', () => {
    const dotGit = 'it is .git on some file system';
    expect(check('.g\u200cit', 'a/ü')).toEqual(refusal('.g\\u{200c}it', "in folder 'a/ü'", dotGit));
    expect(check('.git:ü\n', '\u202e')).toEqual(refusal('.git:ü\\n', "in folder '\\u{202e}'", dotGit));
    expect(failureOf(() => checkName('.git:\xff', '\xfe', 255))).toEqual(
      refusal('.git:\\xff', "in folder '\\xfe'", dotGit),
    );
  });

  test('for its length is shown by its first 1024 bytes', () => {
    expect(check('12345678', 'sub', 8)).toBeUndefined();
    expect(check('123456789', 'sub', 8)).toEqual(refusal('123456789', "in folder 'sub'", 'it is longer than 8 bytes'));
    const why = 'it is longer than 255 bytes';
    expect(check('x'.repeat(1024))).toEqual(refusal('x'.repeat(1024), top, why));
    expect(check('x'.repeat(1025))).toEqual(refusal(`${'x'.repeat(1024)}…`, top, why));
    // In bytes: 128 letters of two.
    expect(check('ü'.repeat(127))).toBeUndefined();
    expect(check('ü'.repeat(128))).toEqual(refusal('ü'.repeat(128), top, why));
  });

  test.each([
    ['x'.repeat(60), 'x'.repeat(60)],
    ['x'.repeat(61), `${'x'.repeat(60)}…`],
    [latin1('ü\n'), 'ü\\n'],
    ['', ''],
  ])('is shown from its start: %j', (name, shown) => {
    expect(showStart(name, 60)).toBe(shown);
  });

  test('is one character a byte, shown as UTF-8 where it is that', () => {
    expect([showName(latin1('ü')), showName('ü'), showName('a\x07')]).toEqual(['ü', '\\xfc', 'a\\x07']);
  });
});

describe('a name that only looks like .git', () => {
  test.each([
    'ü.git',
    ' .git',
    '..git',
    'x git~1',
    'x:.git',
    'git~1x',
    '.git x',
    '.git. x:',
    'a\\.gitx',
    'a\\b.git',
    'a\\git~11',
    '.git\u2060',
    '.g\u200cit ',
    '.g\u200cit~1',
    'g',
    'G',
    'git',
    'GIT',
    'gitlab',
    'git-1',
  ])('%j is data', (name) => {
    expect(failureOf(() => checkName(latin1(name), '', 255))).toBeUndefined();
  });
});

describe('a tree', () => {
  const entry = (mode: string, name: string, oid = ID) => ({ mode, name, oid });
  const parse = (entries: Parameters<typeof encodeRaw>[0], folder = '') =>
    parseTree(encodeRaw(entries), 'sha1', latin1(folder), limits);
  const defaultHint = 'the pinned commit holds what git itself would not make; look at where this commit comes from';
  const modeHint = 'git writes 100644, 100755, 120000, 40000 and 160000 only; the others could set special bits';

  test.each([
    ['100644', 'file'],
    ['100664', 'file'],
    ['100755', 'executable'],
    ['120000', 'symlink'],
    ['40000', 'folder'],
    ['160000', 'gitlink'],
    ['0100664', 'file'],
    ['00040000', 'folder'],
  ])('mode %s is a %s', (mode, kind) => {
    expect(parse([entry(mode, 'A ü')])).toEqual([{ name: latin1('A ü'), kind, id: ID }]);
  });

  test('in git order: a folder as if a slash followed its name', () => {
    const names = ['a-b', 'a.b', 'a', 'a0', 'b', 'ü'];
    const sound = names.map((name) => entry(name === 'a' ? '40000' : '100644', name));
    expect(parse(sound).map(({ name }) => name)).toEqual(names.map(latin1));
    expect(parse([])).toEqual([]);
  });

  test('in the SHA-256 format', () => {
    const content = encodeRaw([entry('100644', 'a', LONG_ID), entry('40000', 'b', LONG_ID)]);
    expect(parseTree(content, 'sha256', '', limits)).toEqual([
      { name: 'a', kind: 'file', id: LONG_ID },
      { name: 'b', kind: 'folder', id: LONG_ID },
    ]);
    expect(failureOf(() => parseTree(content.subarray(0, -1), 'sha256', 'x', limits))).toEqual({
      code: 'tree-malformed',
      message: "the tree of folder 'x' is malformed at byte 41",
      hint: defaultHint,
    });
  });

  test.each([
    ['nothing but a number', Buffer.from('100644'), 0],
    ['no space', Buffer.from(`100644\0${'x'.repeat(40)}`), 0],
    ['no end of the name', Buffer.from(`100644 ${'x'.repeat(40)}`), 0],
    ['an id that is a byte short', encodeRaw([entry('100644', 'x', '12'.repeat(19))]), 0],
    ['an id of which nothing is there', Buffer.from('100644 x\0'), 0],
    ['nine digits of a mode', encodeRaw([entry('000100644', 'x')]), 0],
    ['a byte after the last entry', Buffer.concat([encodeRaw([entry('100644', 'x')]), Buffer.from('1')]), 29],
    ['a second entry without a space', encodeRaw([entry('100644', 'x'), entry('10', '')]).subarray(0, -22), 29],
  ])('malformed: %s', (_, content, at) => {
    const failure = (where: string) => ({
      code: 'tree-malformed',
      message: `the tree of ${where} is malformed at byte ${at}`,
      hint: defaultHint,
    });
    expect(failureOf(() => parseTree(content, 'sha1', '', limits))).toEqual(failure('the top folder'));
    expect(failureOf(() => parseTree(content, 'sha1', latin1('ä/b'), limits))).toEqual(failure("folder 'ä/b'"));
  });

  // Also what a JavaScript object has by these names, and a run of zeros that is no padding.
  test.each([
    ['', ''],
    ['0', '0'],
    ['100600', '100600'],
    ['104755', '104755'],
    ['1000644', '1000644'],
    ['1020000', '1020000'],
    ['1060000', '1060000'],
    ['100644\0', '100644\\x00'],
    ['\x1b[31m', '\\x1b[31m'],
    ['toString', 'toString'],
    ['valueOf', 'valueOf'],
    ['0valueOf', '0valueOf'],
  ])('mode %j is refused', (mode, shown) => {
    const failure = (where: string) => ({
      code: 'tree-mode-refused',
      message: `mode ${shown} of 'ü' in ${where} is refused`,
      hint: modeHint,
    });
    expect(failureOf(() => parse([entry(mode, 'ü')]))).toEqual(failure('the top folder'));
    expect(failureOf(() => parse([entry('100644', 'a'), entry(mode, 'ü')], 'b'))).toEqual(failure("folder 'b'"));
  });

  test.each([
    ['tree-malformed', "'ü' in the top folder has no object id", [entry('100644', 'ü', '00'.repeat(20))]],
    ['tree-duplicate-name', "two entries of the top folder are named 'ü'", [entry('100644', 'ü'), entry('40000', 'ü')]],
    [
      'tree-duplicate-name',
      "two entries of the top folder are named 'a'",
      [entry('100644', 'a'), entry('100644', 'a')],
    ],
    ['tree-order', "'a' in the top folder is not in git's order", [entry('100644', 'b'), entry('100644', 'a')]],
    ['tree-order', "'a.b' in the top folder is not in git's order", [entry('40000', 'a'), entry('100644', 'a.b')]],
    ['tree-order', "'a' in the top folder is not in git's order", [entry('100644', 'a0'), entry('40000', 'a')]],
  ])('%s: %s', (code, message, entries) => {
    expect(failureOf(() => parse(entries))).toEqual({ code, message, hint: defaultHint });
    expect(failureOf(() => parse(entries, 'f'))?.message).toBe(message.replace('the top folder', "folder 'f'"));
  });

  test('names an object by any zeros but all', () => {
    for (const oid of [`${'0'.repeat(39)}1`, `1${'0'.repeat(39)}`])
      expect(parse([entry('100644', 'x', oid)])[0]?.id).toBe(oid);
  });

  test('holds its names to the rules, and to the limit', () => {
    const small = limitsWith({ NAME_BYTES: 3 });
    const content = encodeRaw([entry('100644', 'abc'), entry('100644', 'abcd')]);
    expect(failureOf(() => parseTree(content, 'sha1', 'f', small))?.message).toBe(
      "name 'abcd' in folder 'f' is refused: it is longer than 3 bytes",
    );
    expect(failureOf(() => parse([entry('40000', '.git')]))?.message).toBe(
      "name '.git' at the top of the commit is refused: it is .git on some file system",
    );
    // Before its mode: what is refused is named by what could do harm.
    expect(failureOf(() => parse([entry('104755', '..')]))?.code).toBe('tree-name-refused');
  });
});

describe('a commit', () => {
  const hint = 'check that COMMIT_SHA names a commit that git fsck accepts';
  const tree = '3'.repeat(40);
  const parse = (text: string) => parseCommit(Buffer.from(text), 'sha1', ID);

  test.each([
    ['', 'it does not begin with a tree line'],
    [`tree ${tree}`, 'it does not begin with a tree line'],
    [`tree ${'3'.repeat(64)}\n`, 'it does not begin with a tree line'],
    [`blob ${tree}\n`, 'it does not begin with a tree line'],
    [`treeX${tree}\n`, 'it does not begin with a tree line'],
    [`tree ${'A'.repeat(40)}\n`, 'its tree line holds no 40-digit hash'],
    [`tree ${'3'.repeat(39)}\n\n`, 'its tree line holds no 40-digit hash'],
    [`tree ${tree}\nparent ${'g'.repeat(40)}\n`, 'its parent line holds no 40-digit hash'],
  ])('%j is malformed', (text, what) => {
    expect(failureOf(() => parse(text))).toEqual({
      code: 'commit-malformed',
      message: `commit ${ID} is malformed: ${what}`,
      hint,
    });
  });

  test('in the SHA-256 format', () => {
    const text = (id: string) => Buffer.from(`tree ${id}\nparent ${LONG_ID}\n`);
    const read = (id: string) => parseCommit(text(id), 'sha256', LONG_ID);
    expect(read(LONG_ID)).toEqual({ tree: LONG_ID, parents: [LONG_ID] });
    expect(failureOf(() => read('z'.repeat(64)))?.message).toBe(
      `commit ${LONG_ID} is malformed: its tree line holds no 64-digit hash`,
    );
    expect(failureOf(() => read(tree))?.message).toBe(
      `commit ${LONG_ID} is malformed: it does not begin with a tree line`,
    );
  });

  test('parents are the lines that follow the tree, up to the first that is none', () => {
    const [one, two] = ['4'.repeat(40), '5'.repeat(40)];
    const head = `tree ${tree}\nparent ${one}\n`;
    expect(parse(`${head}parent ${two}\nauthor x\n`)).toEqual({ tree, parents: [one, two] });
    for (const line of [`parenT ${two}`, `object ${two}`, `parent ${two}0`, ` parent ${two}`, `parent\t${two}`])
      expect(parse(`${head}${line}\nparent ${two}\n`)).toEqual({ tree, parents: [one] });
  });
});
