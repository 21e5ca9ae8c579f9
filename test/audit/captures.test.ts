import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAnswer } from '../../src/audit/collect/answer/read-answer.ts';
import { CHECK_IDS as ALL_IDS, type CheckId } from '../../src/audit/check-ids.ts';
import type { Expectations } from '../../src/audit/expectations.ts';
import { KNOWN_SCRIPTS } from '../../src/audit/known-scripts.ts';
import { EMPTY_POLICY } from '../../src/audit/policy/policy.ts';
import type { CheckState, Verdict } from '../../src/audit/result.ts';
import { verify } from '../../src/audit/verify.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { intelRootDer } from '../../src/tdx/intel-root.ts';

const folder = join(import.meta.dirname, '../../../shared/fixtures/tdx');
const captured = existsSync(folder);
const unless = captured ? '' : ' (skipped: ../shared/fixtures is absent)';

const bytes = (name: string): Buffer => readFileSync(join(folder, name));
const json = (name: string) => JSON.parse(bytes(name).toString('utf8'));
/** NEAR's file, less the chain that does not count. */
const nearCollateral = () => {
  const { pck_certificate_chain: _, ...rest } = json('near-mpc-2026-08/collateral.json');
  return rest;
};

const NEAR_NOW = 1_786_622_400;

interface Given {
  readonly now: number;
  readonly collateral?: unknown;
  readonly expectations?: Partial<Expectations>;
}

const judge = (evidence: Evidence, { now, collateral, expectations = {} }: Given): Verdict =>
  verify(
    { ...evidence, ...(collateral === undefined ? {} : { collateral: { origin: 'a file', value: collateral } }) },
    {
      now: { value: now, source: '--at' },
      root: { der: intelRootDer(), source: 'built in', simulated: false },
      policy: EMPTY_POLICY,
      ...expectations,
    },
  );

const statesOf = ({ checks }: Verdict): Record<CheckId, CheckState> =>
  Object.fromEntries(checks.map(({ id, state }) => [id, state])) as Record<CheckId, CheckState>;

const summaryOf = ({ checks }: Verdict, id: CheckId): string | undefined =>
  checks.find((check) => check.id === id)?.summary;

/** Those that are made without a profile. */
const CHECK_IDS = ALL_IDS.filter((id) => !id.startsWith('mpc.'));

/** Every check not checked but for these. */
const states = (of: Partial<Record<CheckId, CheckState>>): Record<CheckId, CheckState> =>
  ({ ...Object.fromEntries(CHECK_IDS.map((id) => [id, 'not-checked'])), ...of }) as Record<CheckId, CheckState>;

const QUOTE = { 'quote.parse': 'passed', 'quote.signature': 'passed', 'quote.debug': 'passed' } as const;
const COLLATERAL = { 'quote.tcb': 'passed', 'quote.module': 'passed' } as const;
const LOG = { 'eventlog.replay': 'passed', 'eventlog.order': 'passed', 'eventlog.later': 'passed' } as const;
const CONFIG = { 'compose.hash': 'passed', 'compose.config-id': 'passed' } as const;
/** What can be told of a compose text without a launcher. */
const COMPOSE = {
  ...CONFIG,
  'compose.environment': 'passed',
  'compose.images': 'passed',
  'compose.scripts': 'passed',
  'compose.exposure': 'passed',
} as const;

test.skipIf(!captured)(`near-mpc-2026-08: all of it holds, on a development image${unless}`, () => {
  const verdict = judge(readAnswer(bytes('near-mpc-2026-08/public_data.json'), 'near'), { now: NEAR_NOW });
  expect(statesOf(verdict)).toEqual(
    states({
      ...QUOTE,
      ...COLLATERAL,
      ...LOG,
      ...COMPOSE,
      'os.image': 'passed',
      'os.development': 'failed',
      'cert.report-data': 'passed',
    }),
  );
  expect(verdict).toMatchObject({ word: 'REJECTED', exit: 10, simulated: false });
  expect(verdict.facts).toMatchObject({ tcb_status: 'UpToDate', key_provider: 'local-sgx' });
  expect(verdict.findings.map(({ id, text }) => [id, text.includes("'mpc-image-digest'")])).toEqual([
    ['eventlog.application-event', true],
  ]);
  expect(summaryOf(verdict, 'eventlog.replay')).toBe('29 events lead to RTMR0, RTMR1, RTMR2, RTMR3');
});

test.skipIf(!captured)(`near-mpc-2026-08: the parts on their own come to the same${unless}`, () => {
  const tcb = json('near-mpc-2026-08/tcb_info.json');
  const answer = {
    quote: json('near-mpc-2026-08/quote.json'),
    event_log: tcb.event_log,
    app_compose: bytes('near-mpc-2026-08/app_compose.json').toString('utf8'),
  };
  const verdict = judge(readAnswer(Buffer.from(JSON.stringify(answer)), 'near'), {
    now: NEAR_NOW,
    collateral: json('near-mpc-2026-08/collateral.json'),
    expectations: { compose: { value: bytes('near-mpc-2026-08/launcher_image_compose.yaml'), source: '--compose' } },
  });
  expect(statesOf(verdict)).toEqual(
    states({ ...QUOTE, ...COLLATERAL, ...LOG, ...COMPOSE, 'os.image': 'passed', 'os.development': 'failed' }),
  );
  expect(summaryOf(verdict, 'compose.hash')).toBe('what was measured, and what --compose holds');
});

test.skipIf(!captured)(`near-mpc-2026-08: a day after its collateral ended it is stale${unless}`, () => {
  const evidence = readAnswer(bytes('near-mpc-2026-08/public_data.json'), 'near');
  const policy = {
    ...EMPTY_POLICY,
    developmentImages: [
      {
        value: '7d47512fda31dc5a7318f72ae1869a3c76323981eea21fc30cafd0f79668642c',
        reason: 'a test',
        until: 4e9,
        source: 'a test',
      },
    ],
  };
  const verdict = judge(evidence, { now: 1_789_300_000, expectations: { policy } });
  expect(verdict).toMatchObject({ word: 'STALE', exit: 12 });
  expect(statesOf(verdict)).toMatchObject({ ...QUOTE, 'quote.tcb': 'failed', 'quote.module': 'failed' });
  expect(summaryOf(verdict, 'quote.tcb')).toBe('pck_crl of the collateral expired at 2026-09-11T23:57:11Z');
  expect(statesOf(judge(evidence, { now: NEAR_NOW, expectations: { policy } }))['os.development']).toBe('passed');
});

test.skipIf(!captured)(`phala-dev-0.5.9: everything that needs no collateral, on a development image${unless}`, () => {
  const verdict = judge(readAnswer(bytes('phala-dev-0.5.9/real_attestation_info.json'), 'phala'), {
    now: NEAR_NOW,
    expectations: { appId: { value: '944edab771280ede410e7b9e66fcaee6b2c4a12c', source: '--app-id' } },
  });
  expect(statesOf(verdict)).toEqual(
    states({
      ...QUOTE,
      ...LOG,
      ...COMPOSE,
      // An image by its tag alone, and a script that is known here and that no policy admits.
      'compose.images': 'not-bound',
      'compose.scripts': 'failed',
      'app.id': 'passed',
      'os.development': 'failed',
      'cert.report-data': 'passed',
    }),
  );
  // Nothing that the answer states of itself contradicts quote and log.
  expect(verdict.findings).toEqual([]);
});

test.skipIf(!captured)(
  `phala-dev-0.5.9: a script that is known here fails, with its remarks, until a policy admits it${unless}`,
  () => {
    const evidence = readAnswer(bytes('phala-dev-0.5.9/real_attestation_info.json'), 'phala');
    const scripts = (policy: Partial<typeof EMPTY_POLICY>) =>
      judge(evidence, { now: NEAR_NOW, expectations: { policy: { ...EMPTY_POLICY, ...policy } } }).checks.find(
        ({ id }) => id === 'compose.scripts',
      );
    const [known] = KNOWN_SCRIPTS;
    const remarks = known?.remarks.map((remark) => `${known.name} ${remark}`);
    expect(remarks).not.toEqual([]);
    expect(scripts({})).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: `pre_launch_script: pre_launch_script runs as root on the machine and is not known (SHA-256 ${known?.sha256})`,
      details: remarks,
    });
    const value = { sha256: known?.sha256 ?? '', name: 'one that I read' };
    expect(scripts({ scripts: [{ value, reason: 'a test', source: 'org.toml line 1' }] })).toMatchObject({
      state: 'passed',
      details: [
        `pre_launch_script: pre_launch_script is one that I read (SHA-256 ${known?.sha256})`,
        ...(remarks ?? []),
      ],
    });
  },
);

test.skipIf(!captured)(`phala-dev-0.5.9: its raw quote alone${unless}`, () => {
  const verdict = judge(readAnswer(bytes('phala-dev-0.5.9/real_tdx_quote.bin'), 'quote'), { now: NEAR_NOW });
  expect(statesOf(verdict)).toEqual(states(QUOTE));
  expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13 });
});

test.skipIf(!captured)(`dstack-verifier-report: up to date; no config id${unless}`, () => {
  const verdict = judge(readAnswer(bytes('dstack-verifier-report/quote-report.json'), 'report'), {
    now: 1_771_415_931,
    collateral: json('dstack-verifier-report/collateral.json'),
  });
  expect(statesOf(verdict)).toEqual(states({ ...QUOTE, ...COLLATERAL, ...LOG, 'compose.config-id': 'not-bound' }));
  expect(summaryOf(verdict, 'quote.tcb')).toBe('Intel calls the platform UpToDate');
  expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13 });
});

test.skipIf(!captured)(`dcap-qvl-2025-06: up to date in its month, out of date a year later${unless}`, () => {
  const evidence = readAnswer(bytes('dcap-qvl-2025-06/quote.bin'), 'quote');
  const then = judge(evidence, { now: 1_750_332_747, collateral: json('dcap-qvl-2025-06/collateral.json') });
  expect(statesOf(then)).toMatchObject({ ...QUOTE, ...COLLATERAL });
  const later = judge(evidence, { now: NEAR_NOW, collateral: nearCollateral() });
  expect(later).toMatchObject({ word: 'REJECTED', exit: 10 });
  const tcb = later.checks.find(({ id }) => id === 'quote.tcb');
  expect(tcb).toMatchObject({
    state: 'failed',
    summary: 'Intel calls the platform OutOfDate',
    found: 'OutOfDate INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313',
  });
  expect(tcb?.details).toContain('TDX module (TDX_01) is 6, the newest level has 11');
});

test.skipIf(!captured)(`dstack-simulator: a versioned attestation of which all replays${unless}`, () => {
  const verdict = judge(readAnswer(bytes('dstack-simulator/attestation.bin'), 'simulator'), {
    now: NEAR_NOW,
    collateral: nearCollateral(),
  });
  expect(statesOf(verdict)).toEqual(states({ ...QUOTE, ...COLLATERAL, ...LOG, 'compose.config-id': 'passed' }));
  expect(summaryOf(verdict, 'eventlog.replay')).toBe('33 events lead to RTMR0, RTMR1, RTMR2, RTMR3');
});

test.skipIf(!captured)(`dstack-lite: its image fits its own measurement, and nobody expects it${unless}`, () => {
  const evidence = readAnswer(bytes('dstack-lite/tdx-lite-attestation.json'), 'lite');
  const verdict = judge(evidence, { now: NEAR_NOW });
  expect(statesOf(verdict)).toEqual(
    states({ ...QUOTE, ...LOG, 'compose.config-id': statesOf(verdict)['compose.config-id'] }),
  );
  expect(summaryOf(verdict, 'eventlog.replay')).toBe('12 events lead to RTMR3');
  const hash = 'e6f5cfec20c02e7b97baa213d0f718020b55e040172d90ccbcb946d56c8b09db';
  expect(verdict.checks.find(({ id }) => id === 'os.image')).toMatchObject({
    state: 'not-checked',
    details: [`the image came with a measurement that fits; its hash is ${hash}`],
  });
  expect(summaryOf(verdict, 'os.acpi')).toBe("RTMR0 is the image's firmware with ACPI tables that nobody vouches for");
  // Edited after the capture: the event's hash is another.
  expect(verdict.findings.map(({ id }) => id)).toEqual(['os.image-hash']);
});
