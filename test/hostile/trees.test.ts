import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { escapeText } from '../../src/base/escape.ts';
import { HOSTILE_TREES, type HostileTree } from '../support/hostile-trees.ts';
import { errorOf, rawCharacterOf } from './support/launch.ts';
import { inPool } from './support/pool.ts';
import { makeTreeBench, type TreeBench, type TreeOutcome } from './support/tree-outcome.ts';

const LIGHT = HOSTILE_TREES.filter(({ heavy }) => heavy !== true);

/** Refused for another reason than the commit's own: nobody answers for the host of its submodule. */
const EXIT_CODES: Readonly<Record<string, number>> = { 'a submodule with an update command': 40 };

/** Commits that are placed, but of which `git fsck` itself says something. */
const FSCK_SAYS: Readonly<Record<string, RegExp>> = {
  'every odd name as a folder and a link': /gitignoreSymlink|symlinkTargetLength|Symlink/,
  'a link named .gitmodules': /gitmodulesSymlink/,
  'an ignored gitlink with a hostile .gitmodules': /gitmodulesUrl/,
};

/** Messages that cannot quote a name: what is wrong has none, or nobody knows which of several it is. */
const NAMELESS =
  /of the top folder is malformed|a folder of the commit is missing|the (?:commit|tree|blob) [0-9a-f]+, which is no part|x\.invalid/;

const checkRefused = (tree: HostileTree, { run, workloadRan, plantedRan, found, places }: TreeOutcome): void => {
  expect({ code: run.code, workloadRan, plantedRan, found }).toEqual({
    code: EXIT_CODES[tree.name] ?? 10,
    workloadRan: false,
    plantedRan: '',
    found: {},
  });
  const message = errorOf(run);
  expect(rawCharacterOf(run.stderr)).toBeUndefined();
  if (!NAMELESS.test(message)) expect(places.some((place) => message.includes(place))).toBe(true);
};

const checkPlaced = (tree: HostileTree, { commit, run, workloadRan, plantedRan, ...outcome }: TreeOutcome): void => {
  const { found, expected, git } = outcome;
  expect({ code: run.code, workloadRan, plantedRan }, run.stderr).toEqual({
    code: 0,
    workloadRan: true,
    plantedRan: '',
  });
  expect(found).toEqual(expected);
  expect({ head: git?.head, status: git?.status }).toEqual({ head: commit, status: '' });
  const says = FSCK_SAYS[tree.name];
  if (says === undefined) expect(git?.fsck.code, git?.fsck.stderr).toBe(0);
  else expect(git?.fsck.stderr).toMatch(says);
  expect(rawCharacterOf(run.stderr)).toBeUndefined();
};

describe.each([
  { format: 'sha1', trees: LIGHT },
  { format: 'sha256', trees: LIGHT.filter((_, place) => place % 8 === 0) },
] as const)('a $format repository', ({ format, trees }) => {
  let bench: TreeBench;
  const outcomes = new Map<string, Promise<TreeOutcome>>();

  beforeAll(async () => {
    bench = await makeTreeBench(trees, format);
    const running = inPool(trees, 3, (tree) => bench.launch(tree));
    trees.forEach(({ name }, place) => void outcomes.set(name, running[place]!));
  });
  afterAll(() => bench.close());

  for (const tree of trees) {
    test(`${escapeText(tree.name)}: ${tree.verdict}`, async () => {
      const outcome = await outcomes.get(tree.name)!;
      if (tree.verdict === 'refused') checkRefused(tree, outcome);
      else checkPlaced(tree, outcome);
    });
  }
});
