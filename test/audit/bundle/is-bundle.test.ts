import { execFileSync } from 'node:child_process';
import fs, { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isBundle } from '../../../src/audit/bundle/is-bundle.ts';
import { useScratch } from '../../support/use-scratch.ts';

test.each([
  ['{"schema":"twl-evidence-bundle/v1",', true],
  ['{"schema":"twl-evidence-bundle/v7"}', true],
  [' \r\n\t{\n  "schema" : "twl-evidence-bundle/', true],
  [`${' '.repeat(200)}{"schema":"twl-evidence-bundle/v1"`, true],
  [`${' '.repeat(256)}{"schema":"twl-evidence-bundle/v1"`, false],
  ['{"schema":"twl-evidence-bundle"}', false],
  ['{"schema":"twl-attest/v1"}', false],
  ['{"quote":"","schema":"twl-evidence-bundle/v1"}', false],
  ['[{"schema":"twl-evidence-bundle/v1"}]', false],
  ['x{"schema":"twl-evidence-bundle/v1"}', false],
  ['', false],
])('%j: %j', (text, is) => {
  const path = useScratch().join('file');
  writeFileSync(path, text);
  expect(isBundle(path)).toBe(is);
});

/** Watches a function of node:fs, or puts another in its place, until the test ends. */
const watched = (name: 'openSync' | 'readSync' | 'statSync', instead?: () => never) => {
  const spy = vi.spyOn(fs, name);
  if (instead !== undefined) spy.mockImplementation(instead);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return spy;
};

const GOOD = '{"schema":"twl-evidence-bundle/v1"}';

test('a pipe and standard input are left to whoever reads them', () => {
  const scratch = useScratch();
  execFileSync('mkfifo', [scratch.join('pipe')]);
  const [opened, looked] = [watched('openSync'), watched('statSync')];
  expect(isBundle(scratch.join('pipe'))).toBe(false);
  expect([opened.mock.calls.length, looked.mock.calls.length]).toEqual([0, 1]);
  // A file of that name is not what is meant by it.
  expect(isBundle('-')).toBe(false);
  expect([opened.mock.calls.length, looked.mock.calls.length]).toEqual([0, 1]);
});

test('a file is closed again, one that cannot be read, too', () => {
  const path = useScratch().join('file');
  writeFileSync(path, GOOD);
  const open = (): string[] =>
    readdirSync('/proc/self/fd').flatMap((number) => {
      try {
        const to = readlinkSync(`/proc/self/fd/${number}`);
        return to === path ? [to] : [];
      } catch {
        return [];
      }
    });
  expect([isBundle(path), open()]).toEqual([true, []]);
  watched('readSync', () => {
    throw new Error('EIO');
  });
  expect([isBundle(path), open()]).toEqual([false, []]);
});

test('what is no file is none, and nobody waits for it', () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('folder'));
  execFileSync('mkfifo', [scratch.join('pipe')]);
  for (const target of ['folder', 'pipe', 'missing']) expect(isBundle(scratch.join(target))).toBe(false);
  for (const target of ['-', '', 'https://a.example/x', 'a\0b']) expect(isBundle(target)).toBe(false);
});
