import { describe, expect, test } from 'vitest';
import { CHECK_IDS, type CheckId } from '../../../../src/audit/check-ids.ts';
import { CHECKS } from '../../../../src/audit/registry.ts';
import { chainOf, LINK_IDS, LINK_OF, type LinkId, type LinkState } from '../../../../src/audit/report/html/chain.ts';
import type { CheckResult, CheckState } from '../../../../src/audit/result.ts';
import { STEPS } from '../../../../src/audit/steps.ts';
import { result } from '../support.ts';

const results = (change: Partial<Record<CheckId, Partial<CheckResult>>> = {}): CheckResult[] =>
  CHECKS.map(({ id, step }) => result({ id, step, ...change[id] }));

const stateOf = (link: LinkId, change: Parameters<typeof results>[0]): LinkState =>
  chainOf(results(change), undefined).find(({ id }) => id === link)!.state;

const not = (state: CheckState, required = true): Partial<CheckResult> => ({ state, exit: 10, required });

describe('the table', () => {
  test('has every check, once', () => {
    expect(Object.keys(LINK_OF).sort()).toEqual([...CHECK_IDS].sort());
    for (const id of CHECK_IDS) {
      const links = chainOf(results(), undefined).filter(({ checks }) => checks.some((check) => check.id === id));
      expect(links.map((link) => link.id)).toEqual([LINK_OF[id]]);
    }
  });

  test('has a check for every link, and the links in the order of the chain', () => {
    expect(LINK_IDS.join(' ')).toBe('silicon quote event-log compose image workflow commit entry receipt');
    expect(new Set(Object.values(LINK_OF))).toEqual(new Set(LINK_IDS));
    expect(chainOf([], undefined).map(({ id }) => id)).toEqual([...LINK_IDS]);
  });

  test.each([
    ['quote.signature', 'silicon'],
    ['quote.tcb', 'silicon'],
    ['quote.parse', 'quote'],
    ['os.image', 'quote'],
    ['eventlog.replay', 'event-log'],
    ['compose.hash', 'compose'],
    ['compose.pin-bound', 'compose'],
    ['compose.launcher', 'image'],
    ['provenance.subject', 'image'],
    ['provenance.workflow', 'workflow'],
    ['source.pin', 'commit'],
    ['source.tree', 'commit'],
    ['source.entry', 'entry'],
    ['compose.commands', 'entry'],
    ['runtime.receipt', 'receipt'],
  ] as const)('%s holds %s', (id, link) => {
    expect(LINK_OF[id]).toBe(link);
  });

  test.each([
    ['attestation', 'quote'],
    ['provenance', 'workflow'],
    ['source', 'commit'],
    ['runtime', 'receipt'],
  ] as const)('a check of the step %s that it does not know is shown with %s', (step, link) => {
    for (const id of ['unknown', '__proto__', 'constructor']) {
      const [shown, ...more] = chainOf([result({ id: id as CheckId, step })], undefined).filter(
        ({ checks }) => checks.length > 0,
      );
      expect([shown?.id, more]).toEqual([link, []]);
    }
  });
});

describe('the state of a link', () => {
  test('is passed where all of its checks are', () => {
    expect(chainOf(results(), undefined).map(({ state }) => state)).toEqual(LINK_IDS.map(() => 'passed'));
  });

  test.each<[LinkState, Parameters<typeof results>[0]]>([
    ['failed', { 'quote.tcb': not('failed') }],
    ['failed', { 'quote.tcb': not('failed', false) }],
    ['not-bound', { 'quote.tcb': not('not-bound') }],
    ['not-checked', { 'quote.tcb': not('not-checked') }],
    ['failed', { 'quote.tcb': not('not-bound'), 'quote.debug': not('failed', false) }],
    ['not-bound', { 'quote.tcb': not('not-checked'), 'quote.debug': not('not-bound') }],
    ['not-checked', { 'quote.tcb': not('not-checked'), 'quote.debug': not('not-bound', false) }],
    ['passed', { 'quote.tcb': not('not-checked', false) }],
    ['passed', { 'quote.tcb': not('not-bound', false) }],
  ])('is %s with %j', (state, change) => {
    expect(stateOf('silicon', change)).toBe(state);
    expect(stateOf('quote', change)).toBe('passed');
  });

  test('is the worst of all where none counts and none passed', () => {
    const both = { 'runtime.receipt': not('not-checked', false), 'runtime.logs': not('not-bound', false) };
    expect(stateOf('receipt', both)).toBe('not-bound');
    expect(stateOf('receipt', { ...both, 'runtime.logs': not('not-checked', false) })).toBe('not-checked');
  });

  test('is not asked for where nothing of it was made', () => {
    expect(chainOf([], undefined).every(({ state }) => state === 'not-asked')).toBe(true);
  });

  test.each(STEPS)('with --only %s no link is passed that another step has a part in', (only) => {
    const made = results().filter(({ step }) => step === only);
    for (const { id, state } of chainOf(made, only)) {
      const steps = new Set(CHECKS.filter((check) => LINK_OF[check.id] === id).map(({ step }) => step));
      expect(state, id).toBe(steps.size === 1 && steps.has(only) ? 'passed' : 'not-asked');
    }
  });

  test('with --only, what failed has failed', () => {
    const made = results({ 'compose.launcher': not('failed') }).filter(({ step }) => step === 'attestation');
    expect(chainOf(made, 'attestation').find(({ id }) => id === 'image')?.state).toBe('failed');
  });
});
