import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLicences } from '../../scripts/build/licences.ts';
import { bundle, PROGRAMS } from '../../scripts/bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'licences-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A package with these files beside its manifest. */
const put = (name: string, files: Record<string, string>, license = 'MIT'): string => {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
};

test('each package is named with its licence, and a text that several have stands there once', () => {
  const folders = [
    put('c', { LICENSE: 'some text\n' }),
    put('b', { 'license.md': 'other text', 'licensed.js': 'code' }, 'ISC'),
    put('a', { LICENCE: 'some text\r\n' }),
    put('d', { 'LICENSE-MIT': 'first', 'LICENSE-APACHE': 'second' }),
    put('e', { 'README.md': 'x' }),
  ];
  const rule = '='.repeat(80);
  const text = describeLicences(folders);
  expect(text).toBe(
    [
      'The programs here contain code of these npm packages.\n',
      `${rule}\na 1.2.3 (MIT)\nc 1.2.3 (MIT)\n${rule}\n\nsome text\n`,
      `${rule}\nb 1.2.3 (ISC)\n${rule}\n\nother text\n`,
      `${rule}\nd 1.2.3 (MIT)\n${rule}\n\nsecond\n\nfirst\n`,
      `${rule}\ne 1.2.3 (MIT)\n${rule}\n\nNo licence text comes with it.\n`,
    ].join('\n'),
  );
  expect(describeLicences(folders.toReversed())).toBe(text);
});

test('the licences of all that is bundled lie beside it', async () => {
  const dir = join(scratch, 'dist');
  const names = await bundle(root, PROGRAMS, { dir, version: '1.2.3' });
  const text = readFileSync(join(dir, 'THIRD-PARTY.txt'), 'utf8');
  expect(names).toEqual(expect.arrayContaining(['zod', 'execa', '@sigstore/verify']));
  for (const name of names) {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
    expect(text).toContain(`\n${name} ${version} (`);
  }
});
