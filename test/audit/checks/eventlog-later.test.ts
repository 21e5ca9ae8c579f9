import { describe, expect, test } from 'vitest';
import { eventlogLater } from '../../../src/audit/checks/eventlog-later.ts';
import { eventlogReplay } from '../../../src/audit/checks/eventlog-replay.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { verify } from '../../../src/audit/verify.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import { asked, attestPart, booted, eventOf, following, launched, receiptPart } from '../runtime/support.ts';
import { expecting, infoOf, run as runCheck } from './support.ts';

const NOTE = { event: 'note', payload: 'x' };
const noted = following([eventOf(), NOTE]);
const otherwise = following([{ event: 'other', payload: 'x' }]);

/** What an agent answers that made its certificate before the launch, and whose log is of after it. */
const infoAfter = (now: Deployment, parts: Partial<AuditEvidence> = {}): AuditEvidence => ({
  ...infoOf(booted),
  eventLog: infoOf(now).eventLog!,
  ...parts,
});

/** Its place among the events of RTMR3, from 1: the first after system-ready. */
const FIRST = booted.events.filter(({ imr }) => imr === 3).length + 1;

const run = (evidence: AuditEvidence) => runCheck(eventlogLater, evidence);

describe('a log that is newer than the quote of the certificate', () => {
  test('the log ends where the quote does', () => {
    expect(run(infoOf(launched))).toMatchObject({ state: 'passed', summary: 'the quote covers the log to its end' });
    expect(run(infoOf(booted))).toMatchObject({ state: 'passed' });
  });

  test('an event of after the quote is covered by nothing', () => {
    const outcome = run(infoAfter(launched));
    expect(outcome).toMatchObject({
      state: 'not-bound',
      exit: 11,
      summary:
        "the log has 1 event of after the certificate's quote ('trusted-workload-launcher'), which no quote of now covers: nothing is concluded from them",
      hint: expect.stringContaining('--attest'),
    });
    expect(runCheck(eventlogReplay, infoAfter(launched))).toMatchObject({ state: 'passed' });
  });

  test('an answer of twl-attest covers it', () => {
    expect(run(infoAfter(launched, { attest: attestPart() }))).toMatchObject({
      state: 'passed',
      summary: "twl-attest's quote covers the 1 event of after the certificate's quote ('trusted-workload-launcher')",
      source: "twl-attest's quote, signed",
    });
    expect(run(infoAfter(noted, { attest: attestPart({ by: noted }) }))).toMatchObject({ state: 'passed' });
  });

  test('a receipt covers nothing: it may be of an earlier start', () => {
    const receipt = receiptPart();
    expect(run(infoAfter(launched, { receipt }))).toMatchObject({ state: 'not-bound' });
    expect(run(infoAfter(noted, { receipt, attest: attestPart({ by: noted }) }))).toMatchObject({ state: 'passed' });
  });

  test('the log of an answer that was made later goes on', () => {
    expect(run(infoAfter(launched, { attest: attestPart({ by: noted }) }))).toMatchObject({ state: 'passed' });
  });

  test.each<[string, AuditEvidence, string, string, string]>([
    [
      'twl-attest, of what came after the quote',
      infoAfter(otherwise, { attest: attestPart() }),
      `twl-attest's quote covers another event ${FIRST} of RTMR3 than the log has`,
      "'trusted-workload-launcher'",
      "'other'",
    ],
    [
      'twl-attest, of what the quote covers too',
      { ...infoOf(otherwise), attest: attestPart() },
      `twl-attest's quote covers another event ${FIRST} of RTMR3 than the log has`,
      "'trusted-workload-launcher'",
      "'other'",
    ],
    [
      'twl-attest, of the second event',
      { ...infoOf(noted), attest: attestPart({ by: following([eventOf(), { event: 'note', payload: 'y' }]) }) },
      `twl-attest's quote covers another event ${FIRST + 1} of RTMR3 than the log has`,
      "'note'",
      "'note'",
    ],
    [
      'the receipt',
      { ...infoOf(otherwise), receipt: receiptPart() },
      `the receipt's quote covers another event ${FIRST} of RTMR3 than the log has`,
      "'trusted-workload-launcher'",
      "'other'",
    ],
    [
      'twl-attest and the receipt, beyond the log',
      { ...infoOf(booted), receipt: receiptPart(), attest: attestPart({ by: otherwise }) },
      `twl-attest's quote covers another event ${FIRST} of RTMR3 than the receipt's quote has`,
      "'other'",
      "'trusted-workload-launcher'",
    ],
  ])('quotes that tell of different histories are a failure: %s', (_, evidence, summary, expected, found) => {
    expect(run(evidence)).toMatchObject({ state: 'failed', exit: 10, summary, expected, found });
  });

  test('an answer of twl-attest that has less than the log that was given before it', () => {
    const summary = 'the answer of twl-attest has 1 event of RTMR3 less than the log that was given before it';
    for (const evidence of [
      { ...infoOf(noted), attest: attestPart() },
      infoAfter(noted, { attest: attestPart() }),
      infoAfter(launched, { attest: attestPart({ by: booted }), receipt: receiptPart() }),
    ]) {
      expect(run(evidence)).toMatchObject({ state: 'not-bound', exit: 11, summary });
      expect(runCheck(eventlogLater, evidence, asked())).toMatchObject({ state: 'failed', exit: 10, summary });
    }
  });

  test('what a further quote covers beyond the log is told', () => {
    const evidence = { ...infoOf(launched), attest: attestPart({ by: noted }) };
    expect(run(evidence)).toMatchObject({ state: 'passed', details: ['a further quote covers 1 event more'] });
    expect(run(infoOf(launched)).details).toEqual([]);
    const { findings } = verify(evidence, expecting());
    expect(findings.filter(({ id }) => id === 'eventlog.application-event').map(({ text }) => text)).toEqual([
      expect.stringContaining("'trusted-workload-launcher'"),
      expect.stringContaining("'note'"),
    ]);
  });

  test.each<[string, Partial<AuditEvidence>]>([
    ['is of another machine', { attest: attestPart({ by: following([eventOf()], { instanceId: '0a'.repeat(20) }) }) }],
    [
      'is of a machine in debug mode',
      { attest: attestPart({ quote: { body: { tdAttributes: Buffer.from('0100000000000000', 'hex') } } }) },
    ],
    [
      'cannot be read',
      { attest: { origin: 'x', value: { quote: new Uint8Array(9), eventLog: [], receipt: new Uint8Array(0) } } },
    ],
    ['has no receipt that can be read', { receipt: { origin: 'x', value: new Uint8Array(3) } }],
    ['is a receipt without a quote', { receipt: receiptPart({ by: undefined }) }],
    ['is a receipt with a log of its own', { receipt: receiptPart({ eventLog: booted.eventLog('get-quote') }) }],
  ])('a further quote that %s covers nothing', (_, parts) => {
    expect(run(infoAfter(launched, parts))).toMatchObject({ state: 'not-bound', exit: 11 });
  });

  test('an answer whose quote and log are of one moment has no later events', () => {
    const evidence: AuditEvidence = { ...infoAfter(launched), kind: 'quote-answer' };
    expect(runCheck(eventlogReplay, evidence)).toMatchObject({ state: 'failed' });
    expect(run(evidence)).toMatchObject({ state: 'passed' });
    const phala: AuditEvidence = { ...infoAfter(launched), kind: 'phala-attestation' };
    expect(run(phala)).toMatchObject({ state: 'not-bound' });
  });

  test('it is never more than not bound as a whole', () => {
    expect(verify(infoAfter(launched), expecting())).toMatchObject({ word: 'NOT BOUND', exit: 11 });
    expect(verify(infoAfter(otherwise, { attest: attestPart() }), expecting())).toMatchObject({ exit: 10 });
  });

  test('what the answer says of RTMR3 is of now, too', () => {
    const said = (by: Deployment) => verify(infoAfter(launched, { statements: infoOf(by).statements }), expecting());
    const contradicted = (by: Deployment) =>
      said(by).findings.flatMap(({ id, text }) => (id === 'statement.contradicted' ? [text] : []));
    expect(contradicted(launched)).toEqual([]);
    expect(contradicted(booted)).toEqual(
      [
        expect.stringMatching(/ says mr_aggregated is .*; the event log to its end has [0-9a-f]{64}$/),
        expect.stringMatching(/ says rtmr3 is .*; the event log to its end has [0-9a-f]{96}$/),
      ].toSorted(),
    );
  });
});
