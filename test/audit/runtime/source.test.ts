import { describe, expect, test } from 'vitest';
import { runtimeReceipt } from '../../../src/audit/checks/runtime.ts';
import { compareSource } from '../../../src/audit/runtime/compare-source.ts';
import type { CommitFacts, SourceFacts } from '../../../src/audit/source/facts.ts';
import type { Part } from '../../../src/evidence/evidence.ts';
import { broken, run } from '../checks/support.ts';
import { following, CLAIM, ENTRY, eventOf, withReceipt } from './support.ts';

const BYTES = new TextEncoder().encode(ENTRY);
const start = { mode: 'script', path: 'tee-launch.sh', kind: 'file', size: BYTES.length, bytes: BYTES } as const;

/** What step 3 finds at the commit that the claim is of. */
const COMMIT: CommitFacts = {
  tree: CLAIM.tree,
  parents: [],
  treeSha256: { value: '5e'.repeat(32) },
  files: 1,
  bytes: BYTES.length,
  submodules: [],
  entry: { folder: undefined, start },
  findings: [],
};
const SUBMODULES = [
  { path: 'lib', commit: '70'.repeat(20) },
  { path: 'a', commit: '71'.repeat(20) },
];
const SHOWN = `a at ${'71'.repeat(20)}; lib at ${'70'.repeat(20)}`;

test('a claim of the commit that was had is held against all of it', () => {
  expect(compareSource(CLAIM, COMMIT)).toEqual({
    difference: undefined,
    compared: ['tree', 'entry.sha256', 'submodules'],
    open: [],
  });
  const more = { ...CLAIM, tree_sha256: '5e'.repeat(32), submodules: SUBMODULES };
  expect(compareSource(more, { ...COMMIT, submodules: SUBMODULES.toReversed() })).toEqual({
    difference: undefined,
    compared: ['tree', 'tree_sha256', 'entry.sha256', 'submodules'],
    open: [],
  });
});

test('what was not had is said to be open', () => {
  const claim = { ...CLAIM, tree_sha256: '5e'.repeat(32) };
  const all = ['tree', 'tree_sha256', 'entry.sha256', 'submodules'];
  expect(compareSource(claim, undefined)).toEqual({ difference: undefined, compared: [], open: all });
  const { bytes: _, ...large } = start;
  const partly: CommitFacts = {
    ...COMMIT,
    treeSha256: { error: new Error('no') },
    entry: { folder: undefined, start: { ...large, bytes: undefined } },
  };
  expect(compareSource(claim, partly)).toEqual({
    difference: undefined,
    compared: ['tree', 'submodules'],
    open: ['tree_sha256', 'entry.sha256'],
  });
  const command = { mode: 'command', runCmd: 'true', installCmd: undefined } as const;
  expect(compareSource(claim, { ...COMMIT, entry: { folder: undefined, start: command } }).open).toEqual([
    'entry.sha256',
  ]);
  expect(compareSource({ ...CLAIM, entry: null }, COMMIT).compared).toEqual(['tree', 'submodules']);
});

test.each<[string, Parameters<typeof compareSource>[0], Partial<CommitFacts>, string, string]>([
  ['tree', CLAIM, { tree: '0a'.repeat(20) }, '0a'.repeat(20), CLAIM.tree],
  ['tree_sha256', { ...CLAIM, tree_sha256: '0b'.repeat(32) }, {}, '5e'.repeat(32), '0b'.repeat(32)],
  [
    'entry.sha256',
    { ...CLAIM, entry: { path: 'tee-launch.sh', sha256: '0c'.repeat(32) } },
    {},
    CLAIM.entry!.sha256,
    '0c'.repeat(32),
  ],
  ['submodules', { ...CLAIM, submodules: SUBMODULES }, {}, '(none)', SHOWN],
  ['submodules', CLAIM, { submodules: SUBMODULES }, SHOWN, '(none)'],
])('another %s differs', (what, claim, change, expected, found) => {
  expect(compareSource(claim, { ...COMMIT, ...change }).difference).toEqual({ what, expected, found });
});

describe('in the check', () => {
  const facts = (commit: SourceFacts['commit']): Part<SourceFacts> => ({
    origin: 'https://git.example/a',
    value: {
      address: { url: 'https://git.example/a', named: true },
      commit,
      reachability: undefined,
      signature: undefined,
      since: undefined,
    },
  });
  const judged = (source: Part<SourceFacts>, evidence = withReceipt()) => run(runtimeReceipt, { ...evidence, source });
  const OPEN = 'not held against the source, which was not had; the commit covers them: tree, entry.sha256, submodules';

  test('a source that agrees is told of', () => {
    const outcome = judged(facts({ value: COMMIT }));
    expect(outcome).toMatchObject({ state: 'passed' });
    expect(outcome.details).toContain('held against the source, too: tree, entry.sha256, submodules');
    expect(outcome.details?.join()).not.toContain('not held');
    expect(outcome.origins?.at(-1)).toBe('https://git.example/a');
  });

  test('a source that contradicts is a failure, whatever covers the claim', () => {
    const claim = { ...CLAIM, tree: '0d'.repeat(20) };
    const by = following([eventOf(claim)]);
    expect(judged(facts({ value: COMMIT }), withReceipt(by, { by, claim }))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the receipt is of another source: tree',
      expected: COMMIT.tree,
      found: claim.tree,
      source: 'the source at the pin',
    });
  });

  test('a source that was not had leaves it open', () => {
    for (const source of [facts({ error: new Error('no') }), broken()]) {
      const outcome = judged(source);
      expect(outcome).toMatchObject({ state: 'passed' });
      expect(outcome.details).toContain(OPEN);
    }
  });
});
