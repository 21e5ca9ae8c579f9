import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeKeys, tabulateKeys } from '../../src/pin/help.ts';
import { PIN_KEYS, PIN_KEY_NAMES } from '../../src/pin/keys.ts';
import { faultsOf } from './support.ts';

test('every key of the table is one that the reader knows, and none is named twice', () => {
  expect(new Set(PIN_KEY_NAMES).size).toBe(PIN_KEYS.length);
  expect(faultsOf(PIN_KEY_NAMES.map((name) => `${name}=\n`).join('')).join()).not.toContain('unknown-key');
});

test('the required keys are those whose absence is an error', () => {
  const required = PIN_KEYS.filter((row) => row.required);
  expect(required.map((row) => row.name)).toEqual(['REPO_URL', 'COMMIT_SHA', 'WORK_DIR']);
  expect(faultsOf('')).toHaveLength(required.length);
});

test('the help has a line for each key, narrow enough for a terminal', () => {
  const lines = describeKeys().trimEnd().split('\n');
  expect(lines).toHaveLength(PIN_KEYS.length);
  expect(lines[0]).toBe(
    '  REPO_URL *              https, ssh, git@host:path, file:/// or an absolute path; no credentials inside',
  );
  expect(lines[1]).toBe(
    '  REPO_MIRRORS            further URLs of the same repository, separated by spaces, tried in order',
  );
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
});

test('the documentation has a row for each key, of four cells', () => {
  const rows = tabulateKeys().trimEnd().split('\n').slice(2);
  expect(rows).toHaveLength(PIN_KEYS.length);
  for (const row of rows) expect(row.split('|')).toHaveLength(6);
});

test('the documentation holds that table as it is', () => {
  const page = readFileSync(new URL('../../docs/pin.md', import.meta.url), 'utf8');
  expect(page).toContain(`\n\n${tabulateKeys()}\n`);
});
