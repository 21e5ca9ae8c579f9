import { describe, expect, test } from 'vitest';
import { intelRootDer } from '../../../src/tdx/intel-root.ts';
import { CHECK_IDS as ALL_IDS, type CheckId } from '../../../src/audit/check-ids.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { CHECKS } from '../../../src/audit/registry.ts';
import type { CheckResult } from '../../../src/audit/result.ts';
import { STEPS, type Step } from '../../../src/audit/steps.ts';
import { verify } from '../../../src/audit/verify.ts';
import type { Evidence, EvidenceKind } from '../../../src/evidence/evidence.ts';
import { dropEvent } from '../../mocks/deployment/edit-events.ts';
import { platformStatus } from '../../mocks/intel/tcb-changes.ts';
import {
  broken,
  changed,
  collateralPart,
  deploy,
  expecting,
  good,
  goodInfo,
  infoOf,
  LAUNCHER,
  NOW,
  policy,
  stated,
} from '../checks/support.ts';

const vouched = {
  osImages: [stated(good.osImage)],
  keyProviderIds: [stated(good.keyProvider.id)],
  launchers: [stated(LAUNCHER)],
};
const whole: Partial<Expectations> = { ...policy(vouched), appId: stated(good.appId, '--app-id') };

const SOURCE = {
  repository: stated('https://github.com/example/workload.git', '--repo'),
  commit: stated('3b18e512dba79e4c8300dd08aeb37f8e728b8dad', '--commit'),
};
const NO_RECEIPT =
  'runtime.receipt has to be checked: give --receipt with the file, or --attest with the address of twl-attest';
/** Of a good deployment, where nothing was fetched. */
const STEPS_MISSING = [
  'provenance.bundle, provenance.subject, provenance.issuer, provenance.repository, provenance.workflow, provenance.ref, ' +
    'provenance.runner, provenance.trigger, provenance.predicate, provenance.agreement have to be checked: ' +
    'give --bundle with the file of `gh attestation download`, or leave --offline out',
  'source.commit, source.tree, source.entry, source.reachable have to be checked: leave --offline out, or give --source',
  NO_RECEIPT,
];

/** The checks of a step, in their order. */
const idsOf = (step: Step): CheckId[] =>
  CHECKS.filter((check) => check.step === step && !check.isOptional).map(({ id }) => id);

/** Those that are made without being asked for. */
const CHECK_IDS = ALL_IDS.filter((id) => !CHECKS.some((check) => check.id === id && check.isOptional));

const of = (id: CheckId, evidence: Evidence = goodInfo, changes: Partial<Expectations> = whole): CheckResult => {
  const found = verify(evidence, expecting(changes)).checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`no result of ${id}`);
  return found;
};

describe('the verdict', () => {
  test('of a good deployment, for its attestation', () => {
    const verdict = verify(goodInfo, expecting({ ...whole, only: 'attestation' }));
    expect(verdict).toMatchObject({
      word: 'PASSED',
      exit: 0,
      target: 'info.json',
      simulated: true,
      only: 'attestation',
      at: '2026-09-21T14:13:20Z',
      atSource: '--at',
      findings: [],
      missing: [],
    });
    expect(verdict.checks.map(({ id, state }) => [id, state])).toEqual(
      idsOf('attestation').map((id) => [id, id === 'freshness' ? 'not-checked' : 'passed']),
    );
    expect(verdict.facts.app_id).toBe(good.appId);
  });

  test("is simulated under every root but Intel's, whatever the caller says", () => {
    const root = { ...expecting().root, simulated: false, source: 'built in' };
    expect(verify(goodInfo, expecting({ root })).simulated).toBe(true);
    const intel = { der: intelRootDer(), source: 'built in', simulated: false };
    expect(verify(goodInfo, expecting({ root: intel })).simulated).toBe(false);
    expect(verify(goodInfo, expecting({ root: { ...intel, simulated: true } })).simulated).toBe(true);
  });

  test('without a step asked for is about all of them, and says what is missing', () => {
    const verdict = verify(goodInfo, expecting({ ...whole, ...SOURCE }));
    expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13, only: undefined });
    expect(verdict.checks.map(({ id }) => id)).toEqual(CHECK_IDS);
    expect(verdict.missing).toEqual(STEPS_MISSING);
  });

  test.each(STEPS.slice(1))('for step %s alone shows its checks, and is no pass without evidence of it', (only) => {
    const verdict = verify(goodInfo, expecting({ ...whole, only }));
    expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13 });
    expect(verdict.checks.map(({ id }) => id)).toEqual(idsOf(only));
    expect(verdict.checks.every(({ state }) => state === 'not-checked')).toBe(true);
    // All were run all the same: what a step shows may stand on another step's checks.
    expect(Object.keys(verdict.timings)).toEqual(CHECK_IDS);
  });

  test('a failure of a step that was not asked for does not decide', () => {
    const verdict = verify(changed({ quote: broken() }), expecting({ ...whole, only: 'source' }));
    expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13 });
    expect(new Set(verdict.checks.map(({ state }) => state))).toEqual(new Set(['not-checked']));
  });

  test('every check has its time', () => {
    const { timings } = verify(goodInfo, expecting());
    expect(Object.keys(timings)).toEqual(CHECK_IDS);
    for (const milliseconds of Object.values(timings)) {
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(milliseconds).toBeLessThan(60_000);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('at no time nothing is good: %d', (value) => {
    const verdict = verify(goodInfo, expecting({ now: { value, source: '--at' }, only: 'attestation' }));
    expect(verdict).toMatchObject({ word: 'MALFORMED', exit: 30, at: `${value} s` });
    expect(verdict.checks.find(({ id }) => id === 'quote.signature')?.state).toBe('failed');
  });

  test('evidence of nothing at all is no success', () => {
    const verdict = verify({ target: 'x', kind: 'quote-answer', statements: {} }, expecting({ only: 'attestation' }));
    expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13, facts: {}, findings: [] });
    expect(verdict.checks.every(({ state }) => state === 'not-checked')).toBe(true);
  });
});

describe('a result', () => {
  test('has all that its check said, and its place', () => {
    expect(of('app.id')).toEqual({
      id: 'app.id',
      step: 'attestation',
      required: true,
      state: 'passed',
      exit: 0,
      summary: 'the app id is the expected one',
      expected: good.appId,
      found: good.appId,
      source: '--app-id',
      origins: ['saved answer info.json, tcb_info.event_log'],
      details: [],
    });
  });

  test('has lists where its check gave none', () => {
    expect(of('quote.parse', changed({ quote: undefined }))).toEqual({
      id: 'quote.parse',
      step: 'attestation',
      required: true,
      state: 'not-checked',
      exit: 13,
      summary: 'the evidence has no quote',
      origins: [],
      details: [],
    });
  });

  test('of a check that threw is a failure', () => {
    expect(of('quote.parse', changed({ quote: broken() }))).toMatchObject({
      state: 'failed',
      exit: 30,
      summary: 'a broken part is no hex',
      required: true,
    });
  });

  test('of a check that broke is a failure of ours, and the rest is run', () => {
    const quote = {
      origin: 'a trap',
      get value(): Uint8Array {
        throw new TypeError('x is not a function');
      },
    };
    const verdict = verify(changed({ quote }), expecting({ ...whole, only: 'attestation' }));
    expect(verdict.word).toBe('INTERNAL ERROR');
    expect(verdict.checks.map(({ id }) => id)).toEqual(idsOf('attestation'));
    expect(verdict.checks[0]).toMatchObject({
      state: 'failed',
      exit: 1,
      summary: 'the check itself broke (TypeError: x is not a function)',
      hint: 'please report this, with the evidence if it is public',
    });
  });
});

describe('what stands on another check', () => {
  test('is not checked where that one failed, however well it would have gone', () => {
    const { checks } = verify(changed({ quote: broken() }), expecting(whole));
    expect(checks.slice(1).map(({ state, exit }) => [state, exit])).toEqual(
      CHECK_IDS.slice(1).map(() => ['not-checked', 13]),
    );
    expect(checks.find(({ id }) => id === 'quote.tcb')).toEqual({
      id: 'quote.tcb',
      step: 'attestation',
      required: true,
      state: 'not-checked',
      exit: 13,
      blockedBy: 'quote.signature',
      summary: 'it stands on quote.signature, which did not pass',
      origins: [],
      details: [],
    });
    expect(checks.find(({ id }) => id === 'quote.debug')?.summary).toBe('it stands on quote.parse, which did not pass');
  });

  test('is not checked where that one was not', () => {
    const evidence = changed({ eventLog: undefined });
    expect(of('eventlog.order', evidence).summary).toBe('it stands on eventlog.replay, which did not pass');
    expect(of('app.id', evidence).summary).toBe('it stands on eventlog.order, which did not pass');
    expect(of('compose.config-id', evidence).state).toBe('passed');
  });

  test('is told with the reason where the step of that one is not reported', () => {
    const evidence = changed({ eventLog: undefined });
    const told = (only: 'source' | 'attestation') =>
      verify(evidence, expecting({ only })).checks.find(
        ({ id }) => id === (only === 'source' ? 'source.pin' : 'app.id'),
      );
    expect(told('source')).toMatchObject({
      blockedBy: 'eventlog.replay',
      details: ['eventlog.replay: the evidence has no event log'],
    });
    expect(told('attestation')).toMatchObject({ blockedBy: 'eventlog.order', details: [] });
    const unknown = expecting({ ...policy({ launchers: [] }), only: 'provenance' });
    const hinted = verify(infoOf(deploy({ composeFile: 'services: { a: { image: b } }' })), unknown).checks[0];
    expect(hinted).toMatchObject({
      blockedBy: 'compose.launcher',
      details: [expect.stringMatching(/^compose\.launcher: no /)],
      hint: expect.stringContaining('[[launcher]]'),
    });
  });

  test('only of the log: the quote stands without it', () => {
    const evidence = infoOf(deploy({ editEvents: dropEvent('system-ready') }));
    expect(of('eventlog.replay', evidence).state).toBe('passed');
    expect(of('compose.hash', evidence).summary).toBe('it stands on eventlog.order, which did not pass');
    expect(of('quote.tcb', evidence).state).toBe('passed');
  });
});

describe('what is required', () => {
  const required = (evidence: Evidence, changes: Partial<Expectations>): CheckId[] =>
    verify(evidence, expecting(changes))
      .checks.filter((check) => check.required)
      .map(({ id }) => id);

  const INFORMING: CheckId[] = [
    'compose.config-id',
    'compose.commands',
    'compose.exposure',
    'provenance.commit',
    'provenance.rebuild',
    'source.tree-sha256',
    'source.signature',
    'runtime.logs',
  ];
  const ALWAYS: CheckId[] = [
    'quote.parse',
    'quote.signature',
    'quote.tcb',
    'quote.module',
    'quote.debug',
    'eventlog.replay',
    'eventlog.order',
    'eventlog.later',
    'compose.hash',
    'os.image',
    'os.development',
    // Of the compose text all but what informs; of the three steps behind it likewise.
    ...CHECK_IDS.filter((id) => /^(?:compose|provenance|source|runtime)\./.test(id) && !INFORMING.includes(id)),
  ];
  const ordered = (...more: CheckId[]): CheckId[] => CHECK_IDS.filter((id) => [...ALWAYS, ...more].includes(id));

  test.each<[EvidenceKind, CheckId[]]>([
    ['agent-info', ['cert.report-data']],
    ['near-mpc', ['cert.report-data']],
    ['quote-answer', []],
    ['versioned-attestation', []],
    ['phala-attestation', []],
  ])('of evidence of kind %s', (kind, more) => {
    expect(required(changed({ kind }), {})).toEqual(ordered(...more));
  });

  test.each<[string, Partial<Expectations>, CheckId]>([
    ['an app id', { appId: stated(good.appId) }, 'app.id'],
    ['a policy with app ids', policy({ appIds: [stated(good.appId)] }), 'app.id'],
    ['a policy with key providers', policy({ keyProviderIds: [stated('aa')] }), 'kms.identity'],
    ['a policy that asks for freshness', policy({ required: [stated('freshness')] }), 'freshness'],
    ['a policy that asks for the config id', policy({ required: [stated('compose.config-id')] }), 'compose.config-id'],
    ['a policy that asks for the app id and names none', policy({ required: [stated('app.id')] }), 'app.id'],
    ['a commit of the launcher', policy({ provenance: { commit: stated('c0'.repeat(20)) } }), 'provenance.commit'],
    ['a policy that asks for a build', policy({ required: [stated('provenance.rebuild')] }), 'provenance.rebuild'],
    ['a tree by its SHA-256', { treeSha256: stated('ab'.repeat(32)) }, 'source.tree-sha256'],
    ['a policy with trees', policy({ treeSha256s: [stated('ab'.repeat(32))] }), 'source.tree-sha256'],
    ['a policy that asks for a signature', policy({ required: [stated('source.signature')] }), 'source.signature'],
    ['a policy that asks for os.acpi', policy({ required: [stated('os.acpi')] }), 'os.acpi'],
  ])('with %s', (_, expectations, id) => {
    expect(required(changed({ kind: 'quote-answer' }), expectations)).toEqual(ordered(id));
  });

  test('a check that informs keeps the verdict once a policy requires it', () => {
    const judged = (evidence: Evidence, changes: Partial<Expectations>) => {
      const { word, exit } = verify(evidence, expecting({ ...changes, only: 'attestation' }));
      return [word, exit];
    };
    const unbound = deploy({ mrConfigId: 'zero' });
    const evidence = infoOf(unbound);
    expect(judged(evidence, policy(vouched))).toEqual(['PASSED', 0]);
    const demanding = (id: CheckId) => policy({ ...vouched, required: [stated(id)] });
    expect(judged(evidence, demanding('compose.config-id'))).toEqual(['NOT BOUND', 11]);
    expect(judged(evidence, demanding('freshness'))).toEqual(['STALE', 12]);
    expect(judged(evidence, demanding('app.id'))).toEqual(['CONSISTENT', 13]);
    expect(judged(evidence, demanding('os.acpi'))).toEqual(['PASSED', 0]);
  });

  test('a check that fails is never outvoted, required or not', () => {
    const evidence = infoOf(deploy({ mrConfigId: Buffer.alloc(48, 9) }));
    const verdict = verify(evidence, expecting({ ...whole, only: 'attestation' }));
    expect(verdict.checks.find(({ id }) => id === 'compose.config-id')).toMatchObject({
      required: false,
      state: 'failed',
    });
    expect(verdict).toMatchObject({ word: 'REJECTED', exit: 10 });
    expect(verdict.missing).toEqual([
      'compose.config-id has to hold: mr_config_id is of no known form: its first byte is 9',
    ]);
  });
});

describe('what is missing', () => {
  const missing = (evidence: Evidence, changes: Partial<Expectations> = {}): readonly string[] =>
    verify(evidence, expecting({ ...whole, ...changes })).missing;
  const EXPECTED = 'the repository and the commit that you expect: give --repo and --commit, or a policy';

  test('an expected repository and commit, where all steps are asked for', () => {
    expect(missing(goodInfo)[0]).toBe(EXPECTED);
    expect(missing(goodInfo, { repository: SOURCE.repository })[0]).toBe(EXPECTED);
    expect(missing(goodInfo, { commit: SOURCE.commit })[0]).toBe(EXPECTED);
    expect(missing(goodInfo, SOURCE)).toEqual(STEPS_MISSING);
    expect(missing(changed({ collateral: undefined }), { only: 'attestation' })).not.toContain(EXPECTED);
  });

  test('each check that decides, with its hint or else its summary', () => {
    expect(missing(changed({ eventLog: undefined }), { only: 'attestation' })).toEqual([
      'eventlog.replay has to be checked: the evidence has no event log',
    ]);
    const collateral = collateralPart({ tcbInfo: { change: platformStatus('OutOfDate') } });
    expect(missing(changed({ collateral }), { only: 'attestation' })).toEqual([
      'quote.tcb has to hold: have the host update its firmware, or accept the status and each advisory in a policy, with a reason and an end',
    ]);
    expect(missing(changed({ collateral: undefined }), { only: 'attestation' })).toEqual([
      'quote.tcb has to be checked: give --collateral with a file or the address of a PCCS, or leave --offline out',
      'quote.module has to be checked: signer and attributes are right; whether Intel lists the module is unknown without collateral',
    ]);
  });

  test('a check that was made and found nothing that binds', () => {
    const evidence = infoOf(deploy({ mrConfigId: 'zero' }));
    const demanding = policy({ ...vouched, required: [stated('compose.config-id')] });
    expect(missing(evidence, { ...demanding, only: 'attestation' })).toEqual([
      'compose.config-id has to be bound: mr_config_id is zero: the hardware does not bind the app-compose',
    ]);
  });

  test('a step is not named beside the checks of it that are', () => {
    const evidence: Evidence = { target: 'x', kind: 'quote-answer', statements: {} };
    for (const only of STEPS) {
      expect(missing(evidence, { only }).filter((line) => line.startsWith('step'))).toEqual([]);
      expect(missing(evidence, { only })).not.toEqual([]);
    }
    expect(missing(evidence).filter((line) => line.startsWith('step'))).toEqual([]);
  });

  test('nothing, where nothing is', () => {
    expect(missing(goodInfo, { only: 'attestation', now: { value: NOW, source: 'the clock' } })).toEqual([]);
  });
});
