import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { runLauncher } from '../support/run-launcher.ts';
import { DIGEST_SCRIPT, expectedDigest, expectSound } from './kill-support.ts';
import { launch, type Launched, type PinValues, pinText, QUICK, readResult, useStand } from './support.ts';

const STRACE = '/usr/bin/strace';
const LAUNCHER = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
/** The calls by which one state of a folder becomes another. */
const CALLS = 'rename,mkdir,rmdir,unlink,unlinkat,link,symlink';

const mayTrace = spawnSync(STRACE, ['-f', '-o', '/dev/null', '/bin/true']).status === 0;
if (!mayTrace) console.info('kills at each step: skipped, strace is not there or not permitted');

const stand = useStand({
  files: { 'tee-launch.sh': { mode: '100755', content: DIGEST_SCRIPT }, 'd/e/f': 'x', top: 'y' },
  inMemory: true,
});
const digests = new Map<string, string>();
let second: string;

beforeAll(async () => {
  second = await stand.repository.commitAgain({ top: null, added: 'y\n', 'd/e/f': 'z' });
  for (const id of [stand.repository.commit, second]) {
    digests.set(id, await expectedDigest(stand.repository.gitDir, id, stand.scratch.join(`right-${id}`)));
  }
});

/** A launch that is killed as it enters its n-th call that changes a folder. */
const killAtStep = async (pin: PinValues, step: number): Promise<Launched> => {
  const config = stand.scratch.join('pin.conf');
  writeFileSync(config, pinText(pin));
  const inject = `inject=${CALLS}:signal=SIGKILL:when=${step}`;
  const args = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${CALLS}`, '-e', inject, LAUNCHER, config];
  return readResult(await runLauncher({ program: STRACE, args, env: { LOG_FORMAT: 'json', ...QUICK } }));
};

const expectRight = (launched: Launched, commit: string, what: string): void => {
  expect({ stdout: launched.stdout, code: launched.code }, `${what}: ${launched.stderr}`).toEqual({
    stdout: digests.get(commit),
    code: 0,
  });
};

describe.skipIf(!mayTrace)('killed at each step of its own', () => {
  test.each<[string, (workDir: string) => string, string | undefined]>([
    ['a first start', () => second, undefined],
    ['a change of the pin', () => second, 'first'],
    ['a restart', () => stand.repository.commit, 'first'],
    [
      'a restart that places the files again',
      (workDir) => {
        appendFileSync(`${workDir}/d/e/f`, 'changed');
        return stand.repository.commit;
      },
      'first',
    ],
  ])(
    '%s',
    async (name, prepare, before) => {
      let steps = 0;
      for (let step = 1; step < 200; step++) {
        const pin = stand.pin({ COMMIT_SHA: stand.repository.commit });
        if (before !== undefined) await launch(pin);
        const COMMIT_SHA = prepare(pin.WORK_DIR);
        const first = await killAtStep({ ...pin, COMMIT_SHA }, step);
        expect(['', digests.get(COMMIT_SHA)], `step ${step}: ${first.stderr}`).toContain(first.stdout);
        expectRight(await launch({ ...pin, COMMIT_SHA }), COMMIT_SHA, `${name}, after step ${step}`);
        await expectSound(pin.WORK_DIR, COMMIT_SHA);
        steps = step;
        if (first.code === 0) break;
      }
      console.info(`${name}: ${steps - 1} steps`);
      expect(steps).toBeGreaterThan(5);
    },
    120_000,
  );
});
