import { describe, expect, test } from 'vitest';
import { MAX_HISTORY_BYTES, MAX_HISTORY_OBJECTS, MAX_SAVED_REFS } from '../../../src/audit/bundle/limits.ts';
import type { HeldHistory, HeldObject } from '../../../src/audit/bundle/recording.ts';
import { reachOfSaved, refsToSave, type SavedRefs } from '../../../src/audit/bundle/saved-refs.ts';
import type { RemoteRef } from '../../../src/source/history/refs.ts';
import { objectId } from '../../../src/source/objects/object-id.ts';

const TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const objects = new Map<string, HeldObject>();

const put = (type: 'commit' | 'tag', text: string): string => {
  const data = Buffer.from(text);
  const id = objectId('sha1', type, data);
  objects.set(id, { type, data });
  return id;
};
const commit = (message: string, ...parents: readonly string[]): string =>
  put(
    'commit',
    `tree ${TREE}\n${parents.map((one) => `parent ${one}\n`).join('')}author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n${message}\n`,
  );
const tag = (of: string): string => put('tag', `object ${of}\ntype commit\ntag v1\ntagger A <a> 1 +0000\n\nv1\n`);

const pinned = commit('pinned');
const second = commit('second', pinned);
const third = commit('third', second);
const side = commit('side', pinned);
const merge = commit('merge', third, side);
const stranger = commit('stranger');
const release = tag(third);

const branch = (name: string, id: string): RemoteRef => ({ name: `refs/heads/${name}`, id });
const tagged = (name: string, id: string, peeled?: string): RemoteRef => ({
  name: `refs/tags/${name}`,
  id,
  ...(peeled === undefined ? {} : { peeled }),
});
const held = (refs: readonly RemoteRef[], more: Partial<HeldHistory> = {}): HeldHistory => ({
  at: 1,
  list: { refs, head: undefined },
  expected: undefined,
  objects,
  ...more,
});
const dataOf = (...ids: readonly string[]) =>
  ids.map((id) => objects.get(id)!).map(({ type, data }) => ({ type, data }));
const failure = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('what is kept', () => {
  test('of a commit at a tip: the list, and no history', () => {
    const refs = [branch('other', stranger), branch('main', pinned), tagged('v1', release, pinned)];
    expect(refsToSave(held(refs, { list: { refs, head: 'refs/heads/main' } }), pinned)).toEqual({
      list: { refs: [refs[1], refs[2], refs[0]], head: 'refs/heads/main' },
      branches: 2,
      tags: 1,
      objects: [],
    });
  });

  test.each<[string, RemoteRef, string[]]>([
    ['behind a branch', branch('main', third), [third, second]],
    ['behind a merge: the shortest way', branch('main', merge), [merge, side]],
    ['behind an annotated tag', tagged('v1', release, third), [release, third, second]],
  ])('%s', (_name, ref, way) => {
    const other = branch('other', stranger);
    const saved = refsToSave(held([other, ref]), pinned);
    expect(saved).toEqual({
      list: { refs: [ref, other], head: undefined },
      branches: ref.name.startsWith('refs/heads/') ? 2 : 1,
      tags: ref.name.startsWith('refs/heads/') ? 0 : 1,
      objects: dataOf(...way),
    });
  });

  test('no way: the list alone; nor where the history was more than is held', () => {
    for (const more of [{}, { objects: undefined }]) {
      const saved = refsToSave(held([branch('main', stranger)], more), pinned);
      expect(saved).toMatchObject({ list: { refs: [branch('main', stranger)] }, objects: [] });
    }
    expect(refsToSave(held([branch('main', third)], { objects: undefined }), pinned).objects).toEqual([]);
  });

  test('a way that is too large is left out', () => {
    const head = `tree ${TREE}\nparent ${pinned}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n`;
    const of = (size: number) => {
      const data = Buffer.concat([Buffer.from(head), Buffer.alloc(size - head.length, 'x')]);
      const id = objectId('sha1', 'commit', data);
      const ref = branch('main', id);
      const large = refsToSave(held([ref], { objects: new Map([[id, { type: 'commit', data }]]) }), pinned);
      expect(large.list.refs).toEqual([ref]);
      return large.objects.map(({ data: { length } }) => length);
    };
    expect(of(MAX_HISTORY_BYTES)).toEqual([MAX_HISTORY_BYTES]);
    expect(of(MAX_HISTORY_BYTES + 1)).toEqual([]);
  });

  test('a way that is too long is left out', () => {
    const long = new Map<string, HeldObject>();
    const data = (parent: string): Buffer =>
      Buffer.from(`tree ${TREE}\nparent ${parent}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n`);
    const idOf = (number: number): string => number.toString(16).padStart(40, '0');
    for (let number = 1; number <= MAX_HISTORY_OBJECTS + 1; number++) {
      long.set(idOf(number), { type: 'commit', data: data(number === 1 ? pinned : idOf(number - 1)) });
    }
    const of = (number: number) => refsToSave(held([branch('main', idOf(number))], { objects: long }), pinned).objects;
    expect(of(MAX_HISTORY_OBJECTS)).toHaveLength(MAX_HISTORY_OBJECTS);
    expect(of(MAX_HISTORY_OBJECTS + 1)).toHaveLength(0);
  });

  test('a way through what is not held, or through a tag that names nothing, is none', () => {
    const gap = new Map([...objects].filter(([id]) => id !== second));
    expect(refsToSave(held([branch('main', third)], { objects: gap }), pinned).objects).toEqual([]);
    // What stands first in a tag is what it is of.
    for (const text of ['tag v1\n', `note\nobject ${pinned}\n`, `object ${pinned.slice(1)}\n`, `object ${pinned} \n`]) {
      const odd = new Map<string, HeldObject>([['a1'.repeat(20), { type: 'tag', data: Buffer.from(text) }]]);
      const ref = tagged('v1', 'a1'.repeat(20));
      expect(refsToSave(held([ref], { objects: odd }), pinned)).toMatchObject({ list: { refs: [ref] }, objects: [] });
    }
  });

  test('in the SHA-256 object format', () => {
    const base = 'c3'.repeat(32);
    const data = Buffer.from(
      `tree ${'d4'.repeat(32)}\nparent ${base}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n`,
    );
    const id = objectId('sha256', 'commit', data);
    const release = Buffer.from(`object ${id}\ntype commit\ntag v1\ntagger A <a> 1 +0000\n\nv1\n`);
    const ref = tagged('v1', objectId('sha256', 'tag', release), id);
    const wide = new Map<string, HeldObject>([
      [id, { type: 'commit', data }],
      [ref.id, { type: 'tag', data: release }],
    ]);
    const kept = refsToSave(held([ref], { objects: wide }), base);
    expect(kept.objects).toEqual([
      { type: 'tag', data: release },
      { type: 'commit', data },
    ]);
    expect(reachOfSaved(kept, base, undefined).reach).toEqual({ kind: 'ancestor', ref, behind: 1 });
  });

  test('of many refs those that matter first, and the counts of all', () => {
    const many = Array.from({ length: MAX_SAVED_REFS + 500 }, (_, index) => branch(`b${index}`, stranger));
    const refs = [...many, branch('main', stranger), tagged('v1', third), branch('late', pinned)];
    const saved = refsToSave(held(refs, { list: { refs, head: 'refs/heads/main' }, expected: 'refs/tags/v1' }), pinned);
    expect(saved.list.refs).toHaveLength(MAX_SAVED_REFS);
    expect(saved.list.refs.slice(0, 3).map(({ name }) => name)).toEqual([
      'refs/heads/late',
      'refs/tags/v1',
      'refs/heads/main',
    ]);
    expect(saved).toMatchObject({ branches: MAX_SAVED_REFS + 502, tags: 1 });
    // Of many at the commit itself half are kept, so that the expected one and the default branch stay.
    const tips = [...many.map(({ name }) => ({ name, id: pinned })), tagged('v1', third)];
    const crowded = refsToSave(held(tips, { expected: 'refs/tags/v1' }), pinned);
    expect(crowded.list.refs).toHaveLength(MAX_SAVED_REFS);
    expect(crowded.list.refs[MAX_SAVED_REFS / 2]?.name).toBe('refs/tags/v1');
  });
});

const saved = (refs: readonly RemoteRef[], ...ids: readonly string[]): SavedRefs => ({
  list: { refs, head: undefined },
  branches: 7,
  tags: 8,
  objects: dataOf(...ids) as SavedRefs['objects'],
});

describe('what it comes to', () => {
  test('a tip, by the word of the list', () => {
    const refs = [branch('a', pinned), branch('b', stranger), tagged('v1', release, pinned)];
    expect(reachOfSaved(saved(refs), pinned, undefined)).toEqual({
      reach: { kind: 'tip', refs: [refs[0], refs[2]] },
      branches: 7,
      tags: 8,
      commits: 0,
      packBytes: 0,
    });
  });

  test('an ancestor, by commits that are hashed again', () => {
    const refs = [branch('other', stranger), branch('main', third)];
    expect(reachOfSaved(saved(refs, third, second), pinned, undefined)).toMatchObject({
      reach: { kind: 'ancestor', ref: refs[1], behind: 2 },
      commits: 2,
    });
    const annotated = tagged('v1', release, third);
    expect(reachOfSaved(saved([annotated], release, third, second), pinned, undefined).reach).toEqual({
      kind: 'ancestor',
      ref: annotated,
      behind: 2,
    });
    // An annotated tag whose peeled commit the server did not name.
    const direct = tagged('v2', tag(pinned));
    expect(reachOfSaved(saved([direct], direct.id), pinned, undefined).reach).toEqual({ kind: 'tip', refs: [direct] });
  });

  test('what becomes of everything that was saved comes back', () => {
    for (const id of [third, merge]) {
      const kept = refsToSave(held([branch('main', id)]), pinned);
      expect(reachOfSaved(kept, pinned, undefined).reach).toMatchObject({ kind: 'ancestor', ref: branch('main', id) });
    }
  });

  test.each<[string, SavedRefs]>([
    ['a way with a gap', saved([branch('main', third)], third)],
    ['a way that starts elsewhere', saved([branch('main', stranger)], third, second)],
    ['no way', saved([branch('main', third)])],
    ['no ref', saved([], third, second)],
  ])('%s leads nowhere', (_name, given) => {
    expect(failure(() => reachOfSaved(given, pinned, undefined))).toMatchObject({
      code: 'not-saved',
      exitCode: 13,
      message: 'what was saved holds no way from a branch or tag to the commit',
      hint: 'ask the repository: --source URL',
    });
  });

  test('ids of another object format are refused', () => {
    for (const ref of [branch('main', 'a1'.repeat(32)), tagged('v1', pinned, 'a1'.repeat(32))]) {
      expect(failure(() => reachOfSaved(saved([ref]), pinned, undefined))).toMatchObject({
        code: 'object-format-mismatch',
        message: 'the saved refs are of another object format',
      });
    }
  });

  test('objects that are none are refused', () => {
    const broken = {
      ...saved([branch('main', third)]),
      objects: [{ type: 'commit', data: Buffer.from('x') } as const],
    };
    expect(failure(() => reachOfSaved(broken, pinned, undefined))).toMatchObject({ code: 'commit-malformed' });
  });

  test.each<[string, object]>([
    ['refs/tags/v1', { name: 'refs/tags/v1', tip: third, isTag: true }],
    ['refs/heads/main', { name: 'refs/heads/main', tip: pinned, isTag: false }],
    ['main', { name: 'refs/heads/main', tip: pinned, isTag: false }],
    ['refs/tags/gone', { name: 'refs/tags/gone', tip: undefined, isTag: true }],
  ])('the ref that was expected: %s', (name, expected) => {
    const refs = [branch('main', pinned), tagged('v1', release, third)];
    expect(reachOfSaved(saved(refs), pinned, name).expected).toEqual(expected);
  });
});
