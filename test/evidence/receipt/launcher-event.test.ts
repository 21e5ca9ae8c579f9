import { describe, expect, test } from 'vitest';
import { countLauncherEvents } from '../../../src/evidence/receipt/launcher-event.ts';
import type { LogEvent, Register } from '../../../src/evidence/log-event.ts';
import { failureOf } from './samples.ts';

const PAYLOAD = new Uint8Array(32).fill(0xab);
const MINE = 'trusted-workload-launcher';

const event = (name: string, payload: Uint8Array = new Uint8Array(), register: Register = 3): LogEvent => ({
  register,
  eventType: 0x08000001,
  digest: undefined,
  name,
  payload,
  version: 1,
  preimage: undefined,
});

const BOOT = [event('firmware', PAYLOAD, 0), event('system-preparing'), event('app-id'), event('system-ready')];
const mine = event(MINE, PAYLOAD);
const other = event(MINE, new Uint8Array(32).fill(0xcd));

describe('the launcher may start', () => {
  test.each<[string, LogEvent[], number]>([
    ['no event yet', BOOT, 0],
    ['once', [...BOOT, mine], 1],
    ['and others later', [...BOOT, mine, event('app'), event('system-ready')], 1],
    ['twice', [...BOOT, mine, event('app'), mine], 2],
    ['names in other registers', [event(MINE, PAYLOAD, 0), event('x', PAYLOAD, 2), ...BOOT], 0],
    ['events of other registers later', [...BOOT, event('app', PAYLOAD, 1), mine], 1],
  ])('%s', (_, events, count) => {
    expect(countLauncherEvents(events, PAYLOAD)).toBe(count);
  });
});

describe('it may not', () => {
  test.each<[string, LogEvent[], string, string]>([
    [
      'a user event',
      [...BOOT, event('app\u001b')],
      'event-before',
      "event 5 'app\\x1b' was written before the launcher's own",
    ],
    [
      'a user event first',
      [...BOOT, event('app'), mine],
      'event-before',
      "event 5 'app' was written before the launcher's own",
    ],
    ['a second system-ready', [...BOOT, event('system-ready'), mine], 'event-before', "event 5 'system-ready' was"],
    [
      'the event before the boot was over',
      [event('system-preparing'), mine, event('system-ready')],
      'event-before',
      `event 2 '${MINE}' was written before`,
    ],
    [
      'before the boot was over, and after it too',
      [mine, event('system-ready'), mine],
      'event-before',
      `event 1 '${MINE}' was written before`,
    ],
    [
      'another launcher',
      [...BOOT, other],
      'other-launcher',
      `event 5 '${MINE}' in the log of this boot says ${'cd'.repeat(32)}, and this launch is ${'ab'.repeat(32)}`,
    ],
    ['another one later', [...BOOT, mine, other], 'other-launcher', 'event 6'],
    ['another one behind a user event', [...BOOT, event('app'), other], 'other-launcher', 'event 6'],
    ['another one before the boot was over', [other, ...BOOT], 'other-launcher', 'event 1'],
    ['of another length', [...BOOT, event(MINE, PAYLOAD.subarray(1))], 'other-launcher', 'says 31 bytes, and'],
    ['nothing', [], 'not-ready', "the event log has no 'system-ready'"],
    ['a boot that is not over', [event('system-preparing'), mine], 'not-ready', "the event log has no 'system-ready'"],
    ['ready in another register', [event('system-ready', PAYLOAD, 2)], 'not-ready', "has no 'system-ready'"],
  ])('%s', (_, events, code, message) => {
    const failure = failureOf(() => countLauncherEvents(events, PAYLOAD));
    expect(failure).toEqual({ code, message: expect.stringContaining(message) });
  });

  test.each<[string, LogEvent[], string]>([
    [
      'a user event',
      [...BOOT, event('app')],
      "let nothing else have the agent's socket before the launcher, or set RECEIPT=off",
    ],
    [
      'another launcher',
      [...BOOT, other],
      'one launcher and one pin for each boot: restart the machine after the pin was changed',
    ],
    ['nothing', [], 'dstack up to 0.3 is not supported'],
  ])('and what to do: %s', (_, events, hint) => {
    expect(() => countLauncherEvents(events, PAYLOAD)).toThrow(expect.objectContaining({ hint }));
  });
});
