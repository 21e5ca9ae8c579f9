import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readFile } from '../../src/cli/read-file.ts';
import { useScratch } from '../support/use-scratch.ts';

describe('a file that an option names', () => {
  test.each([0, 1, 65_536, 65_537, 200_000])('of %i bytes', (size) => {
    const path = useScratch().join('f');
    const bytes = Buffer.alloc(size, 'abc');
    writeFileSync(path, bytes);
    expect(readFile('--compose', path, 200_000).equals(bytes)).toBe(true);
  });

  test('as large as it may be, and one byte larger', () => {
    const path = useScratch().join('f');
    writeFileSync(path, 'abcd');
    expect(readFile('--compose', path, 4).toString()).toBe('abcd');
    expect(() => readFile('--compose', path, 3)).toThrow(
      expect.objectContaining({
        code: 'file-too-large',
        exitCode: 30,
        message: `--compose ${path}: larger than 3 bytes`,
        hint: 'check that this is the file that was meant',
      }),
    );
  });

  test('that is not there', () => {
    const path = useScratch().join('no\nfile');
    expect(() => readFile('--compose', path, 10)).toThrow(
      expect.objectContaining({
        code: 'file-missing',
        exitCode: 50,
        message: `--compose ${path.replace('\n', '\\n')}: there is no such file`,
        hint: 'check the path that was given',
        cause: expect.objectContaining({ code: 'ENOENT' }),
      }),
    );
  });

  test('that is a folder', () => {
    const path = useScratch().join('folder');
    mkdirSync(path);
    expect(() => readFile('--compose', path, 10)).toThrow(
      expect.objectContaining({
        code: 'file-unreadable',
        exitCode: 50,
        message: expect.stringContaining('EISDIR'),
        hint: 'check the path that was given',
      }),
    );
  });

  test('that is a pipe nobody writes to, which does not hang', () => {
    const path = useScratch().join('pipe');
    execFileSync('mkfifo', [path]);
    expect(readFile('--compose', path, 10).length).toBe(0);
  });

  test('that has no end', () => {
    expect(() => readFile('--compose', '/dev/zero', 100_000)).toThrow(
      expect.objectContaining({ code: 'file-too-large', message: '--compose /dev/zero: larger than 100000 bytes' }),
    );
  });
});
