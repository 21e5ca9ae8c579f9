import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect, test } from 'vitest';
import { writeAtomically } from '../../src/state/atomic-write.ts';
import { StateError } from '../../src/state/errors.ts';
import { useScratch } from '../support/use-scratch.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const mode = (path: string): number => statSync(path).mode & 0o777;

test('a file is written with its folders, for the owner only, and nothing is left beside it', () => {
  const scratch = useScratch();
  const path = scratch.join('a', 'b', 'file.json');
  writeAtomically(path, bytes('one'));
  expect(readFileSync(path, 'utf8')).toBe('one');
  expect(mode(path)).toBe(0o600);
  expect(mode(scratch.join('a'))).toBe(0o700);
  expect(mode(scratch.join('a', 'b'))).toBe(0o700);
  writeAtomically(path, bytes('two'), 0o640);
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(mode(path) & 0o700).toBe(0o600);
  expect(readdirSync(scratch.join('a', 'b'))).toEqual(['file.json']);
});

test('whoever has the old file open keeps it: the new one is another file', () => {
  const path = useScratch().join('file');
  writeFileSync(path, 'old');
  const before = statSync(path).ino;
  writeAtomically(path, bytes('new'));
  expect(statSync(path).ino).not.toBe(before);
});

test('a symbolic link is replaced and not written through', () => {
  const scratch = useScratch();
  writeFileSync(scratch.join('target'), 'kept');
  symlinkSync(scratch.join('target'), scratch.join('link'));
  writeAtomically(scratch.join('link'), bytes('new'));
  expect(readFileSync(scratch.join('target'), 'utf8')).toBe('kept');
  expect(readFileSync(scratch.join('link'), 'utf8')).toBe('new');
});

test('large files are written whole', () => {
  const path = useScratch().join('file');
  const large = Buffer.alloc(5_000_000, 7);
  writeAtomically(path, large);
  expect(readFileSync(path).equals(large)).toBe(true);
});

const errorOf = (path: string): StateError => {
  try {
    writeAtomically(path, bytes('x'));
  } catch (error) {
    if (error instanceof StateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('a folder in the way stays, and so does nothing of ours', () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('file', 'x'), { recursive: true });
  const error = errorOf(scratch.join('file'));
  expect(error).toMatchObject({ code: 'not-a-file', exitCode: 50 });
  expect(error.message).toMatch(/\/file is there already, and no plain file$/);
  expect(readdirSync(scratch.path)).toEqual(['file']);
});

test('a file in place of a folder is said', () => {
  const scratch = useScratch();
  writeFileSync(scratch.join('file'), '');
  const hint = 'check the path: a part of it is no folder';
  expect(errorOf(scratch.join('file', 'inside'))).toMatchObject({ code: 'file-missing', exitCode: 50, hint });
  expect(errorOf(scratch.join('file', 'deep', 'inside'))).toMatchObject({ code: 'file-missing', hint });
});

test.skipIf(process.geteuid?.() === 0)('a folder without rights is said', () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('locked'));
  chmodSync(scratch.join('locked'), 0o500);
  expect(errorOf(scratch.join('locked', 'file'))).toMatchObject({ code: 'not-permitted' });
  expect(existsSync(scratch.join('locked', 'file'))).toBe(false);
});
