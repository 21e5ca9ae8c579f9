import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Story, startStory } from '../steps/support/story.ts';
import { savedOnce } from './support.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());
const saved = savedOnce(() => story);

const TWL = fileURLToPath(new URL('../../../bin/twl', import.meta.url));
/** A network of its own, in which not even loopback is up. */
const ALONE = ['unshare', '--map-root-user', '--net'];
const canBeAlone = spawnSync('unshare', [...ALONE.slice(1), 'true']).status === 0;
if (!canBeAlone) console.info('skipped: no network of its own for a process here');

const runAlone = (args: readonly string[]) => {
  const [program = '', ...rest] = [...ALONE, TWL, ...args];
  return spawnSync(program, rest, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', TMPDIR: story.scratch.path },
  });
};

test.skipIf(!canBeAlone)('the built program judges a bundle without a network, and without a home', async () => {
  const kept = await saved();
  const { status, stdout, stderr } = runAlone(kept.command);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^SIMULATED: VERIFIED \(/);
  expect(stdout).toContain('    1 | #!/bin/bash');
});

test.skipIf(!canBeAlone)('without a time, and without roots, it says so', async () => {
  const kept = await saved();
  const stale = runAlone(kept.command.slice(0, -2));
  expect([stale.status, stale.stdout.trimEnd().split('\n').at(-1)]).toEqual([12, expect.stringContaining('STALE')]);
  const bare = runAlone(['verify', kept.path]);
  expect(bare.status).toBe(13);
  expect(bare.stdout).toContain('--root-sha256');
});

test('nothing of it holds what was expected, nor a key or a word of the environment', async () => {
  const kept = await saved();
  const text = readFileSync(kept.path, 'utf8');
  const words = ['policy.toml', '--repo', 'VERIFIED', process.env.PATH ?? 'PATH='];
  expect(words.filter((word) => text.includes(word))).toEqual([]);
});
