import { afterAll, beforeAll, expect, test } from 'vitest';
import { besideEntry, fileEntry, folderEntry, type HostileTree } from '../support/hostile/hostile-tree.ts';
import { HOSTILE_TREES } from '../support/hostile-trees.ts';
import { errorOf, rawCharacterOf } from './support/launch.ts';
import { makeTreeBench, type TreeBench } from './support/tree-outcome.ts';

const MEBIBYTE = 2 ** 20;

/** Launched with the limits as they are: each is refused by its trees alone, in a moment. */
const DEFAULT_LIMITS: Readonly<Record<string, string>> = {
  'ten thousand million files from ten trees': 'PATHS',
  'a million files from six trees': 'PATHS',
  'a million empty folders': 'PATHS',
  'folders 5,000 deep': 'TREE_DEPTH',
  'a path of 6,000 bytes from 24 names': 'PATH_BYTES',
};

/** Launched with a lower limit, so that little is written before it is reached. */
const LOWERED: Readonly<Record<string, readonly [limit: string, value: number]>> = {
  '300 MiB of zeros in one file': ['OBJECT_BYTES', 8 * MEBIBYTE],
  '40 MiB of zeros at a thousand paths': ['CHECKOUT_BYTES', 100 * MEBIBYTE],
};

const deepAndLong: HostileTree = {
  name: 'folders 12,000 deep with names of 250 bytes',
  build: besideEntry((store) => {
    let entry = fileEntry(store, 'x');
    for (let level = 0; level < 12_000; level++) entry = folderEntry(store, 'd'.repeat(250), [entry]);
    return [entry];
  }),
  verdict: 'refused',
  why: 'three megabytes of path; git needs minutes to serve it',
  server: 'by hand',
};

const HEAVY = [...HOSTILE_TREES.filter(({ heavy }) => heavy === true), deepAndLong];

let bench: TreeBench;
beforeAll(async () => {
  bench = await makeTreeBench(HEAVY, 'sha1');
});
afterAll(() => bench.close());

const launchRefused = async (tree: HostileTree, limit: string, env: Record<string, string>): Promise<number> => {
  const { run, workloadRan, plantedRan, found } = await bench.launch(tree, env);
  expect({ code: run.code, workloadRan, plantedRan, found }, run.stderr).toEqual({
    code: 10,
    workloadRan: false,
    plantedRan: '',
    found: {},
  });
  expect(errorOf(run)).toContain(`TWL_LIMIT_${limit}`);
  expect(rawCharacterOf(run.stderr)).toBeUndefined();
  return run.durationMs;
};

test('every bomb has a limit here', () => {
  const bombs = HOSTILE_TREES.filter(({ heavy }) => heavy === true).map(({ name }) => name);
  expect(bombs.sort()).toEqual([...Object.keys(DEFAULT_LIMITS), ...Object.keys(LOWERED)].sort());
});

for (const [name, limit] of Object.entries(DEFAULT_LIMITS)) {
  test(`${name}: refused by the default limits`, async () => {
    const tree = HEAVY.find((candidate) => candidate.name === name)!;
    expect(await launchRefused(tree, limit, {})).toBeLessThan(10_000);
  });
}

for (const [name, [limit, value]] of Object.entries(LOWERED)) {
  test(`${name}: refused by a limit`, async () => {
    const tree = HEAVY.find((candidate) => candidate.name === name)!;
    expect(await launchRefused(tree, limit, { [`TWL_LIMIT_${limit}`]: String(value) })).toBeLessThan(20_000);
  });
}

test(`${deepAndLong.name}: refused without walking the path at every level`, async () => {
  expect(await launchRefused(deepAndLong, 'PATH_BYTES', {})).toBeLessThan(10_000);
});
