import { describe, expect, test } from 'vitest';
import {
  type Layout,
  LayoutBuilder,
  type LayoutOptions,
  layOut,
  objectMissing,
} from '../../src/source/checkout/layout.ts';
import type { Limits } from '../../src/source/limits.ts';
import { sortedTree } from '../support/git-objects.ts';
import { failureOf, limitsWith } from './support.ts';

const MODES = { file: '100644', executable: '100755', symlink: '120000', gitlink: '160000' } as const;

/** Trees by their id, which need be no hash here: each letter or digit stands for an id of that alone. */
const idOf = (sign: string): string => sign.repeat(40);

type Item = keyof typeof MODES | { folder: string };

/** A tree: `{ name: kind }`, or `{ name: { folder: sign } }`; what is no folder names the object `f`. */
const tree = (items: Record<string, Item>): Buffer =>
  sortedTree(
    Object.entries(items).map(([name, item]) =>
      typeof item === 'string'
        ? { mode: MODES[item], name, oid: idOf('f') }
        : { mode: '40000', name, oid: idOf(item.folder) },
    ),
  );

const optionsWith = (changes: Partial<Limits> = {}): LayoutOptions => ({ format: 'sha1', limits: limitsWith(changes) });

/** Lays out trees by their signs, `1` at the top, in the order given. */
const build = (trees: Record<string, Buffer>, order: string, options = optionsWith()): Layout | undefined => {
  const builder = new LayoutBuilder(options);
  builder.start(idOf('1'));
  for (const sign of order) builder.addTree(idOf(sign), trees[sign]!);
  return builder.finish();
};

const limitFailure = (name: string, message: string) => ({
  code: 'limit-exceeded',
  message,
  hint: `if this repository is meant to be that large, set TWL_LIMIT_${name} in the launcher's environment`,
});

/** Folder 2 stands twice, the second time below 3, which comes after it. */
const SAMPLE = {
  1: tree({ a: { folder: '2' }, 'a.x': 'file', b: { folder: '3' }, z: 'symlink' }),
  2: tree({ one: 'executable', two: 'gitlink' }),
  3: tree({ in: { folder: '2' }, last: 'file' }),
};

describe('the layout of a commit', () => {
  test('lists its paths in the order of the index, each with its place among all that became known', () => {
    const id = idOf('f');
    const layout = build(SAMPLE, '123')!;
    expect(layout.rootTree).toBe(idOf('1'));
    expect(layout.entries).toEqual([
      { path: 'a.x', kind: 'file', id, slot: 0 },
      { path: 'a/one', kind: 'executable', id, slot: 2 },
      { path: 'a/two', kind: 'gitlink', id, slot: 3 },
      { path: 'b/in/one', kind: 'executable', id, slot: 5 },
      { path: 'b/in/two', kind: 'gitlink', id, slot: 6 },
      { path: 'b/last', kind: 'file', id, slot: 4 },
      { path: 'z', kind: 'symlink', id, slot: 1 },
    ]);
    expect(layout.folders.map(({ prefix, depth, tree: of, parent }) => [prefix, depth, of[0], parent?.prefix])).toEqual(
      [
        ['a/', 1, '2', ''],
        ['b/', 1, '3', ''],
        ['b/in/', 2, '2', 'b/'],
      ],
    );
    expect([...layout.trees.keys()]).toEqual(['1', '2', '3'].map(idOf));
    expect(layout.folders[0]?.parent).toMatchObject({ prefix: '', parent: undefined, depth: 0, tree: idOf('1') });
  });

  test.each(['123', '132', '213', '231', '312', '321'])('is the same when its trees come in the order %s', (order) => {
    const paths = (layout: Layout | undefined) => layout?.entries.map(({ path, kind }) => [path, kind]);
    const told: string[] = [];
    const onLeaf: LayoutOptions['onLeaf'] = ({ prefix }, { name }, slot) => (told[slot] = prefix + name);
    const layout = build(SAMPLE, order, { ...optionsWith(), onLeaf })!;
    expect(paths(layout)).toEqual(paths(build(SAMPLE, '123')));
    // Each path was told once, by the slot that the layout gives it.
    expect(layout.entries.toSorted((a, b) => a.slot - b.slot).map(({ path }) => path)).toEqual(told);
  });

  test('tells of each path as soon as its trees are there, and reads a tree that stands twice once', () => {
    const told: unknown[] = [];
    const entries = new Set<unknown>();
    const builder = new LayoutBuilder({
      ...optionsWith(),
      onLeaf: ({ prefix }, entry, slot) => {
        told.push([prefix + entry.name, entry.kind, slot]);
        entries.add(entry);
      },
    });
    builder.addTree(idOf('1'), SAMPLE[1]);
    expect(told).toEqual([]);
    builder.start(idOf('1'));
    expect(told.splice(0)).toEqual([
      ['a.x', 'file', 0],
      ['z', 'symlink', 1],
    ]);
    builder.addTree(idOf('2'), SAMPLE[2]);
    expect(told.splice(0)).toEqual([
      ['a/one', 'executable', 2],
      ['a/two', 'gitlink', 3],
    ]);
    builder.addTree(idOf('3'), SAMPLE[3]);
    expect(told).toEqual([
      ['b/last', 'file', 4],
      ['b/in/one', 'executable', 5],
      ['b/in/two', 'gitlink', 6],
    ]);
    expect(entries.size).toBe(5);
  });

  test('of nothing has no paths', () => {
    expect(build({ 1: tree({}) }, '1')).toMatchObject({ entries: [], folders: [] });
  });

  test.each(['', '1', '2', '3', '12', '13', '23'])('is not there with the trees %j alone', (order) => {
    expect(build(SAMPLE, order)).toBeUndefined();
  });

  test('is not there before the commit is', () => {
    const builder = new LayoutBuilder(optionsWith());
    expect(builder.finish()).toBeUndefined();
    builder.addTree(idOf('1'), tree({}));
    expect(builder.finish()).toBeUndefined();
    builder.start(idOf('1'));
    expect(builder.finish()?.entries).toEqual([]);
  });
});

describe('the trees that came', () => {
  test('count once each, are kept as they came, and name what is wanted next', () => {
    const builder = new LayoutBuilder(optionsWith());
    builder.start(idOf('1'));
    expect(builder.wantedBy(idOf('1'))).toEqual([]);
    expect(builder.addTree(idOf('1'), SAMPLE[1])).toBe(true);
    expect(builder.addTree(idOf('1'), SAMPLE[1])).toBe(false);
    expect(builder.wantedBy(idOf('1'))).toEqual([idOf('2'), idOf('3')]);
    expect(builder.wantedBy(idOf('3'))).toEqual([]);
    // Before anything names it, and again.
    expect(builder.addTree(idOf('4'), SAMPLE[3])).toBe(true);
    expect(builder.addTree(idOf('4'), tree({ x: 'file' }))).toBe(false);
    expect(builder.wantedBy(idOf('4'))).toEqual([]);
    expect([...builder.contents]).toEqual([
      [idOf('1'), SAMPLE[1]],
      [idOf('4'), SAMPLE[3]],
    ]);
  });

  test('are surplus when the commit does not name them', () => {
    const builder = new LayoutBuilder(optionsWith());
    expect(builder.surplus).toBeUndefined();
    builder.start(idOf('1'));
    for (const sign of ['1', '2', '3'] as const) builder.addTree(idOf(sign), SAMPLE[sign]);
    expect(builder.surplus).toBeUndefined();
    builder.addTree(idOf('5'), tree({}));
    expect(builder.surplus).toBe(idOf('5'));
    expect(builder.finish()?.entries).toHaveLength(7);
  });

  test('are held to the rules of trees, and the message names the folder', () => {
    const trees = { 1: tree({ a: { folder: '2' } }), 2: tree({ bc: { folder: '3' } }), 3: tree({ '.git': 'file' }) };
    expect(failureOf(() => build(trees, '123'))?.message).toBe(
      "name '.git' in folder 'a/bc' is refused: it is .git on some file system",
    );
    expect(failureOf(() => build({ 1: trees[3] }, '1'))?.message).toBe(
      "name '.git' at the top of the commit is refused: it is .git on some file system",
    );
    expect(failureOf(() => build({ 1: tree({ '.git': 'file' }) }, '1'))?.code).toBe('tree-name-refused');
    // What is no part of the commit is not read.
    expect(failureOf(() => build(trees, '3'))).toBeUndefined();
    expect(failureOf(() => build({ 1: trees[1], 2: Buffer.from('x') }, '12'))?.message).toBe(
      "the tree of folder 'a' is malformed at byte 0",
    );
  });
});

describe('the limits of a commit', () => {
  // Folders count as well, and a folder counts as often as it stands.
  test('on the number of its paths', () => {
    const failure = limitFailure('PATHS', 'the commit names more than 9 paths');
    for (const order of ['123', '213', '312', '321']) {
      expect(build(SAMPLE, order, optionsWith({ PATHS: 10 }))?.entries).toHaveLength(7);
      expect(failureOf(() => build(SAMPLE, order, optionsWith({ PATHS: 9 })))).toEqual(failure);
    }
  });

  test('on the number of its paths, before any of them is made', () => {
    const told: string[] = [];
    const onLeaf: LayoutOptions['onLeaf'] = (_, { name }) => told.push(name);
    const trees = { 1: tree({ a: { folder: '2' }, b: { folder: '2' } }), 2: tree({ x: 'file', y: 'file' }) };
    expect(failureOf(() => build(trees, '12', { ...optionsWith({ PATHS: 5 }), onLeaf }))).toEqual(
      limitFailure('PATHS', 'the commit names more than 5 paths'),
    );
    expect(told).toEqual([]);
  });

  test.each(['1234', '4321'])('on the depth of its folders, when they come in the order %s', (order) => {
    const trees = {
      1: tree({ a: { folder: '2' } }),
      2: tree({ a: { folder: '3' } }),
      3: tree({ a: { folder: '4' } }),
      4: tree({ x: 'file' }),
    };
    expect(build(trees, order, optionsWith({ TREE_DEPTH: 3 }))?.entries[0]?.path).toBe('a/a/a/x');
    expect(failureOf(() => build(trees, order, optionsWith({ TREE_DEPTH: 2 })))).toEqual(
      limitFailure('TREE_DEPTH', 'folders of the commit lie more than 2 deep'),
    );
  });

  test.each(['file', 'symlink', 'gitlink', { folder: '4' }] as const)('on the length of a path to %j', (item) => {
    const trees = { 1: tree({ 'ü\n': { folder: '2' } }), 2: tree({ name: item }), 4: tree({}) };
    expect(build(trees, '124', optionsWith({ PATH_BYTES: 8 }))).toBeDefined();
    expect(failureOf(() => build(trees, '124', optionsWith({ PATH_BYTES: 7 })))).toEqual(
      limitFailure('PATH_BYTES', "path 'ü\\n/name' is longer than 7 bytes"),
    );
  });

  test('on the length of a path, of which the start is shown', () => {
    const trees = { 1: tree({ ['d'.repeat(50)]: { folder: '2' } }), 2: tree({ ['x'.repeat(50)]: 'file' }) };
    expect(failureOf(() => build(trees, '12', optionsWith({ PATH_BYTES: 100 })))).toEqual(
      limitFailure('PATH_BYTES', `path '${'d'.repeat(50)}/${'x'.repeat(9)}…' is longer than 100 bytes`),
    );
  });
});

describe('a commit whose trees are at hand', () => {
  const at = (trees: Record<string, Buffer>) => (id: string) => trees[id[0]!];

  test('is laid out as when they come one by one', () => {
    const layout = layOut(idOf('1'), at(SAMPLE), optionsWith());
    expect(layout?.entries.map(({ path }) => path)).toEqual(build(SAMPLE, '123')?.entries.map(({ path }) => path));
  });

  test.each([1, 2, 3] as const)('has no layout without tree %i', (missing) => {
    const { [missing]: _, ...others } = SAMPLE;
    expect(layOut(idOf('1'), at(others), optionsWith())).toBeUndefined();
  });

  test('may hold more folders in one than a call takes arguments', () => {
    const names = Array.from(
      { length: 150_000 },
      (_, i) => `40000 ${String(i).padStart(6, '0')}\0${'\x22'.repeat(20)}`,
    );
    const asked: string[] = [];
    const onlyFirst = (id: string) => {
      asked.push(id);
      return asked.length === 1 ? Buffer.from(names.join(''), 'latin1') : undefined;
    };
    expect(layOut(idOf('1'), onlyFirst, optionsWith())).toBeUndefined();
    expect(asked).toEqual([idOf('1'), idOf('2')]);
  });
});

test('what nobody brought is said by its name', () => {
  const error = objectMissing("'a/b'");
  expect({ code: error.code, message: error.message, hint: error.hint }).toEqual({
    code: 'object-missing',
    message: "'a/b' is missing from what the server sent",
    hint: 'the repository there is damaged or incomplete; name another address in REPO_MIRRORS',
  });
});
