import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { StateError, stateError } from '../../src/state/errors.ts';
import { readBounded } from '../../src/state/read-bounded.ts';
import { useScratch } from '../support/use-scratch.ts';

const errorOf = (path: string, bound = 10): StateError => {
  try {
    readBounded(path, bound);
  } catch (error) {
    if (error instanceof StateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test.each([0, 1, 9, 10, 65_535, 65_536, 65_537, 200_000])(
  'a file of %d bytes is read up to its size and not below',
  (size) => {
    const path = useScratch().join('file');
    const content = Buffer.alloc(size, 'abc');
    writeFileSync(path, content);
    expect(Buffer.compare(readBounded(path, size), content)).toBe(0);
    expect(Buffer.compare(readBounded(path, size + 1), content)).toBe(0);
    if (size === 0) return;
    const error = errorOf(path, size - 1);
    expect(error).toMatchObject({
      code: 'too-large',
      exitCode: 50,
      hint: 'check that this is the file that was meant',
    });
    expect(error.message).toBe(`${path} is larger than ${size - 1} bytes`);
  },
);

test('what the system says of a size is not believed', () => {
  expect(readBounded('/proc/self/status', 100_000).length).toBeGreaterThan(100);
  expect(errorOf('/dev/zero', 100)).toMatchObject({ code: 'too-large' });
});

test('a pipe without a writer is empty', () => {
  const path = useScratch().join('pipe');
  execFileSync('mkfifo', [path]);
  expect(readBounded(path, 10)).toHaveLength(0);
});

test('what is no file is said', () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('folder'));
  expect(errorOf(scratch.join('folder'))).toMatchObject({
    code: 'not-a-file',
    message: `${scratch.join('folder')} is a folder`,
    hint: 'name a file and not a folder',
  });
  const missing = errorOf(scratch.join('mis\u001bsing'));
  expect(missing).toMatchObject({ code: 'file-missing', exitCode: 50, hint: 'check the path' });
  expect(missing.message).toMatch(/^reading .*mis\\x1bsing failed: ENOENT/);
  expect(missing.message).not.toContain('\u001b');
  symlinkSync(scratch.join('loop'), scratch.join('loop'));
  expect(errorOf(scratch.join('loop'))).toMatchObject({ code: 'not-a-file' });
  writeFileSync(scratch.join('file'), '');
  expect(errorOf(scratch.join('file', 'x'))).toMatchObject({ code: 'file-missing' });
});

test.each([
  ['ENOENT', 'file-missing', 'check the path'],
  ['ENOTDIR', 'file-missing', 'no folder'],
  ['EEXIST', 'file-missing', 'no folder'],
  ['EISDIR', 'not-a-file', 'not a folder'],
  ['ELOOP', 'not-a-file', 'not a symbolic link'],
  ['ENXIO', 'not-a-file', 'not a socket'],
  ['EACCES', 'not-permitted', 'rights'],
  ['EPERM', 'not-permitted', 'rights'],
  ['ENOSPC', 'disk-full', 'make room'],
  ['EDQUOT', 'disk-full', 'make room'],
  ['EROFS', 'read-only', 'can be written to'],
  ['EIO', 'disk-failed', 'look at that disk'],
])('%s is %s', (system, code, hint) => {
  const cause = Object.assign(new Error('why'), { code: system });
  const error = stateError(cause, 'reading', '/x');
  expect(error).toMatchObject({ code, message: 'reading /x failed: why', cause, exitCode: 50 });
  expect(error.hint).toContain(hint);
  expect(stateError(error, 'writing', '/y')).toBe(error);
});
