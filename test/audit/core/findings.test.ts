import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../../src/audit/findings.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { Finding } from '../../../src/audit/result.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { STATEMENT_NAMES, type StatementName } from '../../../src/evidence/statements.ts';
import { dropEvent } from '../../mocks/deployment/edit-events.ts';
import { mrAggregated } from '../../mocks/deployment/info.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { platformStatus, qeStatus } from '../../mocks/intel/tcb-changes.ts';
import {
  accepted,
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
  policy,
} from '../checks/support.ts';

const found = (evidence: Evidence, expectations: Partial<Expectations> = {}): Finding[] =>
  findingsOf(contextOf(evidence, expectations));
const of = (options: DeploymentOptions): Finding[] => found(infoOf(deploy(options)));

const stating = (name: StatementName, value: string): Evidence =>
  changed({ statements: { [name]: { origin: `answer, ${name}`, value } } });

test('an answer that says what is so is no finding', () => {
  expect(found(goodInfo)).toEqual([]);
  expect(found({ target: 'x', kind: 'quote-answer', statements: {} })).toEqual([]);
});

describe('a statement that quote or log contradict', () => {
  const { body } = good;
  const MEASURED: readonly [StatementName, string, string][] = [
    ['mrtd', 'the quote', hexOf(body.mrTd)],
    ['rtmr0', 'the quote', hexOf(body.rtmr0)],
    ['rtmr1', 'the quote', hexOf(body.rtmr1)],
    ['rtmr2', 'the quote', hexOf(body.rtmr2)],
    ['rtmr3', 'the quote', hexOf(body.rtmr3)],
    ['report_data', 'the quote', hexOf(good.reportData)],
    ['mr_aggregated', 'the quote', mrAggregated(body)],
    ['app_id', 'the event log', good.appId],
    ['instance_id', 'the event log', good.instanceId],
    ['compose_hash', 'the event log', good.composeHash],
    ['os_image_hash', 'the event log', good.osImageHash],
  ];

  test.each(MEASURED)('%s', (name, where, value) => {
    expect(found(stating(name, 'ab'))).toEqual([
      { id: 'statement.contradicted', text: `answer, ${name} says ${name} is ab; ${where} has ${value}` },
    ]);
    for (const same of [value, value.toUpperCase(), '']) expect(found(stating(name, same))).toEqual([]);
    // One character less is no equality.
    expect(found(stating(name, value.slice(1)))).toHaveLength(1);
  });

  test.each(STATEMENT_NAMES.filter((name) => !MEASURED.some(([one]) => one === name)))(
    '%s is repeated by neither',
    (name) => {
      expect(found(stating(name, 'ab'))).toEqual([]);
    },
  );

  test.each(MEASURED)('%s, where what it is held against is not there', (name, where) => {
    const part = where === 'the quote' ? 'quote' : 'eventLog';
    for (const gone of [undefined, broken()]) {
      expect(found(changed({ [part]: gone }, stating(name, 'ab')))).toEqual([]);
    }
  });

  test('an instance that has no id', () => {
    const statements = { instance_id: { origin: 'answer', value: 'ab' } };
    expect(found(changed({ statements }, infoOf(deploy({ instanceId: '' }))))).toEqual([
      { id: 'statement.contradicted', text: 'answer says instance_id is ab; the event log has none' },
    ]);
  });

  test('an image that the log does not name contradicts nothing', () => {
    const statements = { os_image_hash: { origin: 'answer', value: 'ab' } };
    expect(found(changed({ statements }, infoOf(deploy({ keyProvider: 'none' }))))).toEqual([]);
  });

  test('several, in the order of the names', () => {
    const statements = {
      rtmr3: { origin: 'a', value: '1' },
      app_id: { origin: 'a', value: '2' },
      mrtd: { origin: 'a', value: '3' },
    };
    expect(found(changed({ statements })).map(({ text }) => text.slice(0, 12))).toEqual([
      'a says app_i',
      'a says mrtd ',
      'a says rtmr3',
    ]);
  });

  test('one that an answer gives twice and differently is told as such', () => {
    expect(of({ tcbInfo: { compose_hash: 'ab' } })).toEqual([
      { id: 'statement.unreadable', text: expect.stringContaining('say different things') },
    ]);
    expect(found(changed({ statements: { device_id: broken() } }))).toEqual([
      { id: 'statement.unreadable', text: 'a broken part is no hex' },
    ]);
  });
});

describe('the hash of the image', () => {
  const other = 'cd'.repeat(32);
  const options = { osImage: { vmConfig: { os_image_hash: other } } };

  test('as the KMS told it, against what the host says', () => {
    const deployment = deploy(options);
    expect(found(infoOf(deployment))).toEqual([
      {
        id: 'os.image-hash',
        text: `the os-image-hash event has ${deployment.osImageHash}, as the KMS told it; vm_config says ${other}`,
      },
    ]);
  });

  test.each<[string, Evidence]>([
    ['no event of it', infoOf(deploy({ ...options, keyProvider: 'none' }))],
    ['no log', changed({ eventLog: undefined }, infoOf(deploy(options)))],
    ['a log that cannot be read', changed({ eventLog: broken() }, infoOf(deploy(options)))],
    ['no vm_config', changed({ vmConfig: undefined }, infoOf(deploy(options)))],
    ['a vm_config that cannot be read', changed({ vmConfig: broken() }, infoOf(deploy(options)))],
    ['a vm_config without it', infoOf(deploy({ osImage: { vmConfig: { os_image_hash: '' } } }))],
  ])('with %s there are not two to compare', (_, evidence) => {
    expect(found(evidence)).toEqual([]);
  });
});

describe('events of applications', () => {
  test('are claims, each in its place', () => {
    const userEvents = [
      { event: 'mine', payload: 'x' },
      { event: 'app-id', payload: Buffer.alloc(20, 1) },
    ];
    expect(of({ userEvents })).toEqual([
      {
        id: 'eventlog.application-event',
        text: "event 31 'mine' is a claim of whatever held the agent's socket after system-ready",
      },
      {
        id: 'eventlog.system-name',
        text: expect.stringMatching(
          /has the name of a system event and comes after system-ready: an application wrote it$/,
        ),
      },
    ]);
  });

  test('of a log that cannot be read are none', () => {
    const userEvents = [{ event: 'mine', payload: 'x' }];
    expect(of({ userEvents, editEvents: dropEvent('app-id') })).toEqual([]);
    expect(found(changed({ eventLog: broken() }))).toEqual([]);
  });
});

describe('advisories', () => {
  const collateral = collateralPart({
    tcbInfo: { change: platformStatus('UpToDate', ['INTEL-SA-2']) },
    qeIdentity: { change: qeStatus('UpToDate', ['INTEL-SA-1']) },
  });

  test('of whatever status', () => {
    expect(found(changed({ collateral }))).toEqual([
      { id: 'tcb.advisory', text: "Intel's advisory INTEL-SA-1 applies to this platform" },
      { id: 'tcb.advisory', text: "Intel's advisory INTEL-SA-2 applies to this platform" },
    ]);
  });

  test('are unknown where the platform cannot be judged', () => {
    for (const part of ['quote', 'collateral'] as const) {
      for (const gone of [undefined, broken()]) expect(found(changed({ collateral, [part]: gone }))).toEqual([]);
    }
  });
});

describe('a policy may accept a finding', () => {
  const evidence = infoOf(deploy({ userEvents: [{ event: 'mine', payload: 'x' }] }));
  const id = 'eventlog.application-event';
  const judged = (...findings: ReturnType<typeof accepted<string>>[]) => found(evidence, policy({ findings }));

  test('which stays a finding, with why and by whom', () => {
    expect(judged(accepted('statement.contradicted'), accepted(id))).toEqual([
      { id, text: expect.any(String), accepted: { reason: 'a test', source: 'org.toml line 3' } },
    ]);
  });

  test('until the end of the exception, and not from then on', () => {
    expect(judged(accepted(id, NOW + 1))[0]?.accepted).toBeDefined();
    expect(judged(accepted(id, NOW))).toEqual([{ id, text: expect.any(String) }]);
    expect(judged(accepted(id, NOW - 1))[0]).not.toHaveProperty('accepted');
  });

  test('by its id alone', () => {
    expect(judged(accepted('eventlog'), accepted(''), accepted(`${id}s`))[0]).not.toHaveProperty('accepted');
    expect(judged()[0]).not.toHaveProperty('accepted');
  });
});
