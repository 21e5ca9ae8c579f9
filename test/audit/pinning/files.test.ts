import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkFree, writeFiles } from '../../../src/audit/pinning/write-files.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { thrownBy } from '../lint/support.ts';

const TEXTS = { a: 'A\n', b: 'B\n' };

describe('writing', () => {
  test('makes the folder and both files, for everybody to read', () => {
    const folder = useScratch().join('x/y');
    expect(writeFiles(folder, TEXTS, false)).toEqual([`${folder}/a`, `${folder}/b`]);
    expect(readFileSync(`${folder}/a`, 'utf8') + readFileSync(`${folder}/b`, 'utf8')).toBe('A\nB\n');
    expect(lstatSync(`${folder}/a`).mode & 0o444).toBe(0o444);
  });

  test('writes over nothing, and leaves nothing behind', () => {
    const folder = useScratch().path;
    writeFileSync(`${folder}/b`, 'mine');
    expect(thrownBy(() => writeFiles(folder, TEXTS, false))).toMatchObject({
      code: 'file-exists',
      exitCode: 50,
      message: `${folder}/b is there already`,
      hint: 'name another folder with --out, or write over it with --force',
    });
    expect(readFileSync(`${folder}/b`, 'utf8')).toBe('mine');
    expect(existsSync(`${folder}/a`)).toBe(false);
  });

  test('writes over what is there when told so, not through a link', () => {
    const folder = useScratch().path;
    writeFileSync(`${folder}/elsewhere`, 'mine');
    symlinkSync(`${folder}/elsewhere`, `${folder}/a`);
    writeFileSync(`${folder}/b`, 'old');
    writeFiles(folder, TEXTS, true);
    expect(readFileSync(`${folder}/elsewhere`, 'utf8')).toBe('mine');
    expect(lstatSync(`${folder}/a`).isFile()).toBe(true);
    expect(readFileSync(`${folder}/b`, 'utf8')).toBe('B\n');
    expect(lstatSync(`${folder}/b`).mode & 0o777).toBe(0o644);
  });

  test('says where it cannot', () => {
    const folder = useScratch().path;
    writeFileSync(`${folder}/file`, '');
    expect(thrownBy(() => writeFiles(`${folder}/file/x`, TEXTS, false))).toMatchObject({
      code: 'folder-unusable',
      exitCode: 50,
      message: expect.stringMatching(/file\/x cannot be written: ENOTDIR/),
      hint: 'name a folder with --out that you can write to',
    });
  });

  test.skipIf(process.geteuid?.() === 0)('says where it may not', () => {
    const folder = useScratch().path;
    mkdirSync(`${folder}/closed`);
    chmodSync(`${folder}/closed`, 0o500);
    expect(thrownBy(() => writeFiles(`${folder}/closed`, TEXTS, false))).toMatchObject({ code: 'folder-unusable' });
  });
});

describe('looking first', () => {
  test('what is free is free', () => {
    const folder = useScratch().path;
    expect(thrownBy(() => checkFree(folder, ['a', 'b']))).toBeUndefined();
    expect(thrownBy(() => checkFree(`${folder}/none`, ['a']))).toBeUndefined();
  });

  test('a file, a folder and a link that leads nowhere are not', () => {
    const folder = useScratch().path;
    writeFileSync(`${folder}/a`, '');
    mkdirSync(`${folder}/b`);
    symlinkSync('nowhere', `${folder}/c`);
    for (const name of ['a', 'b', 'c']) {
      expect(thrownBy(() => checkFree(folder, ['x', name]))).toMatchObject({
        code: 'file-exists',
        message: `${folder}/${name} is there already`,
      });
    }
  });

  test('a folder that is none', () => {
    const folder = useScratch().path;
    writeFileSync(`${folder}/a`, '');
    expect(thrownBy(() => checkFree(`${folder}/a`, ['b']))).toMatchObject({ code: 'folder-unusable' });
  });
});
