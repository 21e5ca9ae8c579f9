import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../../src/audit/report/html/page.ts';
import { checkPagePath, writeVerdictPage } from '../../../../src/audit/report/html/write-page.ts';
import { useScratch } from '../../../support/use-scratch.ts';
import { everything } from './samples.ts';

describe('a page', () => {
  test('is written whole, for anybody to read, and leaves nothing else', () => {
    const scratch = useScratch();
    const path = scratch.join('page.html');
    checkPagePath(path);
    writeVerdictPage(path, everything);
    expect(readFileSync(path, 'utf8')).toBe(renderHtml(everything));
    expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
    expect(readdirSync(scratch.path)).toEqual(['page.html']);
  });

  test('is written over another one, and into a folder that is not there yet', () => {
    const path = useScratch().join('a/b/page.html');
    writeVerdictPage(path, everything);
    writeVerdictPage(path, { ...everything, target: 'other' });
    expect(readFileSync(path, 'utf8')).toContain('other');
  });

  test('is not put in the place of what is no file', () => {
    const scratch = useScratch();
    const folder = scratch.join('folder');
    mkdirSync(folder);
    const link = scratch.join('li\u202enk');
    writeFileSync(scratch.join('file'), 'a');
    symlinkSync(scratch.join('file'), link);
    for (const path of [folder, link, '/dev/null']) {
      const refused = expect.objectContaining({
        code: 'not-a-file',
        exitCode: 50,
        message: `${path.replace('\u202e', '\\u{202e}')} is there already, and no plain file`,
        hint: 'name a file that is not there yet, or one to write over',
      });
      expect(() => checkPagePath(path)).toThrow(refused);
      expect(() => writeVerdictPage(path, everything)).toThrow(refused);
    }
    expect(readFileSync(scratch.join('file'), 'utf8')).toBe('a');
  });

  test('that cannot be written says so', () => {
    const scratch = useScratch();
    writeFileSync(scratch.join('file'), 'a');
    expect(() => writeVerdictPage(scratch.join('file/page.html'), everything)).toThrow(
      expect.objectContaining({ code: 'file-missing', exitCode: 50 }),
    );
    expect(() => checkPagePath(`${scratch.join('x'.repeat(300))}`)).toThrow(
      expect.objectContaining({
        code: 'disk-failed',
        message: expect.stringMatching(/^writing .* failed: ENAMETOOLONG/),
      }),
    );
  });
});
