import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { makeLargeRepository } from '../support/large-repository.ts';
import { git } from '../support/git-command.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { makeScratch } from '../support/scratch.ts';
import { mountTmpfs } from '../support/tmpfs.ts';
import { DIGEST_SCRIPT, expectedDigest, expectSound } from './kill-support.ts';
import { launch, type Launched, type PinValues } from './support.ts';

const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.info(`kills at random moments: FAULT_SEED=${seed}`);

const scratch = makeScratch();
let server: GitServer;
let REPO_URL: string;
/** Two commits of one repository, and what their workload prints. */
let commits: { id: string; digest: string }[];
let count = 0;

beforeAll(async () => {
  const gitDir = scratch.join('r.git');
  const { commit } = await makeLargeRepository({
    path: gitDir,
    files: 600,
    averageBytes: 6000,
    history: 2,
    entry: { name: 'tee-launch.sh', content: DIGEST_SCRIPT },
  });
  const before = await git(['--git-dir', gitDir, 'rev-parse', `${commit}~1`]);
  commits = await Promise.all(
    [commit, before].map(async (id, i) => ({
      id,
      digest: await expectedDigest(gitDir, id, scratch.join(`right${i}`)),
    })),
  );
  expect(new Set(commits.map(({ digest }) => digest)).size).toBe(2);
  server = await startGitServer({ root: scratch.path });
  REPO_URL = `${server.url}/r.git`;
  // In memory where that is permitted: many files made and removed by turns are slow on some disks.
  if (mountTmpfs(scratch.join('disk'), { bytes: 2 ** 30 }) === undefined)
    mkdirSync(scratch.join('disk'), { recursive: true });
});
afterAll(() => server.close());

const freshWorkDir = (): string => scratch.join('disk', `work${count++}`);
const pinOf = (WORK_DIR: string, which: number): PinValues => ({ REPO_URL, COMMIT_SHA: commits[which]!.id, WORK_DIR });

/** A launch that is killed at a moment, unless it ends before; whatever it printed, it is no wrong byte. */
const killed = async (pin: PinValues, which: number, ms: number): Promise<Launched> => {
  const launched = await launch(pin, { signalAfterMs: ms });
  const why = `killed after ${ms} ms: ${launched.stderr}`;
  expect(['', commits[which]!.digest], why).toContain(launched.stdout);
  expect([null, 0, 137], why).toContain(launched.code);
  return launched;
};

const expectRight = (launched: Launched, which: number, what: string): void => {
  expect({ stdout: launched.stdout, code: launched.code }, `${what}: ${launched.stderr}`).toEqual({
    stdout: commits[which]!.digest,
    code: 0,
  });
};

/** How long an unharmed launch takes, so that the moments fall where something happens. */
const typicalMs = async (pin: PinValues): Promise<number> => {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push((await launch(pin)).durationMs);
  return times.toSorted((a, b) => a - b)[1]!;
};

/** Two series at once, each with its own numbers. */
const inTwo = async (rounds: number, series: (rounds: number, random: Random, lane: number) => Promise<number>) => {
  const hits = await Promise.all([0, 1].map((lane) => series(rounds / 2, seededRandom(seed + lane), lane)));
  console.info(`killed before their end: ${hits.join(' + ')} of ${rounds}`);
  expect(hits[0]! + hits[1]!).toBeGreaterThan(rounds / 3);
};

test('50 first starts killed: the next start brings the pinned bytes', async () => {
  const typical = await launch(pinOf(freshWorkDir(), 0));
  await inTwo(50, async (rounds, random) => {
    let hits = 0;
    for (let round = 0; round < rounds; round++) {
      const workDir = freshWorkDir();
      const pin = pinOf(workDir, 0);
      const ms = Math.round(random.next() * typical.durationMs * 1.2);
      const first = await killed(pin, 0, ms);
      if (first.signal !== null && first.stdout === '') hits++;
      expectRight(await launch(pin), 0, `start after a kill at ${ms} ms`);
      if (round % 5 === 0) await expectSound(workDir, commits[0]!.id);
      rmSync(workDir, { recursive: true });
    }
    return hits;
  });
}, 180_000);

test('50 changes of the pin killed: each next start brings what it is told to', async () => {
  const typical = await launch(pinOf(freshWorkDir(), 0));
  await inTwo(50, async (rounds, random) => {
    const workDir = freshWorkDir();
    let hits = 0;
    expectRight(await launch(pinOf(workDir, 0)), 0, 'first start');
    for (let round = 1; round <= rounds; round++) {
      const ms = Math.round(random.next() * typical.durationMs * 1.3);
      // Now and then what is there was changed as well.
      if (round % 3 === 0) appendFileSync(`${workDir}/tee-launch.sh`, 'echo changed\n');
      const first = await killed(pinOf(workDir, round % 2), round % 2, ms);
      if (first.signal !== null && first.stdout === '') hits++;
      // The one that was meant, or, as if the operator went back, the one before.
      const which = random.next() < 0.8 ? round % 2 : (round + 1) % 2;
      expectRight(await launch(pinOf(workDir, which)), which, `start after a kill at ${ms} ms`);
    }
    const last = rounds % 2;
    expectRight(await launch(pinOf(workDir, last)), last, 'last start');
    await expectSound(workDir, commits[last]!.id);
    return hits;
  });
}, 180_000);

test('100 restarts killed, the server gone: the next start runs the pinned bytes', async () => {
  const workDirs = [freshWorkDir(), freshWorkDir()];
  for (const workDir of workDirs) expectRight(await launch(pinOf(workDir, 0)), 0, 'first start');
  await server.close();
  const typical = await typicalMs(pinOf(workDirs[0]!, 0));
  await inTwo(100, async (rounds, random, lane) => {
    const workDir = workDirs[lane]!;
    const pin = pinOf(workDir, 0);
    let hits = 0;
    for (let round = 0; round < rounds; round++) {
      // Every other time a file was changed meanwhile, so that all of them are placed again from the objects that are there.
      const isRestore = round % 2 === 1;
      if (isRestore) appendFileSync(`${workDir}/tee-launch.sh`, 'echo changed\n');
      const ms = Math.round(random.next() * typical * (isRestore ? 1.8 : 1.2));
      const first = await killed(pin, 0, ms);
      if (first.signal !== null && first.stdout === '') hits++;
      expectRight(await launch(pin), 0, `start after a kill at ${ms} ms, ${isRestore ? 'changed' : 'as it was'}`);
    }
    await expectSound(workDir, commits[0]!.id);
    return hits;
  });
}, 180_000);
