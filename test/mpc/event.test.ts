import { describe, expect, onTestFinished, test } from 'vitest';
import type { Logger } from '../../src/base/log.ts';
import { connectAgent } from '../../src/guest/agent.ts';
import type { ImageDigest } from '../../src/mpc/digest.ts';
import { isRecorded } from '../../src/mpc/event/boot-log.ts';
import { byEmitEvent, notOffered } from '../../src/mpc/event/recorder.ts';
import { type GuestAgentOptions, startGuestAgent } from '../mocks/guest-agent/start.ts';
import { failure } from './failure.ts';

const DIGEST: ImageDigest = `sha256:${'ab'.repeat(32)}`;
const HEX = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

const event = (name: string, payload = '', imr = 3) => ({
  imr,
  event_type: 134217729,
  event: name,
  event_payload: payload,
});
const READY = event('system-ready');
const OURS = event('mpc-image-digest', HEX);
const LAUNCHER = event('trusted-workload-launcher', OTHER);
const BOOT = [event('Event Firmware', 'ff', 0), event('app-id', 'aa'), READY];

describe('the log of a boot', () => {
  test.each([
    ['nothing after the boot', BOOT, false],
    ['the event', [...BOOT, OURS], true],
    ['the event after that of the launcher', [...BOOT, LAUNCHER, OURS], true],
    ['the launcher alone', [...BOOT, LAUNCHER], false],
    ['what the node wrote after it', [...BOOT, OURS, event('node', '00'), LAUNCHER], true],
    ['upper-case hex', [...BOOT, event('mpc-image-digest', HEX.toUpperCase())], true],
    ['the name in another register', [...BOOT, event('mpc-image-digest', OTHER, 2)], false],
    ['events before the boot was ready, which are its own', [event('x'), ...BOOT, OURS], true],
  ])('%s', (_, log, recorded) => expect(isRecorded(log, DIGEST)).toBe(recorded));

  test.each([
    ['the event twice', [...BOOT, OURS, OURS], 'event-twice', 'stands 2 times in the log of this boot'],
    [
      'another digest',
      [...BOOT, event('mpc-image-digest', OTHER)],
      'event-other-digest',
      `${OTHER}, and now ${HEX} is to run`,
    ],
    [
      'a longer payload',
      [...BOOT, event('mpc-image-digest', `${HEX}00`)],
      'event-other-digest',
      'this boot has recorded',
    ],
    [
      'another before it',
      [...BOOT, event('evil\u0007'), OURS],
      'event-before',
      "the event 'evil\\x07' was written before",
    ],
    ['another, and it is not there', [...BOOT, event('evil')], 'event-before', "'evil'"],
    ['another after the launcher', [...BOOT, LAUNCHER, event('evil')], 'event-before', "'evil'"],
    ['another before the launcher', [...BOOT, event('evil'), LAUNCHER], 'event-before', "'evil'"],
    ['the launcher twice', [...BOOT, LAUNCHER, LAUNCHER], 'event-before', "'trusted-workload-launcher'"],
  ])('%s', async (_, log, code, why) => {
    const error = await failure(() => isRecorded(log, DIGEST));
    expect(error).toMatchObject({ code, exitCode: 10 });
    expect(error.message).toContain(why);
    expect(error.hint).toContain('reboot the CVM');
  });

  test.each([
    ['no end of the boot', [event('app-id')], "it has no 'system-ready'"],
    ['the event before the end of the boot', [OURS, ...BOOT], "mpc-image-digest stands before 'system-ready'"],
    ['an entry that is no object', [...BOOT, 'x'], 'event 4 is of type string'],
    ['an entry without a register', [{ event: 'x', event_payload: '' }], 'event 1.imr is missing'],
    ['an entry without a name', [{ imr: 3, event_payload: '' }], 'event 1.event is missing'],
    ['an entry without a payload', [{ imr: 3, event: 'x' }], 'event 1.event_payload is missing'],
    ['too many', Array<unknown>(10_001).fill(READY), 'it has 10001 events, more than 10000'],
  ])('%s', async (_, log, why) => {
    const error = await failure(() => isRecorded(log, DIGEST));
    expect(error).toMatchObject({ code: 'event-log-malformed', exitCode: 30 });
    expect(error.message).toContain('the event log of the guest agent: ');
    expect(error.message).toContain(why);
  });
});

const silent = (): Logger & { warnings: string[] } => {
  const warnings: string[] = [];
  return {
    warnings,
    info: () => {},
    warning: (message) => void warnings.push(message),
    error: () => {},
    hint: () => {},
  };
};

const useAgent = async (options: GuestAgentOptions = {}) => {
  const agent = await startGuestAgent(options);
  onTestFinished(() => agent.close());
  const log = silent();
  const record = (requireRtmr3 = true) =>
    byEmitEvent(connectAgent(agent.socketPath, { connectMs: 300, idleMs: 300, totalMs: 2000 }), (cause) =>
      notOffered(requireRtmr3, log, cause),
    ).record(DIGEST);
  const emitted = () => agent.requests.filter(({ method }) => method === 'EmitEvent').length;
  const inLog = () => agent.events().filter((one) => one.event === 'mpc-image-digest').length;
  return { agent, log, record, emitted, inLog };
};

describe('EmitEvent', () => {
  test('once, then found', async () => {
    const { record, emitted, inLog } = await useAgent();
    expect([await record(), await record(), emitted(), inLog()]).toEqual(['emitted', 'found', 1, 1]);
  });

  test('rtmr3 tee_emitevent_fail: a refusal is the failure, and nothing was recorded', async () => {
    const { record, emitted, inLog } = await useAgent({ faults: { EmitEvent: { kind: 'error', message: 'no TDX' } } });
    const error = await failure(() => record());
    expect(error).toMatchObject({ code: 'agent-refused', exitCode: 40 });
    expect(error.message).toContain('no TDX');
    expect([emitted(), inLog()]).toEqual([1, 0]);
  });

  test.each([
    ['an answer that is cut', { kind: 'drop', after: -1 } as const],
    ['an answer that never comes', { kind: 'hang', applied: true } as const],
    ['an answer that is no JSON', { kind: 'text', body: '<html>' } as const],
    ['a status of 500', { kind: 'error', status: 500, applied: true } as const],
  ])('%s, and the log shows the event: recorded, and not emitted again', async (_, fault) => {
    const { record, emitted, inLog } = await useAgent({ faults: { EmitEvent: fault } });
    expect([await record(), emitted(), inLog()]).toEqual(['emitted', 1, 1]);
  });

  test('an agent that takes it and records nothing, as the simulator does', async () => {
    const { record } = await useAgent({ faults: { EmitEvent: { kind: 'text', body: '', applied: false } } });
    const error = await failure(() => record());
    expect(error).toMatchObject({ code: 'event-not-recorded', exitCode: 10 });
    expect(error.message).toContain('its log does not show it');
  });

  test('a log that cannot be read: nothing is emitted', async () => {
    const { record, emitted } = await useAgent({ faults: { Info: { kind: 'text', body: 'x' } } });
    expect(await failure(() => record())).toMatchObject({ code: 'agent-malformed', exitCode: 30 });
    expect(emitted()).toBe(0);
  });

  test("somebody else's event in between is seen afterwards", async () => {
    const { agent, record } = await useAgent();
    await agent.emit('evil');
    expect(await failure(() => record())).toMatchObject({ code: 'event-before' });
  });
});

describe('agents that do not offer EmitEvent', () => {
  test('are refused', async () => {
    const { record, inLog } = await useAgent({ version: '0.6.0' });
    const error = await failure(() => record());
    expect(error).toMatchObject({ code: 'event-not-offered', exitCode: 20 });
    expect(error.message).toContain('the guest agent has no EmitEvent');
    expect(error.hint).toContain('REQUIRE_RTMR3=0');
    expect(error.cause).toMatchObject({ code: 'agent-unsupported' });
    expect(inLog()).toBe(0);
  });

  test('will do with REQUIRE_RTMR3=0, and the log says what is lost', async () => {
    const { record, log } = await useAgent({ version: '0.6.0' });
    expect(await record(false)).toBe('not-offered');
    expect(log.warnings).toHaveLength(1);
    expect(log.warnings[0]).toContain(`does not show that ${DIGEST} runs`);
    expect(log.warnings[0]).toContain('An auditor has the compose file of the launcher and its log alone');
  });
});
