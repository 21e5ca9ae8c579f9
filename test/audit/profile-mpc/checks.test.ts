import { describe, expect, test } from 'vitest';
import { mpcAppCompose } from '../../../src/audit/profile-mpc/app-compose.ts';
import { mpcComposeHash } from '../../../src/audit/profile-mpc/compose-hash.ts';
import { mpcEvents } from '../../../src/audit/profile-mpc/events.ts';
import { mpcReplay } from '../../../src/audit/profile-mpc/replay.ts';
import { mpcReportData } from '../../../src/audit/profile-mpc/report-data.ts';
import { mpcTcb } from '../../../src/audit/profile-mpc/tcb.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { changeEvent, dropEvent, insertAfter } from '../../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../../mocks/deployment/event.ts';
import { accepted, BROKEN, broken, changed, goodInfo, hexOf, intel, policy } from '../checks/support.ts';
import { check, evidenceOf, good, goodEvidence, imageEvent, node, type Tables } from './support.ts';

const WHERE = 'saved answer public_data.json, tee_participant_info.Dstack';
const without = (name: keyof AuditEvidence) => changed({ [name]: undefined }, goodEvidence);
const PUBLIC_DATA = "give the node's /public_data";

describe('mpc.tcb', () => {
  const withLevel = (tcbStatus: string) => {
    const change = (info: Tables) => ({
      ...info,
      tcbLevels: info.tcbLevels.map((level: Tables) => ({ ...level, tcbStatus })),
    });
    const value = intel.collateral({ tcbInfo: { change: change as never } });
    return changed({ collateral: { origin: 'a file', value } }, goodEvidence);
  };

  test('passes for UpToDate', () => {
    expect(check(mpcTcb)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'Intel calls the platform UpToDate',
      expected: 'UpToDate',
      found: 'UpToDate',
      source: 'built in: the rule of the contract',
      origins: [`${WHERE}.quote`, `${WHERE}.collateral`],
    });
  });

  test('fails for any other status, also one that the policy accepts', () => {
    const evidence = withLevel('SWHardeningNeeded');
    const accepting = policy({ tcbStatuses: [accepted('SWHardeningNeeded' as const)] });
    expect(check(mpcTcb, evidence, accepting)).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'Intel calls the platform SWHardeningNeeded',
      found: 'SWHardeningNeeded',
      hint: 'have the host update its firmware',
    });
  });

  test('is not made without collateral', () => {
    expect(check(mpcTcb, without('collateral'))).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'there is no collateral',
    });
  });
});

describe('mpc.report-data', () => {
  test('passes for version 1, SHA3-384 of both keys, and zeros', () => {
    const found = check(mpcReportData);
    expect(found).toMatchObject({
      state: 'passed',
      summary: 'the report data is that of the two keys',
      source: 'the two keys in the evidence',
      origins: [`${WHERE}.quote`, 'saved answer public_data.json, near_p2p_public_key and near_signer_public_key'],
      details: [`P2P key ${hexOf(good.nearKeys.p2p)}`, `account key ${hexOf(good.nearKeys.account)}`],
    });
    expect(found.found).toBe(found.expected);
    expect(found.expected).toMatch(/^0001[0-9a-f]{96}0{28}$/);
  });

  test('fails where the keys are exchanged', () => {
    const { p2p, account } = good.nearKeys;
    const nearKeys = { origin: 'other keys', value: { p2p: account, account: p2p } };
    expect(check(mpcReportData, changed({ nearKeys }, goodEvidence))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the report data is not that of the two keys',
    });
  });

  test('is not made where the evidence names no keys, and fails where they cannot be read', () => {
    expect(check(mpcReportData, without('nearKeys'))).toMatchObject({
      state: 'not-checked',
      summary: 'the evidence names no keys of a node',
      hint: PUBLIC_DATA,
    });
    expect(check(mpcReportData, changed({ nearKeys: broken() }, goodEvidence))).toMatchObject(BROKEN);
  });
});

describe('mpc.replay', () => {
  const edited = (edit: (events: Tables[]) => void) =>
    evidenceOf(good, ({ tcb_info }) => {
      edit(tcb_info.event_log);
    });
  const last = (events: Tables[]): Tables => events.at(-1) ?? {};

  test('passes where each event has its digest and all lead to RTMR3', () => {
    expect(check(mpcReplay)).toEqual({
      state: 'passed',
      exit: 0,
      summary: '9 events, each with its digest, lead to RTMR3',
      expected: hexOf(good.body.rtmr3),
      source: 'the signed quote',
      origins: [`${WHERE}.tcb_info.event_log`, `${WHERE}.quote`],
    });
  });

  test.each<[string, (events: Tables[]) => void, string]>([
    ['another type', (events) => Object.assign(last(events), { event_type: 1 }), 'is of type 1, not 134217729'],
    [
      'no digest',
      (events) => Object.assign(last(events), { digest: '' }),
      'has no digest: the contract takes none that was left out',
    ],
    [
      'another payload',
      (events) => Object.assign(last(events), { event_payload: '00' }),
      'has another digest than its name and payload give',
    ],
    [
      'another digest',
      (events) => Object.assign(last(events), { digest: '00'.repeat(48) }),
      'has another digest than its name and payload give',
    ],
    [
      'another name',
      (events) => Object.assign(last(events), { event: 'other' }),
      'has another digest than its name and payload give',
    ],
    ['one event less', (events) => void events.pop(), 'the events do not lead to RTMR3 of the quote'],
    [
      'one event more',
      (events) => void events.push({ ...last(events) }),
      'the events do not lead to RTMR3 of the quote',
    ],
  ])('fails with %s', (_, edit, summary) => {
    const found = check(mpcReplay, edited(edit));
    expect(found).toMatchObject({ state: 'failed', exit: 10, summary: expect.stringContaining(summary) });
  });

  test('tells of each event that is wrong', () => {
    const found = check(
      mpcReplay,
      edited((events) => {
        for (const event of events.slice(-2)) event.digest = '';
      }),
    );
    expect([found.summary, found.details]).toEqual([
      expect.stringContaining("'system-ready' has no digest"),
      [expect.stringContaining("'mpc-image-digest' has no digest")],
    ]);
  });

  test('events of the second version are none for the contract', () => {
    const found = check(mpcReplay, evidenceOf(node({ eventLogVersion: 2 })));
    expect(found).toMatchObject({ state: 'failed', summary: expect.stringContaining('has another digest') });
  });

  test('other registers are not replayed', () => {
    const evidence = edited((events) => {
      for (const event of events) if (event.imr !== 3) event.digest = '00'.repeat(48);
    });
    expect(check(mpcReplay, evidence).state).toBe('passed');
  });

  test('fails where the node states another RTMR3', () => {
    const evidence = evidenceOf(good, ({ tcb_info }) => {
      tcb_info.rtmr3 = '00'.repeat(48);
    });
    expect(check(mpcReplay, evidence)).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: "the node states another RTMR3 than the quote's",
      expected: hexOf(good.body.rtmr3),
      found: '00'.repeat(48),
    });
  });

  test('is not made without a log, or where RTMR3 is not stated', () => {
    expect(check(mpcReplay, without('eventLog'))).toMatchObject({
      state: 'not-checked',
      summary: 'the evidence has no event log',
    });
    expect(check(mpcReplay, changed({ statements: {} }, goodEvidence))).toMatchObject({
      state: 'not-checked',
      summary: 'the evidence states no RTMR3',
      hint: PUBLIC_DATA,
    });
    expect(check(mpcReplay, changed({ eventLog: broken() }, goodEvidence))).toMatchObject(BROKEN);
  });
});

describe('mpc.app-compose', () => {
  const withKeys = (keys: Tables) => check(mpcAppCompose, evidenceOf(node({ appComposeKeys: keys })));

  test('passes with what the contract demands and what it tolerates', () => {
    expect(check(mpcAppCompose)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'each key is as the contract demands',
      source: 'built in: the rules of the contract',
      origins: [`${WHERE}.tcb_info.app_compose`],
    });
    const keys = {
      secure_time: false,
      features: ['x'],
      public_tcbinfo: true,
      key_provider: 'local',
      storage_fs: 'zfs',
    };
    const more = { swap_size: 1, port_policy: {}, docker_config: {}, key_provider_id: '', tproxy_enabled: false };
    const none = { pre_launch_script: null, init_script: null, bash_script: null };
    expect(withKeys({ ...keys, ...more, ...none })).toMatchObject({ state: 'passed' });
  });

  test.each<[Tables, string]>([
    [{ manifest_version: 3 }, 'manifest_version is 3, not 2'],
    [{ manifest_version: '2' }, 'manifest_version is "2", not 2'],
    [{ runner: 'bash' }, 'runner is "bash", not "docker-compose"'],
    [{ kms_enabled: true }, 'kms_enabled is true, not false'],
    [{ kms_enabled: undefined }, 'kms_enabled is not there, not false'],
    [{ gateway_enabled: true }, 'gateway_enabled is true, not false'],
    [{ gateway_enabled: undefined }, 'gateway_enabled is not there, not false'],
    [{ gateway_enabled: null }, 'gateway_enabled is null, not false'],
    [{ public_logs: false }, 'public_logs is false, not true'],
    [{ public_sysinfo: undefined }, 'public_sysinfo is not there, not true'],
    [{ local_key_provider_enabled: false }, 'local_key_provider_enabled is false, not true'],
    [{ no_instance_id: undefined }, 'no_instance_id is not there, not true'],
    [{ tproxy_enabled: true }, 'tproxy_enabled is true'],
    [{ allowed_envs: ['A'] }, 'allowed_envs is ["A"], not []'],
    [{ allowed_envs: undefined }, 'allowed_envs is not there, not []'],
    [{ allowed_envs: '' }, 'allowed_envs is "", not []'],
    [{ pre_launch_script: '' }, 'pre_launch_script is there'],
    [{ init_script: 'x' }, 'init_script is there'],
    [{ bash_script: '' }, 'bash_script is there'],
    [{ snapshotter: 'x' }, 'snapshotter is a key that the contract does not know'],
    [{ ['k'.repeat(100)]: 1 }, `${'k'.repeat(60)} is a key that the contract does not know`],
    [{ runner: 'r'.repeat(100) }, `runner is "${'r'.repeat(59)}, not "docker-compose"`],
  ])('fails with %j', (keys, summary) => {
    expect(withKeys(keys)).toMatchObject({ state: 'failed', exit: 10, summary, details: [] });
  });

  test('tells of all that is wrong', () => {
    expect(withKeys({ other: 1, public_logs: false, bash_script: 'x' })).toMatchObject({
      summary: 'other is a key that the contract does not know',
      details: ['public_logs is false, not true', 'bash_script is there'],
    });
  });

  test('fails for what is no object', () => {
    expect(check(mpcAppCompose, evidenceOf(node({ appCompose: '[]' })))).toMatchObject({ state: 'failed', exit: 30 });
  });
});

describe('mpc.compose-hash', () => {
  test('passes where event, app-compose and statement agree', () => {
    expect(check(mpcComposeHash)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'event, app-compose and tcb_info have one compose hash',
      expected: good.composeHash,
      found: good.composeHash,
      source: 'the compose-hash event',
      origins: [`${WHERE}.tcb_info.event_log`, `${WHERE}.tcb_info.app_compose`],
    });
  });

  test.each([
    ['no event', dropEvent('compose-hash'), 'RTMR3 has no event compose-hash'],
    [
      'a second one, also after system-ready',
      insertAfter('system-ready', runtimeEvent('compose-hash', Buffer.from(good.composeHash, 'hex'))),
      "'compose-hash' is a second one",
    ],
    [
      'another hash',
      changeEvent('compose-hash', runtimeEvent('compose-hash', Buffer.alloc(32))),
      'the app-compose is another than the one that was measured',
    ],
  ])('fails with %s', (_, editEvents, summary) => {
    expect(check(mpcComposeHash, evidenceOf(node({ editEvents })))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: expect.stringContaining(summary),
    });
  });

  test('an event of another register is no event of this one', () => {
    const event = { ...runtimeEvent('compose-hash', 'x'), imr: 1 };
    expect(check(mpcComposeHash, evidenceOf(node({ editEvents: insertAfter('system-ready', event) }))).state).toBe(
      'passed',
    );
  });

  test('fails where the event spells its payload in upper case: the contract compares the texts', () => {
    const evidence = evidenceOf(good, ({ tcb_info }) => {
      const event = tcb_info.event_log.find((one: { event: string }) => one.event === 'compose-hash');
      event.event_payload = event.event_payload.toUpperCase();
    });
    expect(check(mpcComposeHash, evidence)).toEqual({
      state: 'failed',
      exit: 10,
      summary:
        'the compose-hash event spells its payload otherwise than in lower-case hex, and the contract compares it as it stands',
      expected: good.composeHash,
      found: good.composeHash.toUpperCase(),
      source: 'built in: the rule of the contract',
      origins: [expect.any(String), expect.any(String)],
    });
  });

  test('fails where the node states another hash, and is not made where it states none', () => {
    const evidence = evidenceOf(good, ({ tcb_info }) => {
      tcb_info.compose_hash = good.composeHash.toUpperCase();
    });
    expect(check(mpcComposeHash, evidence)).toMatchObject({
      state: 'failed',
      summary: 'the node states another compose hash than was measured',
      found: good.composeHash.toUpperCase(),
    });
    expect(check(mpcComposeHash, changed({ statements: {} }, goodEvidence))).toMatchObject({
      state: 'not-checked',
      summary: 'the evidence states no compose hash',
      hint: PUBLIC_DATA,
    });
  });

  test('is not made without an app-compose', () => {
    expect(check(mpcComposeHash, without('appCompose'))).toMatchObject({
      state: 'not-checked',
      summary: 'the evidence has no app-compose',
    });
  });
});

describe('mpc.events', () => {
  const OURS = { event: 'trusted-workload-launcher', payload: Buffer.alloc(32, 1) };
  const following = (...userEvents: NonNullable<Parameters<typeof node>[0]>['userEvents'] & object) =>
    check(mpcEvents, evidenceOf(node({ userEvents })));

  test.each([
    ['the image', [imageEvent()], 'after system-ready stands mpc-image-digest', 'mpc-image-digest'],
    [
      'the launcher, then the image',
      [OURS, imageEvent()],
      'after system-ready stands trusted-workload-launcher, then mpc-image-digest',
      'trusted-workload-launcher, mpc-image-digest',
    ],
  ])('passes for %s', (_, userEvents, summary, found) => {
    expect(following(...userEvents)).toEqual({
      state: 'passed',
      exit: 0,
      summary,
      expected: 'mpc-image-digest or trusted-workload-launcher, mpc-image-digest',
      found,
      source: 'built in',
      origins: [`${WHERE}.tcb_info.event_log`],
    });
  });

  test.each([
    ['nothing', [], '(no event)'],
    ['the launcher alone', [OURS], 'trusted-workload-launcher'],
    ['the image first', [imageEvent(), OURS], 'mpc-image-digest, trusted-workload-launcher'],
    ['the image twice', [imageEvent(), imageEvent()], 'mpc-image-digest, mpc-image-digest'],
    ['something in front', [{ event: 'x', payload: '' }, imageEvent()], 'x, mpc-image-digest'],
    ['something behind', [imageEvent(), { event: 'x', payload: '' }], 'mpc-image-digest, x'],
    [
      'a comma in a name',
      [{ event: 'trusted-workload-launcher,mpc-image-digest', payload: '' }],
      'trusted-workload-launcher,mpc-image-digest',
    ],
  ])('fails for %s', (_, userEvents, found) => {
    const outcome = following(...userEvents);
    expect(outcome).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'after system-ready stands something else than the launcher writes',
      found,
    });
    expect(outcome.details).toHaveLength(userEvents.length);
  });

  test('names the events by their place', () => {
    expect(following(imageEvent(), { event: 'x', payload: '' }).details).toEqual([
      expect.stringMatching(/^event \d+ 'mpc-image-digest'$/),
      expect.stringMatching(/^event \d+ 'x'$/),
    ]);
  });

  test('an answer of an agent has no event of a node', () => {
    expect(check(mpcEvents, goodInfo)).toMatchObject({ state: 'failed', found: '(no event)' });
  });
});
