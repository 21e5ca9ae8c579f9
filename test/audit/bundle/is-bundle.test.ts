import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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

test('what is no file is none, and nobody waits for it', () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('folder'));
  execFileSync('mkfifo', [scratch.join('pipe')]);
  for (const target of ['folder', 'pipe', 'missing']) expect(isBundle(scratch.join(target))).toBe(false);
  for (const target of ['-', '', 'https://a.example/x', 'a\0b']) expect(isBundle(target)).toBe(false);
});
