import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { SourceErrorCode } from '../../../src/source/errors.ts';
import { onFetch } from '../../support/behaviours.ts';
import { startLauncher } from '../../support/run-launcher.ts';
import { whyNoMounts } from '../../support/own-mounts.ts';
import { bindMount, mountTmpfs } from '../../support/tmpfs.ts';
import { type Served, serve } from '../support.ts';
import { type Cause, run, SCRIPT } from './cause.ts';

const FILES = { 'tee-launch.sh': SCRIPT, large: 'x'.repeat(400_000) };

/** An honest pin, and something about the machine that `prepare` brings about. */
const machine = (how: string, prepare: (served: Served) => void, values = {}): Cause => ({
  how,
  drive: async () => {
    const served = await serve(FILES);
    prepare(served);
    return await run({ config: served.pin(values) });
  },
});

/** As {@link machine}, where mounting is permitted. */
const mounted = (how: string, prepare: (served: Served) => void): Cause =>
  whyNoMounts() === undefined ? machine(how, prepare) : { how };

const small = (path: string) => {
  const disk = mountTmpfs(path, { bytes: 131_072 })!;
  onTestFinished(() => disk.unmount());
  return disk;
};

export const MACHINE = {
  'work-dir-not-ours': machine('a folder with files in it', ({ workDir }) => {
    mkdirSync(workDir);
    writeFileSync(`${workDir}/file`, '');
  }),
  'work-dir-origin': machine('a volume of another repository', ({ workDir }) => {
    mkdirSync(`${workDir}/.git`, { recursive: true });
    writeFileSync(`${workDir}/.git/config`, '[remote "origin"]\n\turl = https://u:secret@example.com/\u001b[31m.git\n');
  }),
  'work-dir-unusable': machine('a file where the folder should be', ({ workDir }) => writeFileSync(workDir, '')),
  'work-dir-mount': mounted('a volume mounted inside', ({ scratch, workDir }) => {
    for (const path of [`${workDir}/cache`, scratch.join('volume')]) mkdirSync(path, { recursive: true });
    const mount = bindMount(scratch.join('volume'), `${workDir}/cache`)!;
    onTestFinished(() => mount.unmount());
  }),
  'work-dir-locked': {
    how: 'two launchers for one folder',
    drive: async () => {
      const served = await serve(FILES);
      const asked = new Promise<void>((resolve) => {
        served.server.behave(
          onFetch(() => {
            resolve();
            return { hang: true };
          }),
        );
      });
      const first = startLauncher({ config: served.pin() });
      await asked;
      const second = await run({ config: served.pin() });
      first.kill('SIGKILL');
      await first.result;
      return second;
    },
  },
  'work-dir-lock-lost': { how: 'two launchers that take a dead lock away in one moment' },
  'disk-full': mounted('a small disk', ({ workDir }) => void small(workDir)),
  'disk-read-only': mounted('a read-only volume', ({ workDir }) => small(workDir).setReadOnly(true)),
  'disk-failed': machine('a path that leads to itself', ({ workDir }) => symlinkSync(workDir, workDir)),
  'file-unreadable': machine('a secret that was not mounted', () => undefined, {
    REPO_CREDENTIAL_FILE: '/no/such/secret',
  }),
} satisfies Partial<Record<SourceErrorCode, Cause>>;
