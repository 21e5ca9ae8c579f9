import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The rows of all tables of the page that name a test: file and test name. */
const rows = readFileSync(`${root}docs/hostile-inputs.md`, 'utf8')
  .split('\n')
  .map((line) => /^\| .+ \| (\S+\.test\.ts) \| (.+) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, file = '', name = '']) => ({ file, name }));

/** All tests in this folder as the test runner itself collects them. Names end the path of their groups, which may carry a note. */
const collect = (): { file: string; name: string }[] => {
  const { VITEST: _, VITEST_POOL_ID: __, VITEST_WORKER_ID: ___, ...env } = process.env;
  const args = [`${root}node_modules/vitest/vitest.mjs`, 'list', 'test/hostile', '--no-static-parse', '--json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const start = stdout.indexOf('[\n');
  if (start < 0) throw new Error(`vitest list: ${stdout}${stderr}`);
  return JSON.parse(stdout.slice(start)) as { file: string; name: string }[];
};

test('every test that docs/hostile-inputs.md names exists', () => {
  expect(rows.length).toBeGreaterThan(100);
  const collected = collect();
  const exists = ({ file, name }: { file: string; name: string }): boolean =>
    collected.some(
      (one) => one.file.endsWith(`/hostile/${file}`) && (one.name === name || one.name.endsWith(` > ${name}`)),
    );
  expect(rows.filter((row) => !exists(row))).toEqual([]);
});
