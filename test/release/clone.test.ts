import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readRepository } from '../../scripts/image/revision.ts';
import { runScript } from '../image/build-once.ts';
import { runCommand } from '../image/run-command.ts';
import { cleanClone, type Clone } from './support-clone.ts';

const NAME = readRepository().replace('https://github.com/', '');
const DIRTY = 'release: error: there are changes that are in no commit: ?? new.json\n';

const put = (path: string, text = ''): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

const revisionOf = async ({ path }: Clone): Promise<{ commit?: string }> => {
  const script =
    "import { readRevision } from './scripts/image/revision.ts'; console.log(JSON.stringify(readRevision()));";
  const { stdout } = await runCommand(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    cwd: path,
  });
  return JSON.parse(stdout);
};

test('what the workflows write leaves a clone of its commit; any other file does not', async () => {
  const clone = await cleanClone();
  // What npm ci, the build, and who follows the documents by hand leave there; test/workflows holds that workflows write elsewhere.
  for (const path of ['node_modules/x/y', 'dist/twl.cjs', 'out/release.json']) put(join(clone.path, path));
  for (const path of ['out/release.json', 'launcher.first.json']) put(join(clone.temp, path));
  expect((await revisionOf(clone)).commit).toBe(clone.commit);
  for (const path of ['launcher.json', 'docs/out/x']) {
    put(join(clone.path, path));
    expect(await revisionOf(clone), path).not.toHaveProperty('commit');
    rmSync(join(clone.path, path));
  }
  expect((await revisionOf(clone)).commit).toBe(clone.commit);
});

describe('scripts/release.ts in a clone, with nothing installed', () => {
  const release = ({ path }: Clone, ...args: string[]) => runScript(join(path, 'scripts/release.ts'), args);

  test('check: the tag, the repository and the commit', async () => {
    const clone = await cleanClone();
    const tag = `v${((await revisionOf(clone)) as { version?: string }).version}`;
    expect(await release(clone, 'check', tag, NAME)).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const other of ['mallory/trusted-workload-launcher', `${NAME}2`, NAME.toUpperCase(), '']) {
      expect(await release(clone, 'check', tag, other)).toEqual({
        code: 1,
        stdout: '',
        stderr: `release: error: package.json's repository is ${readRepository()}, and this is ${other}\nrelease: hint: a fork that releases changes repository.url of package.json\n`,
      });
    }
    expect((await release(clone, 'check', tag)).code).toBe(2);
    put(join(clone.path, 'new.json'));
    expect(await release(clone, 'check', tag, NAME)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(DIRTY),
    });
  });

  test('describe --release: everything is of one commit', async () => {
    const clone = await cleanClone();
    const image = join(clone.temp, 'image.json');
    const describeIt = () => release(clone, 'describe', '--release', clone.temp, `mpc=ghcr.io/x=${image}`);
    for (const [commit, text] of [
      [undefined, 'mpc is of no commit, not'],
      ['c0'.repeat(20), `mpc is of ${'c0'.repeat(20)}, not`],
    ] as const) {
      put(image, JSON.stringify({ commit, digest: 'x', platforms: [] }));
      expect(await describeIt()).toMatchObject({ code: 1, stderr: `release: error: ${text} ${clone.commit}\n` });
    }
    put(image, JSON.stringify({ commit: clone.commit, digest: 'x', platforms: [] }));
    // It goes on, to what is not installed here.
    expect((await describeIt()).stderr).toContain('rolldown');
    put(join(clone.path, 'new.json'));
    expect(await describeIt()).toMatchObject({ code: 1, stderr: expect.stringContaining(DIRTY) });
  });
});

test.each(['pack', 'pack-standalone'])('scripts/%s.ts --release wants a commit', async (name) => {
  const clone = await cleanClone();
  put(join(clone.path, 'new.json'));
  // What it imports has to be there; the commit is looked for before any of it is used.
  put(join(clone.path, '.git/info/exclude'), 'node_modules\n');
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  await runCommand('ln', ['-s', modules, join(clone.path, 'node_modules')]);
  const { code, stderr } = await runScript(join(clone.path, `scripts/${name}.ts`), ['--release', clone.temp]);
  expect(code).toBe(1);
  expect(stderr).toContain('there are changes that are in no commit: ?? new.json');
});
