import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bindMount, type Mount, mountTmpfs } from '../support/tmpfs.ts';
import { listFolder } from './support/files.ts';
import { evilFile, write } from './support/git-plants.ts';
import { errorOf, rawCharacterOf } from './support/launch.ts';
import { type Checkout, MAKERS, PINS, PlantedBench } from './support/planted-checkout.ts';

const bench = new PlantedBench();
beforeAll(() => bench.open());
afterAll(() => bench.close());

const snapshot = (folder: string): ReturnType<typeof listFolder> => listFolder(folder, 'sha1', []);

const MESSAGE = "nothing can be mounted here: it takes root's rights";
const NO_MOUNTS = ((): boolean => {
  try {
    execFileSync('/usr/bin/unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
})();

const during = (mount: Mount | undefined): Mount => {
  if (mount === undefined) throw new Error(MESSAGE);
  onTestFinished(() => mount.unmount());
  return mount;
};

describe('a folder that is not ours is refused and stays as it was', () => {
  const refusedAsItIs = async (workDir: string, message: RegExp): Promise<void> => {
    const before = snapshot(workDir);
    const run = await bench.launch({ workDir, pin: bench.first });
    bench.expectUntouched(run, before, workDir);
    expect(errorOf(run)).toMatch(message);
    expect(rawCharacterOf(run.stderr)).toBeUndefined();
  };

  test('files, and no .git', async () => {
    const workDir = bench.folder('foreign');
    write(`${workDir}/tee-launch.sh`, '#!/bin/bash\necho EVIL\n', 0o755);
    write(`${workDir}/\x1b[31m`, 'x');
    await refusedAsItIs(workDir, /is not empty and is not a git checkout/);
  });

  test('one empty folder', async () => {
    const workDir = bench.folder('foreign');
    mkdirSync(`${workDir}/lost+found`);
    await refusedAsItIs(workDir, /is not empty and is not a git checkout/);
  });

  test('a .git without an origin', async () => {
    const workDir = bench.folder('foreign');
    write(`${workDir}/.git/config`, '[core]\n\tbare = false\n');
    write(`${workDir}/.git/precious`, 'x');
    await refusedAsItIs(workDir, /its \.git has no origin/);
  });

  test('a .git whose config is a link to one with the right origin', async () => {
    const { workDir, git, outside } = bench.checkout('the predecessor', 'the same pin');
    renameSync(`${git}/config`, `${outside}/config`);
    symlinkSync(`${outside}/config`, `${git}/config`);
    await refusedAsItIs(workDir, /its \.git has no origin/);
  });

  test('a .git whose config is a FIFO', async () => {
    const { workDir, git } = bench.checkout('the predecessor', 'the same pin');
    execFileSync('/bin/rm', [`${git}/config`]);
    execFileSync('/usr/bin/mkfifo', [`${git}/config`]);
    await refusedAsItIs(workDir, /its \.git has no origin/);
  });

  test('a .git that is a link to a fine one', async () => {
    const { workDir, git, outside } = bench.checkout('our launcher', 'the same pin');
    renameSync(git, `${outside}/git`);
    symlinkSync(`${outside}/git`, git);
    const before = snapshot(`${outside}/git`);
    await refusedAsItIs(workDir, /is not empty and is not a git checkout/);
    expect(snapshot(`${outside}/git`)).toEqual(before);
  });

  test('a .git that is a file which names a fine one', async () => {
    const { workDir, git, outside } = bench.checkout('our launcher', 'the same pin');
    renameSync(git, `${outside}/git`);
    writeFileSync(git, `gitdir: ${outside}/git\n`);
    await refusedAsItIs(workDir, /is not empty and is not a git checkout/);
  });

  test('a .git of another owner', async () => {
    const { workDir, git } = bench.checkout('our launcher', 'the same pin');
    chownSync(git, 12345, 0);
    await refusedAsItIs(workDir, /belongs to uid 12345/);
  });

  for (const maker of MAKERS) {
    test(`a checkout of ${maker} with another origin; both are named, secrets are not`, async () => {
      const checkout = bench.checkout(maker, 'the same pin');
      await checkout.run('config', 'remote.origin.url', 'https://user:hunter2@example.org/\x1b[31mother.git');
      const before = snapshot(checkout.workDir);
      const run = await bench.launch(checkout);
      bench.expectUntouched(run, before, checkout.workDir);
      expect(errorOf(run)).toContain('https://***@example.org/\\x1b[31mother.git');
      expect(errorOf(run)).toContain(bench.url);
      expect(run.stderr).not.toContain('hunter2');
      expect(rawCharacterOf(run.stderr)).toBeUndefined();
    });
  }

  test('a checkout whose last origin is another one, and whose first is ours', async () => {
    const checkout = bench.checkout('the predecessor', 'the same pin');
    write(`${checkout.git}/config`, `[remote "origin"]\n\turl = ${bench.url}\n\turl = https://other.example/x\n`);
    await refusedAsItIs(checkout.workDir, /has origin 'https:\/\/other\.example\/x'/);
  });
});

describe('links on the way to WORK_DIR', () => {
  test('a link to a fine folder: the workload runs there', async () => {
    const checkout = bench.checkout('our launcher', 'a new pin');
    evilFile(checkout);
    const link = `${checkout.outside}/link`;
    symlinkSync(checkout.workDir, link);
    const run = await bench.launch({ ...checkout, workDir: link });
    await bench.expectPinned(checkout, run);
    expect(run.stderr).toContain(`exec in ${checkout.workDir}: bash tee-launch.sh`);
  });

  test('a link to a folder that WORK_DIR may not be: refused', async () => {
    const target = `/dev/shm/twl-forbidden-${process.pid}`;
    mkdirSync(target);
    onTestFinished(() => void execFileSync('/bin/rm', ['-rf', target]));
    const workDir = `${bench.folder('link')}/link`;
    symlinkSync(target, workDir);
    const run = await bench.launch({ workDir, pin: bench.first });
    bench.expectUntouched(run, {}, target);
    expect(errorOf(run)).toContain(`leads to '${target}', which may not be used`);
  });

  test('a link to a file, to itself, to nothing: refused, nothing made', async () => {
    const folder = bench.folder('link');
    writeFileSync(`${folder}/file`, 'x');
    for (const target of ['file', 'link-link', 'nothing']) {
      symlinkSync(target, `${folder}/link-${target}`);
    }
    symlinkSync('link-loop', `${folder}/link-loop`);
    const before = snapshot(folder);
    for (const name of ['link-file', 'link-loop', 'link-nothing']) {
      bench.expectUntouched(await bench.launch({ workDir: `${folder}/${name}`, pin: bench.first }), before, folder);
    }
    expect(existsSync(`${folder}/nothing`)).toBe(false);
  });
});

describe.skipIf(NO_MOUNTS)(`mounts${NO_MOUNTS ? ` (skipped: ${MESSAGE})` : ''}`, () => {
  test('something mounted below WORK_DIR: refused', async () => {
    const checkout = bench.checkout('our launcher', 'the same pin');
    const mount = during(mountTmpfs(`${checkout.workDir}/data`, { bytes: 65536 }));
    write(`${mount.path}/value`, 'EVIL\n');
    const before = snapshot(checkout.workDir);
    const run = await bench.launch(checkout);
    bench.expectUntouched(run, before, checkout.workDir);
    expect(errorOf(run)).toContain(`mounted inside WORK_DIR, at '${checkout.workDir}/data'`);
  });

  test('a file of the same disk mounted over the script: refused', async () => {
    const checkout = bench.checkout('our launcher', 'the same pin');
    write(`${checkout.outside}/over`, readFileSync(`${checkout.workDir}/tee-launch.sh`), 0o755);
    during(bindMount(`${checkout.outside}/over`, `${checkout.workDir}/tee-launch.sh`));
    const before = snapshot(checkout.workDir);
    bench.expectUntouched(await bench.launch(checkout), before, checkout.workDir);
  });

  test('a mount over .git, and one with an odd name: refused', async () => {
    const checkout = bench.checkout('our launcher', 'the same pin');
    const odd = during(mountTmpfs(`${checkout.workDir}/a b\n\x1b[31m`, { bytes: 65536 }));
    const first = await bench.launch(checkout);
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 50, stdout: '' });
    expect(rawCharacterOf(first.stderr)).toBeUndefined();
    odd.unmount();
    during(bindMount(bench.folder('git'), checkout.git));
    const second = await bench.launch(checkout);
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 50, stdout: '' });
  });

  test('WORK_DIR is itself a mount point, with lost+found: launched, launched again, healed', async () => {
    const workDir = bench.folder('volume');
    during(mountTmpfs(workDir, { bytes: 4 * 2 ** 20 }));
    mkdirSync(`${workDir}/lost+found`);
    write(`${workDir}/lost+found/piece`, 'left by fsck\n');
    const checkout: Checkout = { ...bench.checkout('our launcher', 'the same pin'), workDir, git: `${workDir}/.git` };
    const files = ({ pin }: { pin: string }): ReturnType<typeof listFolder> => {
      const { '/lost+found': _, '/lost+found/piece': piece, ...rest } = listFolder(workDir);
      expect(piece, pin).toBeDefined();
      return rest;
    };
    const launch = async (pin: string): Promise<void> => {
      const run = await bench.launch({ workDir, pin });
      expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: bench.output(pin) });
      expect(files({ pin })).toEqual(bench.filesOf(pin));
    };
    await launch(bench.first);
    await launch(bench.first);
    evilFile(checkout);
    write(`${workDir}/.git/hooks/post-checkout`, checkout.canary.script, 0o755);
    await launch(bench.first);
    evilFile(checkout);
    await launch(bench.second);
    expect(checkout.canary.trace()).toBe('');
  });

  for (const kind of PINS) {
    test(`the parts of a checkout are of one disk: a state folder elsewhere is not followed (${kind})`, async () => {
      const checkout = bench.checkout('our launcher', kind);
      const elsewhere = bench.folder('disk');
      during(mountTmpfs(elsewhere, { bytes: 2 ** 20 }));
      renameSync(`${checkout.git}/trusted-workload-launcher`, `${checkout.outside}/state`);
      symlinkSync(elsewhere, `${checkout.git}/trusted-workload-launcher`);
      await bench.expectPinned(checkout, await bench.launch(checkout));
      expect(snapshot(elsewhere)).toEqual({});
    });
  }
});
