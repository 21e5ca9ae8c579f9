import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startGitServer } from '../support/git-server.ts';
import { seededRandom } from '../support/random.ts';
import { sourceWriter } from '../support/source-text.ts';
import { makeScratch } from '../support/scratch.ts';
import { type Mount, mountTmpfs, type TmpfsOptions } from '../support/tmpfs.ts';
import { expectSound } from './kill-support.ts';
import { expectFailure, expectRan, launch, RAN, useStand } from './support.ts';

const writer = sourceWriter(seededRandom(3));
const stand = useStand({
  files: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`d${i % 7}/file${i}`, writer.file(20_000)])),
});

const probe = mountTmpfs(makeScratch().join('probe'), { bytes: 65_536 });
probe?.unmount();
if (probe === undefined) console.info('full and read-only disks: skipped, mounting is not permitted');

let count = 0;
const smallDisk = (options: TmpfsOptions): Mount => {
  const disk = mountTmpfs(stand.scratch.join(`small${count++}`), options)!;
  onTestFinished(() => disk.unmount());
  return disk;
};

const enlarge = (disk: Mount): void => {
  const options = ['-o', 'remount,size=64m,nr_inodes=10000', disk.path];
  expect(spawnSync('mount', options).status).toBe(0);
};

describe.skipIf(probe === undefined)('a disk that is full', () => {
  const KB = 1024;
  const sizes = [4, 8, 16, 32, 64, 200, 400, 600, 800, 1000, 1300, 1600, 1900, 2200, 2600, 3000].map((n) => n * KB);
  const inodes = [2, 3, 4, 5, 6, 8, 10, 14, 18, 22, 26, 30, 50, 70, 85, 95, 105, 120];

  test.each<[string, TmpfsOptions]>([
    ...sizes.map((bytes): [string, TmpfsOptions] => [`${bytes / KB} KB`, { bytes }]),
    ...inodes.map((n): [string, TmpfsOptions] => [`${n} inodes`, { bytes: 2 ** 26, inodes: n }]),
  ])('%s: nothing runs or all is right; with room, the next start is', async (_, options) => {
    const disk = smallDisk(options);
    // A volume's top, and a folder on one, by turns.
    const WORK_DIR = count % 2 === 0 ? disk.path : join(disk.path, 'work');
    const pin = stand.pin({ WORK_DIR });
    const first = await launch(pin);
    if (first.code !== 0) {
      expectFailure(first, 'disk-full', 50);
      expect(first.hint).toContain('df');
      expect(readdirSync(disk.path).length).toBeLessThan(3);
    } else expectRan(first);
    enlarge(disk);
    expectRan(await launch(pin));
    await expectSound(WORK_DIR, stand.repository.commit);
  });

  test('a change of the pin that does not fit leaves what is there, and goes on when it does', async () => {
    const disk = smallDisk({ bytes: 2 ** 26 });
    const pin = stand.pin({ WORK_DIR: join(disk.path, 'work') });
    expectRan(await launch(pin));
    const next = await stand.repository.commitAgain({ 'd0/file0': 'changed\n' });
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(join(disk.path, 'filler'), Buffer.alloc(bavail * bsize - 300_000));
    expectFailure(await launch({ ...pin, COMMIT_SHA: next }), 'disk-full', 50);
    // Back to what is there: no network, little room.
    const gone = { ...pin, REPO_URL: pin.REPO_URL };
    stand.server.behave(() => ({ reply: { status: 404 } }));
    expectRan(await launch(gone));
    stand.server.behave(undefined);
    rmSync(join(disk.path, 'filler'));
    expectRan(await launch({ ...pin, COMMIT_SHA: next }));
    await expectSound(String(pin.WORK_DIR), next);
  });

  test('full to the last byte at a restart, the server gone', async () => {
    const server = await startGitServer({ root: stand.scratch.path });
    const disk = smallDisk({ bytes: 2 ** 26 });
    const pin = { ...stand.pin({ WORK_DIR: join(disk.path, 'work') }), REPO_URL: `${server.url}/r.git` };
    expectRan(await launch(pin));
    await server.close();
    for (const spare of [0, 4096, 8192, 16_384, 32_768]) {
      const { bavail, bsize } = statfsSync(disk.path);
      writeFileSync(join(disk.path, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - spare)));
      const full = await launch(pin);
      if (full.code !== 0) expectFailure(full, 'disk-full', 50);
      rmSync(join(disk.path, 'filler'));
      expectRan(await launch(pin));
    }
    await expectSound(pin.WORK_DIR, stand.repository.commit);
  });
});

describe.skipIf(probe === undefined)('a disk that is read-only', () => {
  test('at the first start, and at a restart', async () => {
    const disk = smallDisk({ bytes: 2 ** 26 });
    const pin = stand.pin({ WORK_DIR: join(disk.path, 'work') });
    for (const isFirst of [true, false]) {
      disk.setReadOnly(true);
      const launched = await launch(pin);
      expectFailure(launched, 'disk-read-only', 50);
      expect(launched.hint).toContain('writable');
      disk.setReadOnly(false);
      const after = await launch(pin);
      expect({ stdout: after.stdout, code: after.code, isFirst }, after.stderr).toEqual({
        stdout: RAN,
        code: 0,
        isFirst,
      });
    }
  });

  test('a folder that is there, on a disk that turned read-only', async () => {
    const disk = smallDisk({ bytes: 2 ** 26 });
    mkdirSync(join(disk.path, 'work'));
    disk.setReadOnly(true);
    expectFailure(await stand.launch({ WORK_DIR: join(disk.path, 'work') }), 'disk-read-only', 50);
    disk.setReadOnly(false);
  });
});
