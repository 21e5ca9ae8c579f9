import { describe, expect, test } from 'vitest';
import { runtimeReceipt } from '../../../src/audit/checks/runtime.ts';
import { claimDifference } from '../../../src/audit/runtime/compare-claim.ts';
import { findLauncherEvent } from '../../../src/audit/runtime/launcher-event.ts';
import { type Claim, LAUNCHER_EVENT, receiptDigest } from '../../../src/evidence/receipt/statement.ts';
import { canonicalPin } from '../../../src/pin/canonical.ts';
import { composeFile, DEFAULT_PIN } from '../../mocks/deployment/app-compose.ts';
import { run } from '../checks/support.ts';
import { CLAIM, eventOf, following, PIN, PIN_TEXT, pinOf, sha256, withReceipt } from './support.ts';

// A receipt proves something only where nobody but the launcher could have written the first event.

const claimOf = (pinText: string): Claim => ({
  ...CLAIM,
  pin: { grammar: 1, sha256: sha256(canonicalPin(pinOf(pinText))) },
  config_sha256: sha256(pinText),
});

/** What a receipt comes to that is good in every other respect, of a deployment with this pin and compose file. */
const judged = (pinText: string, edit: (composeText: string) => string = (text) => text) => {
  const claim = claimOf(pinText);
  const by = following([eventOf(claim)], { composeFile: edit(composeFile({ pin: pinText })) });
  return run(runtimeReceipt, withReceipt(by, { by, claim }));
};

const inService = (line: string) => (text: string) =>
  text.replace('    read_only: true\n', `    read_only: true\n${line}\n`);
const variable = (line: string) => (text: string) =>
  text.replace('    read_only: true\n', `      ${line}\n    read_only: true\n`);
const mount = (line: string) => (text: string) => text.replace('    volumes:\n', `    volumes:\n      - ${line}\n`);

test('a launch that had to write its event is the only one that could', () => {
  expect(judged(PIN_TEXT)).toMatchObject({ state: 'passed', exit: 0 });
});

test.each([
  ['', 'auto'],
  ['RECEIPT=auto\n', 'auto'],
])('a pin that lets a launch go on without an event: %j', (line, mode) => {
  expect(judged(`${DEFAULT_PIN}\n${line}`)).toMatchObject({
    state: 'not-bound',
    exit: 11,
    summary: `self-stated: with RECEIPT=${mode} a launch goes on without an event, and the workload could then write the first`,
    hint: 'set RECEIPT=required in the pin',
    details: expect.arrayContaining([expect.stringMatching(/^it says that it started at /)]),
  });
});

describe('who decides which agent is asked', () => {
  const toldBy = (who: string) => ({
    state: 'not-bound',
    exit: 11,
    summary: `self-stated: ${who} decides which agent the launcher asks, and the workload could ask the real one`,
    hint: "leave it out, and mount the agent's socket at its own place",
    details: expect.arrayContaining([expect.stringMatching(/^it says that it started at /)]),
  });

  test.each(['TWL_AGENT_SOCKET', 'TWL_AGENT_TIMEOUT_MS', 'TWL_RUN_MS'])('the variable %s', (name) => {
    expect(judged(PIN_TEXT, variable(`${name}: x`))).toMatchObject(toldBy(name));
  });

  test.each(['TWL_LIMIT_PATHS', 'TWL_AGENT', 'A_TWL_AGENT_SOCKET', 'TWL_RUNNER'])('not the variable %s', (name) => {
    expect(judged(PIN_TEXT, variable(`${name}: x`))).toMatchObject({ state: 'passed' });
  });

  test.each([
    ['/srv/agent.sock:/run/dstack.sock', '/run/dstack.sock'],
    ['/srv/agent.sock:/run/dstack/dstack.sock:ro', '/run/dstack/dstack.sock'],
    ['checkout:/var/run/dstack', '/var/run/dstack'],
    ['checkout:/run', '/run'],
    ['/srv:/var/run', '/var/run'],
  ])('the mount %s', (line, target) => {
    expect(judged(PIN_TEXT, mount(line))).toMatchObject(toldBy(`a mount at ${target}`));
  });

  test('a tmpfs where the socket would be', () => {
    const edit = (text: string) => text.replace('tmpfs: [/tmp]', 'tmpfs: [/tmp, /run/dstack]');
    expect(judged(PIN_TEXT, edit)).toMatchObject(toldBy('a mount at /run/dstack'));
  });

  test.each([
    '/run/dstack.sock:/run/dstack.sock',
    '/var/run/dstack/dstack.sock:/run/dstack/dstack.sock:ro',
    'checkout:/run/other',
    '/srv/x:/srv/y',
  ])('not the mount %s', (line) => {
    expect(judged(PIN_TEXT, mount(line))).toMatchObject({ state: 'passed' });
  });

  test('a volume that is called as a socket is none', () => {
    const long = ['volumes:', '      - {type: volume, source: /run/dstack.sock, target: /run/dstack.sock}', ''].join(
      '\n',
    );
    expect(judged(PIN_TEXT, (text) => text.replace('volumes:\n', long))).toMatchObject(
      toldBy('a mount at /run/dstack.sock'),
    );
  });

  test('a variable is told before a mount', () => {
    const both = (text: string) => variable('TWL_AGENT_SOCKET: x')(mount('checkout:/run')(text));
    expect(judged(PIN_TEXT, both)).toMatchObject(toldBy('TWL_AGENT_SOCKET'));
  });

  test('not what leaves the agent alone', () => {
    expect(judged(PIN_TEXT, inService('    stop_signal: SIGTERM'))).toMatchObject({ state: 'passed' });
  });
});

describe('the event of a claim', () => {
  const digest = receiptDigest(CLAIM);
  const other = receiptDigest({ ...CLAIM, dropped: ['LD_PRELOAD'] });
  const event = (index: number, name = LAUNCHER_EVENT, payload: Uint8Array = digest) => ({
    index,
    name,
    payload,
    note: undefined,
  });
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  test.each<[string, Parameters<typeof findLauncherEvent>[0], object]>([
    ['none', [], { state: 'none' }],
    ['alone', [event(7)], { state: 'bound', label: `event 8 '${LAUNCHER_EVENT}'` }],
    ['first', [event(7), event(8, 'x')], { state: 'bound', label: `event 8 '${LAUNCHER_EVENT}'` }],
    [
      'second',
      [event(7, 'x'), event(8)],
      { state: 'not-first', says: "event 8 'x' was written before the launcher's own" },
    ],
    ['missing', [event(7, 'x')], { state: 'not-first', says: "event 8 'x' was written before any of the launcher" }],
    [
      'twice',
      [event(7), event(8, 'x'), event(9, LAUNCHER_EVENT, other)],
      { state: 'not-unique', says: `event 10 '${LAUNCHER_EVENT}' is a second one of that name` },
    ],
    [
      'of another claim, and then twice',
      [event(7, LAUNCHER_EVENT, other), event(8)],
      { state: 'other-claim', says: `event 8 '${LAUNCHER_EVENT}' is of the claim ${hex(other)}` },
    ],
  ])('%s', (_, user, finding) => {
    expect(findLauncherEvent(user, digest)).toEqual(finding);
  });
});

test('a claim is held against a pin whose text nobody measured as far as that goes', () => {
  expect(claimDifference(CLAIM, PIN, PIN_TEXT)).toBeUndefined();
  expect(claimDifference({ ...CLAIM, config_sha256: '0a'.repeat(32) }, PIN, undefined)).toBeUndefined();
  expect(claimDifference({ ...CLAIM, allowed: ['LD_AUDIT', 'LD_PRELOAD'] }, PIN, undefined)).toEqual({
    what: 'allowed',
    expected: 'of ALLOW_ENV: (none)',
    found: 'LD_AUDIT LD_PRELOAD',
  });
});
