import { describe, expect, test } from 'vitest';
import { runtimeReceipt } from '../../../src/audit/checks/runtime.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { verify } from '../../../src/audit/verify.ts';
import { type Claim, LAUNCHER_EVENT, receiptDigest } from '../../../src/evidence/receipt/statement.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { createIntel } from '../../mocks/intel/intel.ts';
import { DEFAULT_PIN } from '../../mocks/deployment/app-compose.ts';
import {
  broken,
  BROKEN,
  deploy,
  expecting,
  good,
  hexOf,
  infoOf,
  LAUNCHER,
  ORIGIN,
  policy,
  run,
  stated,
} from '../checks/support.ts';
import {
  following,
  asked,
  attestPart,
  booted,
  changed,
  CLAIM,
  eventOf,
  launched,
  PIN_TEXT,
  pinOf,
  receiptFile,
  type ReceiptOptions,
  sha256,
  withReceipt,
} from './support.ts';
import { canonicalPin } from '../../../src/pin/canonical.ts';

const DIGEST = hexOf(receiptDigest(CLAIM));
const AT = launched.events.length;
const OTHER: Claim = { ...CLAIM, dropped: ['LD_PRELOAD'] };
const origins = ['receipt.json', ORIGIN.eventLog, ORIGIN.quote, ORIGIN.appCompose];
const TOLD = [
  `trusted-workload-launcher 0.1.0 checked tree ${CLAIM.tree} of commit ${CLAIM.commit}`,
  'not held against the source, which was not had; the commit covers them: tree, entry.sha256, submodules',
  'it says that it started at 2026-09-21T14:00:00.000Z, which nothing proves',
];

const PASSED = {
  state: 'passed',
  exit: 0,
  summary: `event ${AT} '${LAUNCHER_EVENT}' in the evidence's log is the first after system-ready and the only one of its name, and of this receipt`,
  expected: `an event of the claim ${DIGEST}`,
  found: `event ${AT} '${LAUNCHER_EVENT}'`,
  source: 'the claim, which is that of the attested pin',
  origins,
  details: TOLD,
};

const judged = (evidence: AuditEvidence) => run(runtimeReceipt, evidence);
const receipt = (options: ReceiptOptions) => judged(withReceipt(launched, options));

describe('a receipt that the launcher left', () => {
  test('is bound by its event, and says what was not compared', () => {
    expect(judged(withReceipt())).toEqual(PASSED);
  });

  test('is bound although an application wrote events later', () => {
    const later = following([eventOf(), { event: 'mpc-image-digest', payload: Buffer.alloc(32) }]);
    expect(judged(withReceipt(later, { by: later }))).toEqual(PASSED);
    expect(judged(withReceipt(later))).toEqual(PASSED);
  });

  test('of a restart says so', () => {
    expect(receipt({ event: 'found' })).toEqual({
      ...PASSED,
      details: TOLD.toSpliced(2, 0, 'an earlier start of this boot wrote the event: the container was restarted since'),
    });
  });

  test('of a deployment without instance ids says so', () => {
    const by = following([eventOf()], { instanceId: '' });
    const says =
      'the deployment has no instance id (no_instance_id): the receipt may be of another machine that runs it';
    expect(judged(withReceipt(by, { by }))).toEqual({ ...PASSED, details: TOLD.toSpliced(2, 0, says) });
  });

  test('names the variables', () => {
    const pinText = `${PIN_TEXT}ALLOW_ENV=BASH_ENV PYTHONPATH\n`;
    const pin = sha256(canonicalPin(pinOf(pinText)));
    const claim = {
      ...CLAIM,
      pin: { grammar: 1, sha256: pin },
      config_sha256: sha256(pinText),
      dropped: ['LD_PRELOAD', 'PERL5LIB'],
      allowed: ['BASH_ENV'],
    };
    const by = following([eventOf(claim)], { pin: pinText });
    expect(judged(withReceipt(by, { by, claim }))).toMatchObject({
      state: 'passed',
      details: expect.arrayContaining([
        'kept from the workload: LD_PRELOAD, PERL5LIB',
        'let through to it by ALLOW_ENV: BASH_ENV',
      ]),
    });
    const more = { ...claim, allowed: ['BASH_ENV', 'LD_AUDIT'] };
    const wrong = following([eventOf(more)], { pin: pinText });
    expect(judged(withReceipt(wrong, { by: wrong, claim: more }))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the receipt is of another pin: allowed',
      expected: 'of ALLOW_ENV: BASH_ENV PYTHONPATH',
      found: 'LD_AUDIT',
      source: 'the pin in the measured app-compose',
      origins,
    });
  });
});

describe('a receipt that is not there', () => {
  test('is asked for, with the event where the log has it', () => {
    const hint = 'give --receipt with the file, or --attest with the address of twl-attest';
    const where = [ORIGIN.eventLog, ORIGIN.appCompose];
    expect(judged(infoOf(booted))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'there is no receipt of the launcher',
      origins: where,
      hint,
    });
    const late = following([{ event: 'x', payload: '' }, eventOf()]);
    expect(judged(infoOf(late))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: "the log has the launcher's event, and the receipt that it stands for is not there",
      found: `an event of the claim ${DIGEST}`,
      origins: where,
      hint,
    });
  });

  test('is not waited for where the pin has none made', () => {
    const off = deploy({ pin: `${DEFAULT_PIN}\nRECEIPT=off\n` });
    expect(judged(infoOf(off))).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'the pin says RECEIPT=off: its launcher leaves no receipt',
      hint: 'set RECEIPT=auto or RECEIPT=required in the pin',
    });
  });

  test.each<[string, Uint8Array, number, string]>([
    ['no JSON', Buffer.from('{'), 30, 'the receipt'],
    ['another schema', Buffer.from('{"schema":"trusted-workload-launcher/receipt/v2"}'), 20, 'v2'],
    ['a quote that is none', receiptFile({ reportData: new Uint8Array(64), eventLog: 'x' }), 30, 'the event log'],
  ])('or is %s is a failure', (_, value, exit, summary) => {
    expect(judged({ ...infoOf(launched), receipt: { origin: 'receipt.json', value } })).toMatchObject({
      state: 'failed',
      exit,
      summary: expect.stringContaining(summary),
    });
  });

  test('or could not be had is a failure', () => {
    expect(judged({ ...infoOf(launched), receipt: broken() })).toEqual(BROKEN);
  });
});

describe('a statement of another pin', () => {
  const other = '0a'.repeat(32);
  test.each<[string, Partial<Claim>, string, string]>([
    ['pin.sha256', { pin: { grammar: 1, sha256: other } }, CLAIM.pin.sha256, other],
    ['config_sha256', { config_sha256: other }, CLAIM.config_sha256, other],
    ['repository', { repository: 'https://example.org/b.git' }, CLAIM.repository, 'https://example.org/b.git'],
    ['commit', { commit: '0a'.repeat(20) }, CLAIM.commit, '0a'.repeat(20)],
    ['tree_sha256', { tree_sha256: other }, '(none)', other],
    ['entry.path', { entry: { path: 'b.sh', sha256: other } }, 'tee-launch.sh', 'b.sh'],
    ['entry.path', { entry: null }, 'tee-launch.sh', '(none)'],
    ['allowed', { allowed: ['LD_PRELOAD'] }, 'of ALLOW_ENV: (none)', 'LD_PRELOAD'],
  ])('is a failure, whatever covers it: %s', (what, change, expected, found) => {
    const claim = { ...CLAIM, ...change };
    const by = following([eventOf(claim)]);
    expect(judged(withReceipt(by, { claim, by }))).toEqual({
      state: 'failed',
      exit: 10,
      summary: `the receipt is of another pin: ${what}`,
      expected,
      found,
      source: 'the pin in the measured app-compose',
      origins,
    });
  });

  test('read by other rules is not judged', () => {
    const claim = { ...CLAIM, pin: { ...CLAIM.pin, grammar: 2 } };
    expect(receipt({ claim })).toEqual({
      state: 'not-checked',
      exit: 20,
      summary: "the receipt's pin was read by other rules than those of this program",
      expected: 'grammar 1',
      found: 'grammar 2',
      source: 'built in',
      hint: "use the version of this program that belongs to the deployment's launcher",
      origins,
    });
  });
});

describe('a quote in the receipt', () => {
  test('that is not there binds nothing', () => {
    expect(receipt({ by: undefined })).toEqual({
      state: 'not-bound',
      exit: 11,
      summary: 'self-stated: the receipt has no quote, since the agent gave none and RECEIPT=auto let that pass',
      hint: 'set RECEIPT=required in the pin',
      origins,
    });
  });

  test('of an agent that lies is a failure: other report data', () => {
    expect(receipt({ reportData: Buffer.alloc(64, 7) })).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: "the receipt's quote was not made for its statement",
      found: '07'.repeat(64),
      source: "the receipt's statement",
    });
  });

  test('that was made over another statement is a failure: times that were edited', () => {
    const edited = JSON.parse(Buffer.from(receiptFile()).toString());
    edited.statement = edited.statement.replace('14:00:00', '15:00:00');
    const value = Buffer.from(JSON.stringify(edited));
    expect(judged({ ...infoOf(launched), receipt: { origin: 'receipt.json', value } })).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: "the receipt's quote was not made for its statement",
    });
  });

  test.each<[string, ReceiptOptions, number, string]>([
    ['signed by nobody', { quote: { trailing: Buffer.from([1]) } }, 30, "the receipt's quote (quote.parse): "],
    [
      'of a debug TD',
      { quote: { body: { tdAttributes: Buffer.from('0100000000000000', 'hex') } } },
      10,
      "the receipt's quote (quote.debug): ",
    ],
    [
      'of another module',
      { quote: { body: { mrSignerSeam: Buffer.alloc(48, 1) } } },
      10,
      "the receipt's quote (quote.tcb): ",
    ],
    [
      'with a log that does not lead to it',
      { eventLog: booted.eventLog('get-quote') },
      10,
      "the receipt's quote (eventlog.replay): the event log does not lead to RTMR3",
    ],
  ])('%s is a failure', (_, options, exit, start) => {
    const outcome = receipt(options);
    expect(outcome).toMatchObject({ state: 'failed', exit, origins });
    expect(outcome.summary.startsWith(start), outcome.summary).toBe(true);
  });

  test('of another maker is a failure', () => {
    const by = following([eventOf()], { intel: createIntel({ name: 'Stranger' }) });
    const outcome = receipt({ by });
    expect(outcome).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcome.summary).toMatch(/^the receipt's quote \(quote\.signature\): /);
  });

  test('whose log puts events before system-ready is a failure', () => {
    const by = following([], { editEvents: (events) => events.filter(({ event }) => event !== 'boot-mr-done') });
    const outcome = receipt({ by });
    expect(outcome).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcome.summary).toMatch(/^the receipt's quote \(eventlog\.order\): /);
  });

  test('without collateral is not judged', () => {
    expect(judged(changed({ collateral: undefined }, withReceipt()))).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: expect.stringMatching(/^the receipt's quote \(quote\.tcb\): there is no collateral/),
    });
  });
});

/** Where the event stands in RTMR3, from 1. */
const KEY_PROVIDER =
  booted.events.filter(({ imr }) => imr === 3).findIndex(({ event }) => event === 'key-provider') + 1;

describe('a receipt of another deployment', () => {
  test.each<[string, DeploymentOptions]>([
    ['app id', { appId: '0a'.repeat(20) }],
    ['instance id', { instanceId: '0a'.repeat(20) }],
    ['compose hash', { appComposeKeys: { name: 'another' }, appId: launched.appId }],
    ['MRTD', { body: { mrTd: Buffer.alloc(48, 1) } }],
    ['RTMR0', { editEvents: (events) => events.toSpliced(0, 1, { ...events[0]!, digest: '01'.repeat(48) }) }],
    [
      'RTMR1',
      { editEvents: (events) => events.map((one) => (one.imr === 1 ? { ...one, digest: '01'.repeat(48) } : one)) },
    ],
    [
      'RTMR2',
      { editEvents: (events) => events.map((one) => (one.imr === 2 ? { ...one, digest: '01'.repeat(48) } : one)) },
    ],
    ['MRCONFIGID', { mrConfigId: 'zero' }],
  ])('is a failure: another %s', (what, options) => {
    const by = following([eventOf()], options);
    expect(receipt({ by })).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: `the receipt's quote is of another deployment: ${what}`,
      source: 'the evidence',
      origins,
    });
  });

  test('is a failure although only a system event tells', () => {
    const by = following([eventOf()], { keyProviderId: 'ab'.repeat(91) });
    const outcome = receipt({ by });
    expect(outcome).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcome.summary).toBe(`the receipt's quote is of another deployment: system event ${KEY_PROVIDER} of RTMR3`);
    expect(outcome.expected).toMatch(/^key-provider [0-9a-f]+$/);
    expect(outcome.found).toMatch(/^key-provider [0-9a-f]+$/);
    const line = following([eventOf()], {
      editEvents: (events) => events.filter(({ event }) => event !== 'storage-fs'),
    });
    expect(receipt({ by: line })).toMatchObject({
      expected: expect.stringMatching(/^storage-fs /),
      found: 'system-ready',
    });
    expect(judged(withReceipt(line))).toMatchObject({
      expected: 'system-ready',
      found: expect.stringMatching(/^storage-fs /),
    });
  });
});

describe('self-stated', () => {
  const NOT_BOUND = {
    state: 'not-bound',
    exit: 11,
    expected: `an event of the claim ${DIGEST}`,
    origins,
    details: TOLD,
  };

  test('a receipt that the workload wrote later, without an event', () => {
    expect(judged(withReceipt(booted, { by: booted }))).toEqual({
      ...NOT_BOUND,
      summary: "self-stated: the launcher's event does not stand in the evidence's log",
      found: 'no event after system-ready',
      hint: 'take evidence that was quoted after the launch: give --attest, or a newer quote',
    });
  });

  test('a receipt of an agent without EmitEvent', () => {
    expect(judged(withReceipt(booted, { by: booted, event: 'unsupported' }))).toEqual({
      ...NOT_BOUND,
      summary: 'self-stated: by its own word the guest agent offers no EmitEvent, and nothing measured covers it',
      found: 'no event after system-ready',
      hint: 'what compose and pin prove stands without a receipt; a dstack of the line 0.5 has events',
    });
  });

  test('a receipt whose own quote was made before the event', () => {
    expect(judged(withReceipt(launched, { by: booted, event: 'failed' }))).toMatchObject({
      ...NOT_BOUND,
      summary: "self-stated: the launcher's event does not stand in the receipt's own log",
    });
  });

  test('evidence that was quoted before the event', () => {
    expect(judged(withReceipt(booted))).toMatchObject({
      ...NOT_BOUND,
      summary: "self-stated: the launcher's event does not stand in the evidence's log",
    });
  });

  const x = { event: 'x', payload: 'y' };
  test.each<[string, readonly { event: string; payload: string | Uint8Array }[], string]>([
    ['a user event first', [x, eventOf()], `event ${AT} 'x' was written before the launcher's own`],
    ['a user event alone', [x], `event ${AT} 'x' was written before any of the launcher`],
    [
      'a second event of the same claim',
      [eventOf(), eventOf()],
      `event ${AT + 1} '${LAUNCHER_EVENT}' is a second one of that name`,
    ],
    [
      'a second event of another claim, later',
      [eventOf(), x, eventOf(OTHER)],
      `event ${AT + 2} '${LAUNCHER_EVENT}' is a second one of that name`,
    ],
  ])('%s', (_, events, found) => {
    const by = following(events);
    expect(judged(withReceipt(by, { by }))).toEqual({
      ...NOT_BOUND,
      summary: "self-stated: the launcher's event in the evidence's log may be anybody's",
      found,
    });
    // In the receipt's own log alone, it is as bad: what that quote covers is of the same boot, or of another.
    expect(judged(withReceipt(launched, { by }))).toMatchObject({ state: 'not-bound', exit: 11, found });
  });
});

describe('another claim', () => {
  test.each([
    ['of an earlier boot', [eventOf(OTHER)]],
    ['of an earlier boot, and the workload wrote the event of the old one later', [eventOf(OTHER), eventOf()]],
  ])('%s is a failure', (_, events) => {
    const by = following(events);
    const failure = {
      state: 'failed',
      exit: 10,
      summary: "the launcher of the evidence's log made another claim than this receipt",
      found: `event ${AT} '${LAUNCHER_EVENT}' is of the claim ${hexOf(receiptDigest(OTHER))}`,
      hint: 'get the receipt of this boot: its file is written anew at each start',
    };
    expect(judged(withReceipt(by))).toMatchObject(failure);
    expect(judged(withReceipt(by, { by }))).toMatchObject(failure);
  });

  test('in the receipt alone is a failure, rather than not bound', () => {
    const by = following([eventOf(OTHER)]);
    expect(judged(withReceipt(booted, { by }))).toMatchObject({
      state: 'failed',
      summary: "the launcher of the receipt's own log made another claim than this receipt",
    });
  });
});

describe('with an answer of twl-attest', () => {
  const both = (deployment = launched, answer: Parameters<typeof attestPart>[0] = {}) => ({
    ...withReceipt(deployment),
    attest: attestPart(answer),
  });

  test('its log is the newer one, and evidence from before the launch is enough', () => {
    for (const deployment of [launched, booted]) {
      expect(judged(both(deployment))).toEqual({
        ...PASSED,
        summary: PASSED.summary.replace("the evidence's log", "the log of twl-attest's answer"),
        origins: [...origins.slice(0, 3), 'answer of twl-attest', ORIGIN.appCompose],
      });
    }
  });

  test('that has no event, or another, the evidence does not help', () => {
    expect(judged(both(launched, { by: booted }))).toMatchObject({
      state: 'not-bound',
      summary: "self-stated: the launcher's event does not stand in the log of twl-attest's answer",
    });
    expect(judged(both(launched, { by: following([eventOf(OTHER)]) }))).toMatchObject({
      state: 'failed',
      summary: "the launcher of the log of twl-attest's answer made another claim than this receipt",
    });
    expect(judged(both(following([{ event: 'x', payload: '' }])))).toMatchObject({ state: 'not-bound', exit: 11 });
  });

  test('of another deployment, or that is not good, or that was not had, is a failure', () => {
    const other = following([eventOf()], { instanceId: '0a'.repeat(20) });
    expect(judged(both(launched, { by: other }))).toMatchObject({
      state: 'failed',
      summary: "twl-attest's quote is of another deployment: instance id",
    });
    const debug = { body: { tdAttributes: Buffer.from('0100000000000000', 'hex') } };
    expect(judged(both(launched, { quote: debug })).summary).toMatch(/^twl-attest's quote \(quote\.debug\): /);
    expect(judged({ ...withReceipt(), attest: broken() })).toEqual(BROKEN);
  });
});

describe('in the verdict', () => {
  const held = expecting({
    ...policy({ osImages: [stated(good.osImage)], launchers: [stated(LAUNCHER)] }),
    only: 'runtime',
  });
  const at = (evidence: AuditEvidence, expectations = held) => {
    const { word, exit, checks } = verify(evidence, expectations);
    return { word, exit, receipt: checks.find(({ id }) => id === 'runtime.receipt') };
  };

  test('it is required, and passes the step', () => {
    expect(at(withReceipt())).toMatchObject({ word: 'PASSED', exit: 0, receipt: { required: true, state: 'passed' } });
    expect(at(infoOf(launched))).toMatchObject({ word: 'CONSISTENT', exit: 13 });
    expect(at(withReceipt(booted, { by: booted }))).toMatchObject({ word: 'NOT BOUND', exit: 11 });
    expect(at(withReceipt(launched, { reportData: new Uint8Array(64) }))).toMatchObject({ word: 'REJECTED', exit: 10 });
  });

  test.each<[string, AuditEvidence, string]>([
    [
      'a quote that nobody signed',
      withReceipt(deploy({ pin: PIN_TEXT, intel: createIntel({ name: 'Stranger' }), userEvents: [eventOf()] })),
      'quote.signature',
    ],
    ['no collateral', changed({ collateral: undefined }, withReceipt()), 'quote.tcb'],
    ['a log that does not replay', changed({ eventLog: infoOf(booted).eventLog }, withReceipt()), 'eventlog.replay'],
    ['no app-compose', changed({ appCompose: undefined }, withReceipt()), 'compose.hash'],
  ])('it stands on what it is compared with: %s', (_, evidence, blockedBy) => {
    expect(at(evidence)).toMatchObject({ exit: 13, receipt: { state: 'not-checked', blockedBy } });
  });

  test('it turns no other check green', () => {
    const without = verify(infoOf(launched), expecting()).checks;
    const withOne = verify({ ...withReceipt(), attest: attestPart() }, expecting()).checks;
    const others = (checks: typeof without) =>
      checks.flatMap(({ id, state, exit }) =>
        id.startsWith('runtime.') || id === 'freshness' ? [] : [{ id, state, exit }],
      );
    expect(others(withOne)).toEqual(others(without));
    expect(at({ ...withReceipt(), attest: attestPart() }, { ...held, ...asked() })).toMatchObject({ word: 'PASSED' });
  });
});

test('a receipt of a deployment with RUN_CMD has no entry script', () => {
  const pinText = `${PIN_TEXT}RUN_CMD=true\n`;
  const claim = {
    ...CLAIM,
    pin: { grammar: 1, sha256: sha256(canonicalPin(pinOf(pinText))) },
    config_sha256: sha256(pinText),
    entry: null,
  };
  const by = following([eventOf(claim)], { pin: pinText });
  expect(judged(withReceipt(by, { by, claim }))).toMatchObject({
    state: 'passed',
    details: expect.arrayContaining([
      'not held against the source, which was not had; the commit covers them: tree, submodules',
    ]),
  });
});
