import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cp } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { startGitServer } from '../support/git-server.ts';
import { startLauncher } from '../support/run-launcher.ts';
import { DIGEST_SCRIPT, expectedDigest, expectSound } from './kill-support.ts';
import { expectFailure, launch, type Launched, type PinValues, pinText, readResult, useStand } from './support.ts';

const manyAtTheTop = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`file${i}`, `content ${i}\n`]));
const stand = useStand({
  files: { ...manyAtTheTop, 'tee-launch.sh': { mode: '100755', content: DIGEST_SCRIPT }, 'd/e/f': 'x' },
  inMemory: true,
});
let digests: Map<string, string>;
let second: string;

beforeEach(async () => {
  if (digests !== undefined) return;
  second = await stand.repository.commitAgain({ file7: null, added: 'y\n', 'd/e/f': 'z' });
  digests = new Map();
  for (const id of [stand.repository.commit, second]) {
    digests.set(id, await expectedDigest(stand.repository.gitDir, id, stand.scratch.join(`right-${id}`)));
  }
});

const expectRight = async (launched: Launched, pin: PinValues): Promise<void> => {
  const { COMMIT_SHA = '', WORK_DIR = '' } = pin;
  expect({ stdout: launched.stdout, code: launched.code }, launched.stderr).toEqual({
    stdout: digests.get(COMMIT_SHA),
    code: 0,
  });
  await expectSound(WORK_DIR, COMMIT_SHA);
};

/** Kills a launch as soon as a file of its own is there, or gone again. */
const killWhen = async (pin: PinValues, condition: (state: string) => boolean): Promise<Launched> => {
  const running = startLauncher({ config: pinText(pin), env: { LOG_FORMAT: 'json' } });
  let over = false;
  void running.result.then(() => {
    over = true;
  });
  const state = join(pin.WORK_DIR!, '.git/trusted-workload-launcher');
  while (!over && !condition(state)) await new Promise((resolve) => setImmediate(resolve));
  running.kill('SIGKILL');
  return readResult(await running.result);
};

describe('killed in the middle of the switch', () => {
  test.each<[string, (state: string) => boolean]>([
    ['when a complete checkout waits', (state) => existsSync(`${state}/ready`)],
    ['when it is being moved in', (state) => existsSync(`${state}/placing`)],
    ['when half of it is in', (state) => existsSync(`${state}/placing`) && existsSync(`${state}/../../file250`)],
    [
      'when the old one is being moved out',
      (state) => !existsSync(`${state}/../../file3`) && existsSync(`${state}/ready`),
    ],
  ])(
    '%s',
    async (_, condition) => {
      for (let round = 0; round < 2; round++) {
        const server = await startGitServer({ root: stand.scratch.path });
        const pin = { ...stand.pin({ COMMIT_SHA: second }), REPO_URL: `${server.url}/r.git` };
        await expectRight(await launch({ ...pin, COMMIT_SHA: stand.repository.commit }), {
          ...pin,
          COMMIT_SHA: stand.repository.commit,
        });
        const first = await killWhen(pin, condition);
        expect(['', digests.get(second)]).toContain(first.stdout);
        await server.close();
        // All that is needed is there, so no server is.
        if (first.signal === 'SIGKILL') await expectRight(await launch(pin), pin);
      }
    },
    60_000,
  );
});

interface Crafted {
  pin: PinValues & { WORK_DIR: string };
  state: string;
}

/** A work directory at the first commit, with a complete checkout of the second that waits, and no server. */
const craft = async (name: 'ready' | 'placing'): Promise<Crafted> => {
  const server = await startGitServer({ root: stand.scratch.path });
  const base = { ...stand.pin(), REPO_URL: `${server.url}/r.git` };
  const other = { ...base, COMMIT_SHA: second, WORK_DIR: stand.freshWorkDir() };
  await launch(base);
  await launch(other);
  await server.close();
  const state = join(base.WORK_DIR, '.git/trusted-workload-launcher');
  const waiting = join(state, name);
  mkdirSync(waiting);
  await cp(other.WORK_DIR, join(waiting, 'tree'), { recursive: true, verbatimSymlinks: true });
  renameSync(join(waiting, 'tree/.git'), join(waiting, 'git'));
  renameSync(join(waiting, 'git/trusted-workload-launcher/objects'), join(waiting, 'objects'));
  renameSync(join(waiting, 'git/trusted-workload-launcher'), `${other.WORK_DIR}.aside`);
  return { pin: { ...base, COMMIT_SHA: second }, state };
};

/** Moves some of the entries of one folder into another. */
const move = (from: string, to: string, which: (name: string, index: number) => boolean): void => {
  mkdirSync(to, { recursive: true });
  readdirSync(from)
    .filter((name, index) => name !== '.git' && which(name, index))
    .forEach((name) => {
      renameSync(join(from, name), join(to, name));
    });
};
const all = (): boolean => true;
const half = (_: string, index: number): boolean => index % 2 === 0;

describe('states that a kill can leave, the server gone', () => {
  test('complete, nothing moved yet', async () => {
    const { pin } = await craft('ready');
    await expectRight(await launch(pin), pin);
  });

  test('half of the old one moved out', async () => {
    const { pin, state } = await craft('ready');
    move(pin.WORK_DIR, join(state, 'trash-0123456789ab/tree'), half);
    await expectRight(await launch(pin), pin);
  });

  test('all of it, and half of its git folder', async () => {
    const { pin, state } = await craft('ready');
    move(pin.WORK_DIR, join(state, 'trash-0123456789ab/tree'), all);
    const git = join(pin.WORK_DIR, '.git');
    move(git, join(state, 'trash-0123456789ab/git'), (name, i) => half(name, i) && !/^(?:trusted|config)/.test(name));
    await expectRight(await launch(pin), pin);
  });

  test('all of it, its objects too', async () => {
    const { pin, state } = await craft('ready');
    move(pin.WORK_DIR, join(state, 'trash-0123456789ab/tree'), all);
    renameSync(join(state, 'objects'), join(state, 'trash-0123456789ab/objects'));
    await expectRight(await launch(pin), pin);
  });

  test.each([
    ['none', 0],
    ['half', 2],
    ['all', 1],
  ])('the new one is being moved in: %s of its files are', async (_, nth) => {
    const { pin, state } = await craft('placing');
    move(pin.WORK_DIR, join(state, 'trash-0123456789ab/tree'), all);
    if (nth > 0) move(join(state, 'placing/tree'), pin.WORK_DIR, (_name, i) => i % nth === 0);
    await expectRight(await launch(pin), pin);
  });

  test('everything is in but the objects', async () => {
    const { pin, state } = await craft('placing');
    move(pin.WORK_DIR, join(state, 'trash-0123456789ab/tree'), all);
    move(
      join(pin.WORK_DIR, '.git'),
      join(state, 'trash-0123456789ab/git'),
      (name) => !/^(?:trusted|config)/.test(name),
    );
    move(join(state, 'placing/tree'), pin.WORK_DIR, all);
    move(join(state, 'placing/git'), join(pin.WORK_DIR, '.git'), all);
    await expectRight(await launch(pin), pin);
  });

  test('a checkout that was being put together is thrown away', async () => {
    const { pin, state } = await craft('ready');
    mkdirSync(join(state, 'incoming-0123456789ab/tree'), { recursive: true });
    writeFileSync(join(state, 'incoming-0123456789ab/receiving.pack'), 'PACK');
    await expectRight(await launch(pin), pin);
  });

  test('the pin went back meanwhile: the switch ends, the pin decides', async () => {
    const { pin } = await craft('ready');
    expectFailure(await launch({ ...pin, COMMIT_SHA: stand.repository.commit }), 'connection-failed', 40);
    await expectRight(await launch(pin), pin);
  });

  test('a planted one with other bytes is not run', async () => {
    for (const name of ['ready', 'placing'] as const) {
      const { pin, state } = await craft(name);
      writeFileSync(join(state, name, 'tree/tee-launch.sh'), '#!/bin/bash\necho evil\n', { mode: 0o755 });
      const launched = await launch(pin);
      // git's objects beside it are right, so the files are placed again from them.
      await expectRight(launched, pin);
      expect(launched.stdout).not.toContain('evil');
    }
  });
});
