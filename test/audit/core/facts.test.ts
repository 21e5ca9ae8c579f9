import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../src/audit/facts.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { dropEvent } from '../../mocks/deployment/edit-events.ts';
import { platformStatus } from '../../mocks/intel/tcb-changes.ts';
import {
  broken,
  changed,
  collateralPart,
  contextOf,
  deploy,
  good,
  goodInfo,
  hexOf,
  infoOf,
  NOW,
} from '../checks/support.ts';

const facts = (evidence: Evidence, expectations: Partial<Expectations> = {}) =>
  factsOf(contextOf(evidence, expectations));

const QUOTE = {
  mrtd: hexOf(good.body.mrTd),
  rtmr0: hexOf(good.body.rtmr0),
  rtmr1: hexOf(good.body.rtmr1),
  rtmr2: hexOf(good.body.rtmr2),
  rtmr3: hexOf(good.body.rtmr3),
  report_data: hexOf(good.reportData),
};
const PLATFORM = { fmspc: '00a05eed0000', ppid: hexOf(Buffer.from('SIMULATED-PPID-0')) };
const LOG = {
  app_id: good.appId,
  instance_id: good.instanceId,
  compose_hash: good.composeHash,
  os_image_hash: good.osImageHash,
  key_provider: 'kms',
  key_provider_id: good.keyProvider.id,
  mr_kms: Buffer.alloc(32, 'SIMULATED mr-kms ').toString('hex'),
  storage_fs: 'zfs',
};
/** Of the app-compose. */
const APP = {
  app_name: 'SIMULATED workload',
  launcher_image: 'registry.example/trusted-workload-launcher',
  launcher_digest: `sha256:${'51'.repeat(32)}`,
  repository: 'https://github.com/example/workload.git',
  commit: '3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
};
const IMAGE = { os_image_name: 'dstack-0.5.8-SIMULATED' };
const COLLATERAL = { tcb_status: 'UpToDate', collateral_until: '2026-10-20T14:13:20Z' };

test('all that the evidence shows, under the names of dstack', () => {
  expect(facts(goodInfo)).toEqual({ ...QUOTE, ...PLATFORM, ...LOG, ...APP, ...IMAGE, ...COLLATERAL });
});

test('nothing of nothing', () => {
  expect(facts({ target: 'x', kind: 'quote-answer', statements: {} })).toEqual({});
});

describe('a part that is not there, or cannot be read, leaves its facts out and no other', () => {
  test.each<['quote' | 'collateral' | 'eventLog' | 'appCompose' | 'vmConfig', object]>([
    ['quote', { ...LOG, ...APP, ...IMAGE }],
    ['collateral', { ...QUOTE, ...PLATFORM, ...LOG, ...APP, ...IMAGE }],
    ['eventLog', { ...QUOTE, ...PLATFORM, ...APP, ...IMAGE, ...COLLATERAL }],
    ['appCompose', { ...QUOTE, ...PLATFORM, ...LOG, ...IMAGE, ...COLLATERAL }],
    ['vmConfig', { ...QUOTE, ...PLATFORM, ...LOG, ...APP, ...COLLATERAL }],
  ])('%s', (part, rest) => {
    expect(facts(changed({ [part]: undefined }))).toEqual(rest);
    if (part === 'quote') {
      // Collateral tells its own end without a quote that can be read.
      expect(facts(changed({ quote: broken() }))).toEqual({ ...rest, collateral_until: COLLATERAL.collateral_until });
    } else {
      expect(facts(changed({ [part]: broken() }))).toEqual(rest);
    }
  });
});

test('a quote that nobody signed shows its registers and no platform', () => {
  const value = good.quoteFor(good.reportData, { signature: new Uint8Array(64).fill(1) });
  const shown = facts(changed({ quote: { origin: 'a quote', value } }));
  expect(shown).toMatchObject(QUOTE);
  for (const name of ['fmspc', 'ppid', 'tcb_status']) expect(shown).not.toHaveProperty(name);
});

test('collateral that ended has neither status nor end', () => {
  const now = { value: NOW + 60 * 24 * 3600, source: '--at' };
  const shown = facts(goodInfo, { now });
  expect(shown).toMatchObject(PLATFORM);
  expect(shown).not.toHaveProperty('tcb_status');
  expect(shown).not.toHaveProperty('collateral_until');
});

test('the status is what Intel calls the platform', () => {
  const collateral = collateralPart({ tcbInfo: { change: platformStatus('OutOfDate') } });
  expect(facts(changed({ collateral })).tcb_status).toBe('OutOfDate');
});

test('what a machine has not is not there, or empty as it was measured', () => {
  const shown = facts(infoOf(deploy({ keyProvider: 'none', instanceId: '' })));
  expect(shown).toMatchObject({ key_provider: 'none', key_provider_id: '', instance_id: '' });
  expect(shown).not.toHaveProperty('os_image_hash');
  expect(facts(infoOf(deploy({ osImage: { vmConfig: { image: '' } } })))).not.toHaveProperty('os_image_name');
});

test('a log out of order shows nothing', () => {
  const shown = facts(infoOf(deploy({ editEvents: dropEvent('app-id') })));
  for (const name of Object.keys(LOG)) expect(shown).not.toHaveProperty(name);
});
