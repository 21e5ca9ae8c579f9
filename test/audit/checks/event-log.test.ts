import { describe, expect, test } from 'vitest';
import { eventlogOrder } from '../../../src/audit/checks/eventlog-order.ts';
import { eventlogReplay } from '../../../src/audit/checks/eventlog-replay.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import type { LogEvent } from '../../../src/evidence/log-event.ts';
import { partValue } from '../../../src/evidence/evidence.ts';
import { changeEvent, dropEvent, swapEvents } from '../../mocks/deployment/edit-events.ts';
import { BROKEN, broken, changed, deploy, good, goodInfo, hexOf, infoOf, ORIGIN, run } from './support.ts';

const log = partValue(goodInfo.eventLog!);
const withLog = (value: readonly LogEvent[]): Evidence => changed({ eventLog: { origin: 'a log', value } });
const origins = [ORIGIN.eventLog, ORIGIN.quote];
const rtmr = (register: 0 | 1 | 2 | 3): string => hexOf(good.body[`rtmr${register}`]);

describe('eventlog.replay', () => {
  test('a whole log leads to all registers', () => {
    expect(run(eventlogReplay)).toEqual({
      state: 'passed',
      exit: 0,
      summary: '30 events lead to RTMR0, RTMR1, RTMR2, RTMR3',
      source: 'the signed quote',
      origins,
      details: [],
    });
  });

  test('a stripped log leads to RTMR3, and says why not to the others', () => {
    const stripped = log.filter(({ register }) => register === 3);
    expect(run(eventlogReplay, withLog(stripped))).toEqual({
      state: 'passed',
      exit: 0,
      summary: '10 events lead to RTMR3',
      source: 'the signed quote',
      origins: ['a log', ORIGIN.quote],
      details: [
        'RTMR0: the log holds no event of RTMR0: it was stripped',
        'RTMR1: the log holds no event of RTMR1: it was stripped',
        'RTMR2: the log holds no event of RTMR2: it was stripped',
      ],
    });
  });

  test('no log is nothing to replay', () => {
    expect(run(eventlogReplay, changed({ eventLog: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the evidence has no event log',
    });
  });

  test('an empty log is a failure', () => {
    expect(run(eventlogReplay, withLog([]))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the event log does not lead to RTMR3 of the quote',
      expected: `RTMR3 ${rtmr(3)}`,
      found: `RTMR3 ${'00'.repeat(48)}`,
    });
  });

  test('a log that leads elsewhere is a failure, with both values and which event is to blame', () => {
    const deployment = deploy({ editEvents: dropEvent('storage-fs'), refold: false });
    expect(run(eventlogReplay, infoOf(deployment))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the event log does not lead to RTMR3 of the quote',
      expected: `RTMR3 ${rtmr(3)}`,
      found: expect.stringMatching(/^RTMR3 [0-9a-f]{96}$/),
      source: 'the signed quote',
      origins,
      details: expect.arrayContaining([expect.stringMatching(/^RTMR3: no single event/)]),
    });
  });

  test('one wrong register fails although the others lead there, and all of them are told', () => {
    const odd = log.filter(
      (event, index) => !(event.register === 1 && index === log.findIndex((e) => e.register === 1)),
    );
    const outcome = run(eventlogReplay, withLog(odd));
    expect(outcome).toMatchObject({
      state: 'failed',
      summary: 'the event log does not lead to RTMR1 of the quote',
      expected: `RTMR1 ${rtmr(1)}`,
    });
    const two = odd.slice(1);
    expect(run(eventlogReplay, withLog(two))).toMatchObject({
      summary: 'the event log does not lead to RTMR0, RTMR1 of the quote',
      expected: `RTMR0 ${rtmr(0)}; RTMR1 ${rtmr(1)}`,
    });
    expect(run(eventlogReplay, withLog(two)).details?.map((line) => line.slice(0, 7))).toContain('RTMR0: ');
  });

  test('an event whose digest is not of its payload cannot be computed over', () => {
    const deployment = deploy({ editEvents: changeEvent('storage-fs', { event_payload: '65787434' }), refold: false });
    const outcome = run(eventlogReplay, infoOf(deployment));
    expect(outcome).toMatchObject({ state: 'failed', exit: 10, found: 'RTMR3 (cannot be computed)' });
    expect(outcome.details?.every((line) => line.startsWith('RTMR3: '))).toBe(true);
  });

  test('a log that cannot be read is a failure', () => {
    expect(run(eventlogReplay, changed({ eventLog: broken() }))).toEqual(BROKEN);
  });
});

describe('eventlog.order', () => {
  test.each([
    [0, '0 events'],
    [1, '1 event'],
    [2, '2 events'],
  ])('with %d events of applications', (count, words) => {
    const userEvents = Array.from({ length: count }, () => ({ event: 'mine', payload: 'x' }));
    expect(run(eventlogOrder, infoOf(deploy({ userEvents })))).toEqual({
      state: 'passed',
      exit: 0,
      summary: `in the order of dstack 0.4.2 to 0.5.11; ${words} of applications after system-ready`,
      origins: [ORIGIN.eventLog],
    });
  });

  test('an order that several releases have names them all', () => {
    const deployment = deploy({ keyProvider: 'local-sgx' });
    expect(run(eventlogOrder, infoOf(deployment)).summary).toMatch(
      /^in the order of dstack 0\.4\.2 to 0\.5\.11 or 0\.6;/,
    );
  });

  test.each([
    ['out of order', swapEvents('app-id', 'compose-hash'), 10],
    ['incomplete', dropEvent('app-id'), 10],
    ['unfinished', dropEvent('system-ready'), 20],
  ])('events that are %s are a failure', (_, editEvents, exit) => {
    expect(run(eventlogOrder, infoOf(deploy({ editEvents })))).toMatchObject({ state: 'failed', exit });
  });
});
