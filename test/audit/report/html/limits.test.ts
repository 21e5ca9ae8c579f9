import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { CHECKS } from '../../../../src/audit/registry.ts';
import { MAX_PAGE_BYTES } from '../../../../src/audit/report/html/limits.ts';
import { renderHtml } from '../../../../src/audit/report/html/page.ts';
import type { Verdict } from '../../../../src/audit/result.ts';
import { material, result, verdict } from '../support.ts';

/** As much as fits, of what takes most room. */
const LONG = '\u0435\u200b'.repeat(1000);
const MANY = Array.from({ length: 1000 }, () => LONG);
const facts = Object.fromEntries(MANY.map((text, at) => [`${at}${text}`, text]));
const lines = 'a\u0435\n'.repeat(100_000);

const huge: Verdict = verdict({
  word: 'REJECTED',
  exit: 10,
  target: LONG,
  checks: CHECKS.map(({ id, step }) =>
    result({
      id,
      step,
      state: 'failed',
      exit: 10,
      summary: LONG,
      expected: LONG,
      found: LONG,
      source: LONG,
      hint: LONG,
      origins: MANY,
      details: MANY,
    }),
  ),
  findings: MANY.map((text) => ({ id: text, text, path: text, line: 1, accepted: { reason: text, source: text } })),
  missing: MANY,
  facts,
  ...material,
  build: { ...material.build, facts },
  pin: MANY.map((text) => `A=${text}`),
  commands: { install: lines, run: lines },
  entryScript: { path: LONG, size: 1, text: lines },
  since: {
    ...material.since,
    paths: MANY.map((path) => ({ path, before: undefined, after: { kind: 'file', id: LONG, size: 1 } })),
    lines: MANY.map((text) => ({ sign: '+', line: 1, text })),
  },
});

test('a page has a largest size, whatever stands in the verdict', () => {
  const size = Buffer.byteLength(renderHtml(huge));
  expect(size).toBeLessThan(MAX_PAGE_BYTES);
  // The bound is one that can nearly be reached.
  expect(size).toBeGreaterThan(MAX_PAGE_BYTES / 4);
});
