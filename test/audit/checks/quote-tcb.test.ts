import { describe, expect, test } from 'vitest';
import { quoteTcb } from '../../../src/audit/checks/quote-tcb.ts';
import type { Policy } from '../../../src/audit/policy/policy.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { TCB_STATUSES } from '../../../src/tdx/tcb-status.ts';
import { moduleStatus, platformStatus, qeStatus } from '../../mocks/intel/tcb-changes.ts';
import type { TcbInfo } from '../../mocks/intel/tcb-info.ts';
import { accepted, BROKEN, broken, changed, collateralPart, intel, NOW, ORIGIN, policy, run } from './support.ts';

const LEVELS = 'platform UpToDate (level of 2025-08-13T00:00:00Z), quoting enclave UpToDate, TDX module UpToDate';
const WINDOW = 'collateral in force from 2026-09-20T14:13:20Z to 2026-10-20T14:13:20Z (tcb_info ends first)';
const LATER = '2026-09-21T14:13:21Z';

const HINT =
  'have the host update its firmware, or accept the status and each advisory in a policy, with a reason and an end';

const platform = (status: string, ...advisories: string[]): Evidence =>
  changed({ collateral: collateralPart({ tcbInfo: { change: platformStatus(status, advisories) } }) });

const judged = (evidence: Evidence, changes: Partial<Policy> = {}) => run(quoteTcb, evidence, policy(changes));

const levels = (status: string): string => LEVELS.replace('platform UpToDate', `platform ${status}`);

describe('UpToDate', () => {
  test('needs nobody to accept it', () => {
    expect(run(quoteTcb)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'Intel calls the platform UpToDate',
      expected: 'UpToDate, or a status that the policy accepts',
      found: 'UpToDate',
      source: 'built in',
      origins: [ORIGIN.quote, ORIGIN.collateral],
      details: [LEVELS, WINDOW],
    });
  });

  test('its advisories are shown and need nobody either', () => {
    expect(run(quoteTcb, platform('UpToDate', 'INTEL-SA-2', 'INTEL-SA-1'))).toMatchObject({
      state: 'passed',
      summary: 'Intel calls the platform UpToDate',
      found: 'UpToDate INTEL-SA-1 INTEL-SA-2',
      source: 'built in',
      details: ['advisory INTEL-SA-1 applies', 'advisory INTEL-SA-2 applies', LEVELS, WINDOW],
    });
  });
});

describe('any other status', () => {
  const others = TCB_STATUSES.filter((status) => status !== 'UpToDate' && status !== 'Revoked');

  test.each(others)('%s fails where no policy accepts it', (status) => {
    expect(judged(platform(status))).toEqual({
      state: 'failed',
      exit: 10,
      summary: `Intel calls the platform ${status}`,
      expected: 'UpToDate, or a status that the policy accepts',
      found: status,
      source: 'built in',
      origins: [ORIGIN.quote, ORIGIN.collateral],
      details: [`status ${status} is not accepted by any policy`, levels(status), WINDOW],
      hint: HINT,
    });
  });

  test.each(others)('%s passes where a policy accepts it', (status) => {
    expect(judged(platform(status), { tcbStatuses: [accepted(status)] })).toEqual({
      state: 'passed',
      exit: 0,
      summary: `Intel calls the platform ${status}`,
      expected: 'UpToDate, or a status that the policy accepts',
      found: status,
      source: 'built in, org.toml line 3',
      origins: [ORIGIN.quote, ORIGIN.collateral],
      details: [`status ${status} is accepted by org.toml line 3 until ${LATER}: a test`, levels(status), WINDOW],
    });
  });

  test('an exception ends at its end, and not a second before', () => {
    const until = (end: number) =>
      judged(platform('OutOfDate'), { tcbStatuses: [accepted('OutOfDate' as const, end)] });
    expect(until(NOW + 1).state).toBe('passed');
    expect(until(NOW)).toMatchObject({
      state: 'failed',
      exit: 10,
      source: 'built in, org.toml line 3',
      details: [
        'status OutOfDate: org.toml line 3 accepted it until 2026-09-21T14:13:20Z',
        levels('OutOfDate'),
        WINDOW,
      ],
      hint: HINT,
    });
    expect(until(NOW - 1).state).toBe('failed');
    expect(until(Number.NaN).state).toBe('failed');
  });

  test('an exception for another status is none for this one', () => {
    expect(judged(platform('OutOfDate'), { tcbStatuses: [accepted('SWHardeningNeeded')] }).state).toBe('failed');
  });
});

describe('Revoked', () => {
  test('is never accepted, whatever a policy says', () => {
    expect(
      judged(platform('Revoked', 'INTEL-SA-1'), {
        tcbStatuses: [accepted('Revoked')],
        advisories: [accepted('INTEL-SA-1')],
      }),
    ).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'Intel calls the platform Revoked',
      expected: 'UpToDate, or a status that the policy accepts',
      found: 'Revoked INTEL-SA-1',
      source: 'built in',
      origins: [ORIGIN.quote, ORIGIN.collateral],
      details: ['Intel revoked this TCB level', levels('Revoked'), WINDOW],
      hint: 'have the host update its firmware: no policy can accept a revoked level',
    });
  });
});

describe('advisories of a status that has to be accepted', () => {
  const evidence = platform('OutOfDate', 'INTEL-SA-1', 'INTEL-SA-2');
  const tcbStatuses = [accepted('OutOfDate' as const)];

  test('each has to be accepted, too', () => {
    const outcome = judged(evidence, {
      tcbStatuses,
      advisories: [
        accepted('INTEL-SA-2', NOW + 1, 'repo.toml line 9'),
        accepted('INTEL-SA-1', NOW + 1, 'repo.toml line 8'),
      ],
    });
    expect(outcome).toMatchObject({
      state: 'passed',
      source: 'built in, org.toml line 3, repo.toml line 8, repo.toml line 9',
      details: [
        `status OutOfDate is accepted by org.toml line 3 until ${LATER}: a test`,
        `advisory INTEL-SA-1 is accepted by repo.toml line 8 until ${LATER}: a test`,
        `advisory INTEL-SA-2 is accepted by repo.toml line 9 until ${LATER}: a test`,
        levels('OutOfDate'),
        WINDOW,
      ],
    });
    const one = judged(evidence, { tcbStatuses, advisories: ['INTEL-SA-1', 'INTEL-SA-2'].map((id) => accepted(id)) });
    expect(one.source).toBe('built in, org.toml line 3');
  });

  test('one that is not refuses, and the others are still told', () => {
    expect(judged(evidence, { tcbStatuses, advisories: [accepted('INTEL-SA-1')] })).toMatchObject({
      state: 'failed',
      exit: 10,
      found: 'OutOfDate INTEL-SA-1 INTEL-SA-2',
      details: [
        'advisory INTEL-SA-2 is not accepted by any policy',
        `status OutOfDate is accepted by org.toml line 3 until ${LATER}: a test`,
        `advisory INTEL-SA-1 is accepted by org.toml line 3 until ${LATER}: a test`,
        levels('OutOfDate'),
        WINDOW,
      ],
    });
  });

  test('one whose time is over refuses', () => {
    const advisories = [accepted('INTEL-SA-1'), accepted('INTEL-SA-2', NOW)];
    const outcome = judged(evidence, { tcbStatuses, advisories });
    expect(outcome.state).toBe('failed');
    expect(outcome.details?.[0]).toBe('advisory INTEL-SA-2: org.toml line 3 accepted it until 2026-09-21T14:13:20Z');
  });

  test('they do not stand for the status', () => {
    const advisories = [accepted('INTEL-SA-1'), accepted('INTEL-SA-2')];
    expect(judged(evidence, { advisories }).state).toBe('failed');
  });
});

describe('what is said beside', () => {
  test('quoting enclave and TDX module have levels of their own', () => {
    const qe = changed({ collateral: collateralPart({ qeIdentity: { change: qeStatus('OutOfDate') } }) });
    expect(run(quoteTcb, qe).details?.[1]).toBe(
      LEVELS.replace('quoting enclave UpToDate', 'quoting enclave OutOfDate'),
    );
    const module = changed({ collateral: collateralPart({ tcbInfo: { change: moduleStatus('OutOfDate') } }) });
    expect(run(quoteTcb, module).details?.[1]).toBe(LEVELS.replace('module UpToDate', 'module OutOfDate'));
  });

  test('a module from before there were versions has none', () => {
    const teeTcbSvn = Buffer.alloc(16);
    teeTcbSvn.set([5, 0, 4]);
    const evidence = changed({ quote: { origin: 'a quote', value: intel.quote({ body: { teeTcbSvn } }) } });
    expect(run(quoteTcb, evidence)).toMatchObject({
      state: 'passed',
      details: [LEVELS.replace('module UpToDate', 'module of no level of its own'), WINDOW],
    });
  });

  test('every SVN that is short of the newest level', () => {
    const raised = (info: TcbInfo): object => {
      const [newest, ...rest] = info.tcbLevels;
      const { sgxtcbcomponents, pcesvn, tdxtcbcomponents } = newest!.tcb;
      const tcb = {
        sgxtcbcomponents: sgxtcbcomponents.map((one, index) => (index === 3 ? { svn: 9, type: 'microcode' } : one)),
        pcesvn: pcesvn + 1,
        tdxtcbcomponents: tdxtcbcomponents.map((one, index) => (index === 2 ? { svn: 8 } : one)),
      };
      const level = { tcb, tcbDate: '2026-01-01T00:00:00Z', tcbStatus: 'UpToDate' };
      const modules = info.tdxModuleIdentities.map((module) => ({
        ...module,
        tcbLevels: [{ ...module.tcbLevels[0]!, tcb: { isvsvn: 12 } }, ...module.tcbLevels],
      }));
      return { ...info, tdxModuleIdentities: modules, tcbLevels: [level, newest!, ...rest] };
    };
    const evidence = changed({
      collateral: collateralPart({
        tcbInfo: { change: raised },
        qeIdentity: {
          change: (identity) => ({
            ...identity,
            tcbLevels: [{ ...identity.tcbLevels[0]!, tcb: { isvsvn: 7 } }, ...identity.tcbLevels],
          }),
        },
      }),
    });
    expect(run(quoteTcb, evidence).details).toEqual([
      'CPUSVN component 3 (microcode) is 2, the newest level has 9',
      'PCESVN is 11, the newest level has 12',
      'TEE_TCB_SVN component 2 is 4, the newest level has 8',
      'TDX module (TDX_01) is 11, the newest level has 12',
      'quoting enclave (TD_QE) is 6, the newest level has 7',
      LEVELS,
      WINDOW,
    ]);
  });
});

describe('collateral', () => {
  test('none is nothing to judge by', () => {
    expect(run(quoteTcb, changed({ collateral: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'there is no collateral: revocation and the age of the firmware are unknown',
      hint: 'give --collateral with a file or the address of a PCCS, or leave --offline out',
    });
  });

  test('what ended is stale, and what cannot be read a failure', () => {
    const end = Date.parse('2026-10-20T14:13:20Z') / 1000;
    const at = (value: number) => run(quoteTcb, undefined, { now: { value, source: '--at' } });
    expect(at(end - 1).state).toBe('passed');
    expect(at(end)).toMatchObject({
      state: 'failed',
      exit: 12,
      summary: 'tcb_info of the collateral expired at 2026-10-20T14:13:20Z',
      hint: 'fetch fresh collateral, or check for the time at which the evidence was made',
    });
    expect(run(quoteTcb, changed({ collateral: broken() }))).toEqual(BROKEN);
  });

  test('a revoked certificate of the platform is a failure', () => {
    const pckCrl = { revoked: [{ serial: intel.pck.spec.serial }] };
    const evidence = changed({ collateral: collateralPart({ pckCrl }) });
    expect(run(quoteTcb, evidence)).toMatchObject({ state: 'failed', exit: 10 });
  });
});
