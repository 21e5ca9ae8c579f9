import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeAllAtomically, writeAtomically } from '../../src/state/atomic-write.ts';
import { checkOutputPath } from '../../src/state/place.ts';
import { useScratch } from '../support/use-scratch.ts';

const bytes = new Uint8Array(Buffer.from('new'));
const inTheWay = (path: string) =>
  expect.objectContaining({
    code: 'not-a-file',
    exitCode: 50,
    message: `${path.replace('\u202e', '\\u{202e}')} is there already, and no plain file`,
    hint: 'name a file that is not there yet, or one to write over',
  });

/** A pipe stands for whatever is no file: a test must not risk a device. */
const odd = () => {
  const scratch = useScratch();
  const paths = Object.fromEntries(
    ['pipe', 'folder', 'to-pipe', 'to-folder'].map((name) => [name, scratch.join(name)]),
  );
  const { pipe = '', folder = '' } = paths;
  execFileSync('mkfifo', [pipe]);
  mkdirSync(folder);
  symlinkSync(pipe, scratch.join('to-pipe'));
  symlinkSync(folder, scratch.join('to-folder'));
  return { scratch, paths: Object.values(paths), pipe };
};

describe('the writer', () => {
  test('leaves what is neither a file nor a link to one', () => {
    const { scratch, paths, pipe } = odd();
    const before = readdirSync(scratch.path);
    for (const path of paths) expect(() => writeAtomically(path, bytes)).toThrow(inTheWay(path));
    expect(readdirSync(scratch.path)).toEqual(before);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(lstatSync(scratch.join('to-pipe')).isSymbolicLink()).toBe(true);
  });

  test('replaces a link to nothing', () => {
    const scratch = useScratch();
    symlinkSync(scratch.join('gone'), scratch.join('link'));
    writeAtomically(scratch.join('link'), bytes);
    expect(readFileSync(scratch.join('link'), 'utf8')).toBe('new');
    expect(existsSync(scratch.join('gone'))).toBe(false);
  });

  test('of several files writes all or none', () => {
    const { scratch, pipe } = odd();
    const [one, two] = [scratch.join('one'), scratch.join('two')];
    writeFileSync(one, 'old');
    const names = readdirSync(scratch.path);
    const files = [one, two].map((path) => ({ path, bytes }));
    expect(() => writeAllAtomically([...files, { path: pipe, bytes }])).toThrow(inTheWay(pipe));
    expect(readFileSync(one, 'utf8')).toBe('old');
    expect(readdirSync(scratch.path)).toEqual(names);
    writeAllAtomically([...files, { path: scratch.join('three'), bytes, mode: 0o644 }]);
    expect(readdirSync(scratch.path)).toEqual([...names, 'two', 'three'].sort());
    expect(readFileSync(one, 'utf8')).toBe('new');
    expect(lstatSync(scratch.join('three')).mode & 0o700).toBe(0o600);
    expect(lstatSync(two).mode & 0o777).toBe(0o600);
    writeAllAtomically([]);
  });
});

describe('a path that was named', () => {
  test('holds nothing, or a file', () => {
    const { scratch, paths } = odd();
    writeFileSync(scratch.join('file'), 'a');
    symlinkSync(scratch.join('file'), scratch.join('li\u202enk'));
    for (const path of [...paths, scratch.join('li\u202enk')]) {
      expect(() => checkOutputPath(path)).toThrow(inTheWay(path));
    }
    for (const name of ['file', 'new', 'new/folders/x.json']) {
      expect(() => checkOutputPath(scratch.join(name))).not.toThrow();
    }
  });

  test('that cannot be one says so', () => {
    const scratch = useScratch();
    writeFileSync(scratch.join('file'), 'a');
    expect(() => checkOutputPath(scratch.join('file/x'))).toThrow(
      expect.objectContaining({ code: 'file-missing', exitCode: 50 }),
    );
    expect(() => checkOutputPath(scratch.join('x'.repeat(300)))).toThrow(
      expect.objectContaining({
        code: 'disk-failed',
        message: expect.stringMatching(/^writing .* failed: ENAMETOOLONG/),
      }),
    );
  });
});
