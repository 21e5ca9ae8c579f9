import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderHtml } from '../../../../src/audit/report/html/page.ts';
import { pageFile } from '../../../../src/audit/report/html/write-page.ts';
import { writeAllAtomically } from '../../../../src/state/atomic-write.ts';
import { useScratch } from '../../../support/use-scratch.ts';
import { everything } from './samples.ts';

test('a page is for anybody to read, and leaves nothing else', () => {
  const scratch = useScratch();
  const path = scratch.join('page.html');
  writeAllAtomically([pageFile(path, everything)]);
  expect(readFileSync(path, 'utf8')).toBe(renderHtml(everything));
  expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
  expect(readdirSync(scratch.path)).toEqual(['page.html']);
  writeAllAtomically([pageFile(path, { ...everything, target: 'other' })]);
  expect(readFileSync(path, 'utf8')).toContain('other');
});
