import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runLauncher, startLauncher } from '../support/run-launcher.ts';
import { expectSound } from './kill-support.ts';
import {
  expectFailure,
  expectRan,
  launch,
  type Launched,
  type PinValues,
  pinText,
  QUICK,
  RAN,
  readResult,
  useStand,
} from './support.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
const stand = useStand({ files: { 'd/e': 'x'.repeat(50_000) }, inMemory: true });

const mayUnshare = spawnSync('unshare', ['-p', '-f', '/bin/true']).status === 0;
if (!mayUnshare) console.info('two pid namespaces: skipped, unshare is not permitted');

/** A launch as process 1 of a pid namespace of its own, where the same pids repeat. */
const launchInNamespace = async (pin: PinValues): Promise<Launched> => {
  const config = stand.scratch.join('pin.conf');
  writeFileSync(config, pinText(pin));
  const args = ['-p', '-f', '--', LAUNCHER, config];
  const env = { LOG_FORMAT: 'json', ...QUICK };
  return readResult(await runLauncher({ program: '/usr/bin/unshare', args, env }));
};

/** Until a launcher has asked the server, and so has the lock. */
const atWork = async (): Promise<void> => {
  for (let i = 0; i < 1000 && stand.server.requests.length === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
};

/** Each of them ran the pinned bytes or was kept out; at least one ran. */
const expectOneAtATime = (launched: Launched[]): void => {
  for (const one of launched) {
    if (one.code === 0) expect(one.stdout).toBe(RAN);
    else expectFailure(one, 'work-dir-locked', 50);
  }
  expect(launched.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
};

test('two at once, 15 times at a first start and 15 times at a restart', async () => {
  for (let round = 0; round < 15; round++) {
    const pin = stand.pin();
    // The second comes a little later each round, so that it meets every part of the first.
    const later = async (): Promise<Launched> => {
      await new Promise((resolve) => setTimeout(resolve, round * 6));
      return launch(pin);
    };
    expectOneAtATime(await Promise.all([launch(pin), later()]));
    expectOneAtATime(await Promise.all([launch(pin), later()]));
    expectRan(await launch(pin));
    await expectSound(pin.WORK_DIR, stand.repository.commit);
  }
}, 120_000);

test('five at once', async () => {
  const pin = stand.pin();
  for (let round = 0; round < 4; round++) {
    expectOneAtATime(await Promise.all(Array.from({ length: 5 }, () => launch(pin))));
  }
  await expectSound(pin.WORK_DIR, stand.repository.commit);
});

test('while one is at work, every other is kept out, from any pid namespace', async () => {
  const pin = stand.pin();
  stand.server.behave((_, index) => (index === 0 ? { delayMs: 4000 } : undefined));
  const first = launch(pin);
  await atWork();
  const second = await launch(pin);
  expectFailure(second, 'work-dir-locked', 50);
  expect(second.hint).toContain('one launcher');
  if (mayUnshare) expectFailure(await launchInNamespace(pin), 'work-dir-locked', 50);
  expectRan(await first);
  expectRan(await launch(pin));
});

test('two REPO_URLs in one WORK_DIR: the first keeps it', async () => {
  const pin = stand.pin();
  stand.server.behave((_, index) => (index === 0 ? { delayMs: 2500 } : undefined));
  const first = launch(pin);
  await atWork();
  const other = { ...pin, REPO_URL: `${pin.REPO_URL}/` };
  const second = await launch(other);
  expect(second).toMatchObject({ code: 50, stdout: '' });
  expectRan(await first);
  expectFailure(await launch(other), 'work-dir-origin', 50);
});

test('kill -9 frees the lock at once', async () => {
  for (let round = 0; round < 5; round++) {
    const pin = stand.pin();
    stand.server.behave((_, index) => (index === 0 ? { hang: true } : undefined));
    stand.server.requests.length = 0;
    const running = startLauncher({ config: pinText(pin) });
    await atWork();
    running.kill('SIGKILL');
    expect(await running.result).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    expectRan(await launch(pin));
  }
});

test.skipIf(!mayUnshare)('launchers of two pid namespaces', async () => {
  const pin = stand.pin();
  for (let round = 0; round < 5; round++) {
    expectOneAtATime(await Promise.all([launchInNamespace(pin), launchInNamespace(pin), launch(pin)]));
  }
  await expectSound(pin.WORK_DIR, stand.repository.commit);
});

test('the lock is gone when the workload runs, and leaves no file', async () => {
  const { commit } = stand.repository;
  const pin = stand.pin({ COMMIT_SHA: commit, RUN_CMD: 'ls -A .git/trusted-workload-launcher; echo' });
  const launched = await launch(pin);
  expect(launched.stdout.trim().split('\n')).toEqual(['objects', 'origin']);
  expect(readdirSync(`${pin.WORK_DIR}/.git/trusted-workload-launcher`).sort()).toEqual(['objects', 'origin']);
});
