import { describe, expect, test } from 'vitest';
import { eventlogLater } from '../../../src/audit/checks/eventlog-later.ts';
import { eventlogReplay } from '../../../src/audit/checks/eventlog-replay.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { verify } from '../../../src/audit/verify.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import { attestPart, booted, eventOf, following, launched, receiptPart } from '../runtime/support.ts';
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

const run = (evidence: AuditEvidence) => runCheck(eventlogLater, evidence);

const NOT_COVERED = 'and nothing is concluded from the rest';

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
      summary: `the log has 1 event of after the certificate's quote ('trusted-workload-launcher'); a quote covers none of them, ${NOT_COVERED}`,
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

  test('so does a receipt, up to the launcher', () => {
    const receipt = receiptPart();
    expect(run(infoAfter(launched, { receipt }))).toMatchObject({
      state: 'passed',
      summary: "the receipt's quote covers the 1 event of after the certificate's quote ('trusted-workload-launcher')",
    });
    expect(run(infoAfter(noted, { receipt }))).toMatchObject({
      state: 'not-bound',
      summary: expect.stringContaining(
        `('trusted-workload-launcher', 'note'); a quote covers only the first 1, ${NOT_COVERED}`,
      ),
    });
    expect(run(infoAfter(noted, { receipt, attest: attestPart({ by: noted }) }))).toMatchObject({ state: 'passed' });
  });

  test('the log of an answer that was made later goes on', () => {
    expect(run(infoAfter(launched, { attest: attestPart({ by: noted }) }))).toMatchObject({ state: 'passed' });
  });

  test('a quote that covers something else contradicts', () => {
    expect(run(infoAfter(otherwise, { attest: attestPart() }))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: "twl-attest's quote covers another event 1 after the certificate's",
      expected: "'trusted-workload-launcher'",
      found: "'other'",
    });
    const [first, second] = [eventOf(), { event: 'other', payload: 'y' }];
    const two = following([first, second]);
    expect(run(infoAfter(noted, { attest: attestPart({ by: two }) }))).toMatchObject({
      state: 'failed',
      summary: "twl-attest's quote covers another event 2 after the certificate's",
    });
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
