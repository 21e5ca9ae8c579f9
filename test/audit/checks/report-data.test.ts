import { describe, expect, test } from 'vitest';
import { certReportData } from '../../../src/audit/checks/cert-report-data.ts';
import { freshness } from '../../../src/audit/checks/freshness.ts';
import { changeEvent, dropEvent } from '../../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../../mocks/deployment/event.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { DEFAULT_NEAR_KEYS, nearReportData } from '../../mocks/deployment/public-data.ts';
import { BROKEN, broken, changed, deploy, good, goodInfo, hexOf, infoOf, NOW, ORIGIN, run } from './support.ts';

const check = (options: DeploymentOptions) => run(certReportData, infoOf(deploy(options)));
const origins = [ORIGIN.quote, ORIGIN.certificates];
const otherApp = changeEvent('app-id', runtimeEvent('app-id', Buffer.alloc(20, 9)));

const PASSED = {
  state: 'passed',
  exit: 0,
  summary: "the quote was made for the key of the agent's certificate",
  expected: hexOf(good.reportData),
  found: hexOf(good.reportData),
  source: "the key of the agent's certificate",
  origins,
  details: ['the agent throws this key away: no connection is bound to it, and it proves nothing about today'],
};

describe("an agent's certificate", () => {
  test('has the key that the report data is of', () => {
    expect(run(certReportData)).toEqual(PASSED);
  });

  test('of a KMS, or of an app that signs for itself', () => {
    for (const keyProvider of ['kms', 'local-sgx', 'tpm', 'none'] as const) {
      expect(check({ keyProvider })).toEqual(PASSED);
    }
  });

  test('of another key is a failure', () => {
    expect(check({ reportData: Buffer.alloc(64, 1) })).toEqual({
      ...PASSED,
      state: 'failed',
      exit: 10,
      summary: "the quote was not made for the key of the agent's certificate",
      found: '01'.repeat(64),
    });
  });

  test('for another app than the measured one is a failure', () => {
    const deployment = deploy({ editEvents: otherApp });
    expect(run(certReportData, infoOf(deployment))).toEqual({
      state: 'failed',
      exit: 10,
      summary: `the chain is for app ${deployment.appId}, and ${'09'.repeat(20)} was measured`,
      source: 'the event log',
      origins: [ORIGIN.certificates, ORIGIN.eventLog],
    });
  });

  test('of another KMS than the measured one is a failure', () => {
    expect(check({ keyProviderId: 'ab'.repeat(91) })).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the chain ends at another key than that of the measured KMS',
      source: 'the event log',
      origins: [ORIGIN.certificates, ORIGIN.eventLog],
    });
  });

  test('without a log there is nothing measured that it could contradict', () => {
    for (const options of [{ editEvents: otherApp }, { keyProviderId: 'ab'.repeat(91) }]) {
      expect(run(certReportData, changed({ eventLog: undefined }, infoOf(deploy(options))))).toMatchObject({
        state: 'passed',
      });
    }
  });

  test('with a log that cannot be read it is a failure', () => {
    expect(check({ editEvents: dropEvent('system-ready') })).toMatchObject({ state: 'failed', exit: 20 });
    expect(run(certReportData, changed({ eventLog: broken() }))).toEqual(BROKEN);
  });

  test('that names no app contradicts none', () => {
    const options: DeploymentOptions = {
      keyProvider: 'none',
      certificates: { root: { extensions: [] }, editLeafExtensions: ([, ...rest]) => rest },
    };
    expect(check({ ...options, editEvents: otherApp })).toEqual(PASSED);
  });

  test.each(['quote', 'quote-gzip', 'attestation'] as const)('that carries another quote is a failure: %s', (form) => {
    const deployment = deploy({ certificates: { form } });
    const value = deployment.quoteFor(deployment.reportData, { trailing: Buffer.alloc(8) });
    const evidence = infoOf(deployment);
    expect(run(certReportData, evidence)).toMatchObject({ state: 'passed' });
    expect(run(certReportData, changed({ quote: { origin: 'a quote', value } }, evidence))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the certificate carries another quote than the evidence',
      origins: ['a quote', ORIGIN.certificates],
    });
  });

  test('that carries no quote is held by its key alone', () => {
    const deployment = deploy({ certificates: { form: 'none' } });
    const quote = { origin: 'a quote', value: deployment.quote };
    expect(run(certReportData, changed({ quote }, infoOf(deployment)))).toEqual({
      ...PASSED,
      origins: ['a quote', ORIGIN.certificates],
    });
  });

  test('has to be a chain that holds, at the time judged for', () => {
    const end = NOW + 10 * 365 * 24 * 3600;
    const at = (value: number) => run(certReportData, goodInfo, { now: { value, source: '--at' } });
    expect(at(end)).toMatchObject({ state: 'passed' });
    expect(at(end + 1)).toMatchObject({ state: 'failed', exit: 12 });
    const { certificates } = goodInfo;
    if (certificates === undefined || 'error' in certificates) throw new Error('the mock has certificates');
    const [leaf] = certificates.value;
    const alone = changed({ certificates: { origin: 'a chain', value: [leaf!] } });
    expect(run(certReportData, alone)).toMatchObject({ state: 'failed', exit: 20 });
    expect(run(certReportData, changed({ certificates: broken() }))).toEqual(BROKEN);
  });
});

describe("a NEAR node's keys", () => {
  const nearKeys = { origin: 'public_data', value: DEFAULT_NEAR_KEYS };
  const reportData = nearReportData(DEFAULT_NEAR_KEYS);
  const node = { quote: { origin: 'a quote', value: good.quoteFor(reportData) }, certificates: undefined };

  test('are what the report data is of', () => {
    expect(run(certReportData, changed({ ...node, nearKeys }))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the quote was made for the P2P key and the account key of the node',
      expected: hexOf(reportData),
      found: hexOf(reportData),
      source: 'the P2P key and the account key of the node',
      origins: ['a quote', 'public_data'],
      details: [],
    });
  });

  test.each([
    ['exchanged', { p2p: DEFAULT_NEAR_KEYS.account, account: DEFAULT_NEAR_KEYS.p2p }],
    ['of another node', { ...DEFAULT_NEAR_KEYS, p2p: Buffer.alloc(32, 1) }],
    ['of another account', { ...DEFAULT_NEAR_KEYS, account: Buffer.alloc(32, 1) }],
  ])('that are %s are a failure', (_, value) => {
    expect(run(certReportData, changed({ ...node, nearKeys: { origin: 'public_data', value } }))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the quote was not made for the P2P key and the account key of the node',
      expected: hexOf(nearReportData(value)),
      found: hexOf(reportData),
    });
  });

  test('that cannot be read are a failure, and no certificate stands in for them', () => {
    expect(run(certReportData, changed({ nearKeys: broken() }))).toEqual(BROKEN);
    expect(run(certReportData, changed({ nearKeys }))).toMatchObject({ state: 'failed' });
  });
});

test('neither certificate nor keys is nothing to check', () => {
  expect(run(certReportData, changed({ certificates: undefined }))).toEqual({
    state: 'not-checked',
    exit: 13,
    summary: 'there is no certificate and no key that the report data could be of',
    found: hexOf(good.reportData),
    origins: [ORIGIN.quote],
  });
});

test('freshness is not shown by a quote that answers nobody', () => {
  expect(run(freshness)).toEqual({
    state: 'not-checked',
    exit: 12,
    summary: 'the quote answers no number of ours: it shows that this machine ran, not that it still does',
    origins: [ORIGIN.quote],
  });
});
