import { describe, expect, test } from 'vitest';
import { findingsView } from '../../../../src/audit/report/html/findings-view.ts';
import type { Markup } from '../../../../src/audit/report/html/markup.ts';
import { missingView, unprovedView } from '../../../../src/audit/report/html/open-view.ts';
import type { CheckResult, Finding } from '../../../../src/audit/result.ts';
import { rejected, result, verdict } from '../support.ts';
import { all, parsePage, wordsOf } from './dom.ts';

const domOf = (markup: Markup) => parsePage(`<!doctype html>\n<p>${markup.source}</p>`);

describe('what is missing', () => {
  test('is listed; of nothing there is nothing', () => {
    expect(all(domOf(missingView(rejected())), 'li').map(wordsOf)).toEqual([
      'give --repo and --commit',
      'give a policy with an os_image',
    ]);
    expect(missingView(verdict()).source).toBe('');
  });

  test('is a hundred things at most', () => {
    const missing = Array.from({ length: 101 }, (_, at) => `thing ${at}`);
    const items = all(domOf(missingView(verdict({ missing }))), 'li').map(wordsOf);
    expect(items).toEqual([...missing.slice(0, 100), '[1 more things left out; --json has them]']);
  });
});

describe('what is not proved', () => {
  const open = (...checks: CheckResult[]) => domOf(unprovedView(verdict({ checks })));
  const items = (...checks: CheckResult[]): string[] => all(open(...checks), 'li').map(wordsOf);

  test('is said of every verdict', () => {
    expect(items()).toEqual([
      'That the source is good. The page shows which commit starts; reading it, and what it fetches when it starts, is yours.',
      'That a connection of yours ends in this machine: no TLS endpoint is bound to the quote.',
      'That Intel, Sigstore, the forge and whoever built the operating system are honest: each check says below what it assumes.',
      'That the machine still runs: the quote answers no number of the auditor. An answer that was saved once can be shown for ever.',
    ]);
    expect(wordsOf(open())).not.toContain('Not required here');
  });

  test('is less where it was fresh', () => {
    const fresh =
      "What the machine did later: one of its quotes was made after the auditor's question, and speaks for that time.";
    expect(items(result({ id: 'freshness' }))[3]).toBe(fresh);
    expect(items(result({ id: 'freshness', state: 'failed', exit: 10 }))[3]).not.toBe(fresh);
    expect(items(result({ id: 'app.id' }))[3]).not.toBe(fresh);
  });

  test('names what did not pass and was not required, and nothing else', () => {
    const more = items(
      result({ id: 'quote.parse' }),
      result({ id: 'quote.tcb', state: 'failed', exit: 10 }),
      result({ id: 'os.acpi', state: 'not-bound', exit: 11, required: false, summary: 'a' }),
      result({ id: 'app.id', state: 'not-checked', exit: 13 }),
      result({ id: 'runtime.logs', state: 'not-checked', exit: 13, required: false, summary: 'b' }),
    ).slice(4);
    expect(more).toEqual(['os.acpi not bound: a', 'runtime.logs not checked: b']);
    expect(wordsOf(open(result({ id: 'os.acpi', state: 'not-bound', exit: 11, required: false })))).toContain(
      'Not required here, and not passed',
    );
  });
});

describe('findings', () => {
  const said = (...findings: Finding[]): string[] => all(domOf(findingsView(findings)), 'li').map(wordsOf);

  test('of none it is said', () => {
    expect(wordsOf(domOf(findingsView([])))).toBe('None.');
  });

  test('are shown with their place and with who allowed them', () => {
    expect(
      said(
        { id: 'a.b', text: 'one' },
        { id: 'a.c', text: 'two', path: 'x/y' },
        { id: 'a.d', text: 'three', path: 'x', line: 7 },
        { id: 'a.e', text: 'four', accepted: { reason: 'because', source: 'org.toml' } },
      ),
    ).toEqual([
      'one finding a.b',
      'two where x/y finding a.c',
      'three where x, line 7 finding a.d',
      'four allowed because because allowed by org.toml finding a.e',
    ]);
  });

  test('are two hundred at most', () => {
    const findings = Array.from({ length: 201 }, (_, at) => ({ id: 'a.b', text: `t${at}` }));
    expect(said(...findings).slice(199)).toEqual(['t199 finding a.b', '[1 more findings left out; --json has them]']);
    expect(said(...findings.slice(0, 200)).length).toBe(200);
  });
});
