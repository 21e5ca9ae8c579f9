import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSource } from './audit-source.ts';
import { MAX_CHANGES, MAX_DIFF_EDITS } from '../../../src/audit/source/limits.ts';
import { comparePaths, type Side } from '../../../src/audit/source/since/compare.ts';
import { diffLines } from '../../../src/audit/source/since/diff-lines.ts';
import type { LayoutEntry } from '../../../src/source/checkout/layout.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { holds } from '../../support/property.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { auditOf, pinOf } from './support.ts';

/** How many lines two texts have in common in their order, by the definition. */
const common = ([a, ...as]: readonly string[], [b, ...bs]: readonly string[]): number => {
  if (a === undefined || b === undefined) return 0;
  return a === b ? 1 + common(as, bs) : Math.max(common([a, ...as], bs), common(as, [b, ...bs]));
};

describe('lines', () => {
  test('what was added and removed', () => {
    expect(diffLines('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([
      { sign: '-', line: 2, text: 'b' },
      { sign: '+', line: 2, text: 'x' },
      { sign: '+', line: 4, text: 'd' },
    ]);
    expect(diffLines('a\nb\n', 'a\nb\n')).toEqual([]);
    expect(diffLines('', 'a')).toEqual([
      { sign: '-', line: 1, text: '' },
      { sign: '+', line: 1, text: 'a' },
    ]);
    expect(diffLines('a\na\n', 'a\na\na\n')).toEqual([{ sign: '+', line: 3, text: 'a' }]);
  });

  test('they lead from one text to the other, and are no more than needed', () =>
    holds(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }),
        (before, after) => {
          const [old, now] = [before.join('\n'), after.join('\n')];
          const lines = diffLines(old, now);
          const removed = new Set(lines.filter(({ sign }) => sign === '-').map(({ line }) => line));
          const added = new Set(lines.filter(({ sign }) => sign === '+').map(({ line }) => line));
          const kept = old.split('\n').filter((_, at) => !removed.has(at + 1));
          expect(now.split('\n').filter((_, at) => !added.has(at + 1))).toEqual(kept);
          expect(lines.length).toBe(removed.size + added.size);
          expect(kept.length).toBe(common(old.split('\n'), now.split('\n')));
        },
      ),
    ));

  test('of a line that moved, what is removed comes first', () => {
    expect(diffLines('a\nb\nc\nd', 'b\nc\na\nd').map(({ sign, line, text }) => `${sign}${line} ${text}`)).toEqual([
      '-1 a',
      '+3 a',
    ]);
    expect(diffLines('a\nb\n', 'b\na\n').map(({ sign, line, text }) => `${sign}${line} ${text}`)).toEqual([
      '-1 a',
      '+2 a',
    ]);
  });

  describe('texts that differ in more lines than are looked for', () => {
    const text = (name: string, count: number): string =>
      Array.from({ length: count }, (_, at) => `${name} ${at}`).join('\n');
    const half = MAX_DIFF_EDITS / 2;

    test('so many are told one by one', () => {
      const lines = diffLines(`same\n${text('a', half)}\nend`, `same\n${text('b', half)}\nend`);
      expect(lines).toHaveLength(MAX_DIFF_EDITS);
      expect([lines[0], lines[half]]).toEqual([
        { sign: '-', line: 2, text: 'a 0' },
        { sign: '+', line: 2, text: 'b 0' },
      ]);
    });

    test('one more, and they are replaced as a whole', () => {
      const lines = diffLines(`same\n${text('a', half)}\nend`, `same\n${text('b', half + 1)}\nend`);
      expect(lines).toHaveLength(MAX_DIFF_EDITS + 5);
      expect([lines[0], lines[half + 2]]).toEqual([
        { sign: '-', line: 1, text: 'same' },
        { sign: '+', line: 1, text: 'same' },
      ]);
    });
  });
});

describe('paths', () => {
  const side = (files: Record<string, string>, kind: LayoutEntry['kind'] = 'file'): Side => ({
    entries: Object.entries(files).map(([path, id], slot) => ({ path, id, kind, slot })),
    sizes: new Map(Object.values(files).map((id) => [id, id.length])),
  });

  test('added, removed, changed', () => {
    expect(comparePaths(side({ a: '1', b: '22', c: '3' }), side({ b: '222', c: '3', d: '4' }))).toEqual({
      added: 1,
      removed: 1,
      changed: 1,
      list: [
        { path: 'a', before: { kind: 'file', id: '1', size: 1 }, after: undefined },
        { path: 'b', before: { kind: 'file', id: '22', size: 2 }, after: { kind: 'file', id: '222', size: 3 } },
        { path: 'd', before: undefined, after: { kind: 'file', id: '4', size: 1 } },
      ],
    });
    expect(comparePaths(side({ a: '1' }), side({ a: '1' }, 'executable')).changed).toBe(1);
    expect(comparePaths(side({ 'a\x1b': '1' }), side({})).list[0]?.path).toBe('a\\x1b');
  });

  test('the list is bounded and the counts are not', () => {
    const files = Object.fromEntries(Array.from({ length: MAX_CHANGES + 3 }, (_, at) => [`f${at}`, 'x']));
    const { added, list } = comparePaths(side({}), side(files));
    expect([added, list.length]).toEqual([MAX_CHANGES + 3, MAX_CHANGES]);
  });
});

describe('a real repository', () => {
  const scratch = makeScratch();
  let server: GitServer;
  let repository: Repository;
  let now: string;
  let url: string;

  beforeAll(async () => {
    const files = { 'tee-launch.sh': 'echo a\necho b\n', 'old.txt': 'old', lib: { gitlink: '1'.repeat(40) } };
    repository = await makeRepository({ path: scratch.join('repo.git'), files });
    now = await repository.commitAgain({
      'tee-launch.sh': 'echo a\necho c\n',
      'old.txt': null,
      lib: null,
      'new.txt': 'new!',
    });
    server = await startGitServer({ root: scratch.path });
    url = `${server.url}/repo.git`;
  });

  afterAll(async () => {
    await server?.close();
  });

  test('what changed since', async () => {
    const { since } = await auditSource(auditOf(url, now, { since: repository.commit }));
    expect(since).toMatchObject({
      value: {
        commit: repository.commit,
        paths: {
          added: 1,
          removed: 2,
          changed: 1,
          list: [
            { path: 'lib', before: { kind: 'gitlink', size: undefined }, after: undefined },
            { path: 'new.txt', before: undefined, after: { kind: 'file', size: 4 } },
            { path: 'old.txt', before: { kind: 'file', size: 3 }, after: undefined },
            { path: 'tee-launch.sh', before: { size: 14 }, after: { size: 14 } },
          ],
        },
        entry: [
          { sign: '-', line: 2, text: 'echo b' },
          { sign: '+', line: 2, text: 'echo c' },
        ],
      },
    });
  });

  test('nothing changed, and no script to compare', async () => {
    const same = await auditSource(auditOf(url, now, { since: now }));
    expect(same.since).toEqual({
      value: { commit: now, paths: { added: 0, removed: 0, changed: 0, list: [] }, entry: [] },
    });
    const command = await auditSource(auditOf(url, now, { since: now, pin: pinOf(url, now, ['RUN_CMD=x']) }));
    expect(command.since).toMatchObject({ value: { entry: undefined } });
  });

  test.each([
    ['that is not there', '2'.repeat(40), 'commit-not-served'],
    ['cut short', '2'.repeat(39), 'not-a-commit'],
    ['of the other format', '2'.repeat(64), 'not-a-commit'],
    ['with something behind', `${'2'.repeat(39)}\n`, 'not-a-commit'],
  ])('a commit %s fails nothing else', async (_name, since, code) => {
    const { since: found, outcomes } = await auditSource(auditOf(url, now, { since }));
    expect(found).toMatchObject({ error: { code } });
    expect(outcomes['source.tree'].state).toBe('passed');
  });
});
