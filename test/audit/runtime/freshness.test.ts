import { describe, expect, test } from 'vitest';
import { freshness } from '../../../src/audit/checks/freshness.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { verify } from '../../../src/audit/verify.ts';
import { attestReportData } from '../../../src/evidence/receipt/attest.ts';
import { createIntel } from '../../mocks/intel/intel.ts';
import {
  BROKEN,
  broken,
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
  eventOf,
  HONEST,
  launched,
  NONCE,
  receiptFile,
} from './support.ts';

const OTHER = new Uint8Array(32).fill(0xa2);
const origins = ['answer of twl-attest', ORIGIN.quote, ORIGIN.eventLog];
const expected = hexOf(attestReportData(NONCE, HONEST));

const answered = (options: Parameters<typeof attestPart>[0] = {}, evidence: AuditEvidence = infoOf(launched)) =>
  ({ ...evidence, attest: attestPart(options) }) as AuditEvidence;
const judged = (evidence: AuditEvidence, expectations: Partial<Expectations> = asked()) =>
  run(freshness, evidence, expectations);

describe('an answer of this instance to this nonce', () => {
  test('is fresh, and says how far that goes', () => {
    expect(judged(answered())).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'this instance made a quote over the nonce, after the nonce was made',
      expected,
      found: expected,
      source: 'the nonce, --nonce',
      origins,
      details: [
        `nonce ${'a1'.repeat(32)}`,
        'it speaks for this one instance of the deployment, and for no other',
        'it binds no TLS endpoint: who passed the answer on, and who answers at any address, is not shown',
      ],
    });
  });

  test('of a deployment without instance ids is of any of its machines', () => {
    const nameless = following([eventOf()], { instanceId: '' });
    const outcome = judged(answered({ by: nameless }, infoOf(nameless)));
    expect(outcome).toMatchObject({
      state: 'passed',
      summary: 'a machine of this deployment made a quote over the nonce, after the nonce was made',
    });
    expect(outcome.details?.[1]).toMatch(/^the deployment has no instance id .*may be of another$/);
  });

  test('may have events that the evidence has not, or be of an agent without', () => {
    expect(judged(answered({}, infoOf(booted)))).toMatchObject({ state: 'passed' });
    expect(judged(answered({ by: booted }))).toMatchObject({ state: 'passed' });
  });
});

describe('an answer', () => {
  const failure = {
    state: 'failed',
    exit: 10,
    summary: 'the answer was not made for this nonce and the receipt in it',
    hint: 'ask again: somebody on the way may give out an earlier answer',
    origins,
  };

  test('to another nonce is a failure', () => {
    expect(judged(answered({ nonce: OTHER }))).toEqual({
      ...failure,
      expected,
      found: hexOf(attestReportData(OTHER, HONEST)),
      source: 'the nonce, --nonce',
      details: [`nonce ${'a1'.repeat(32)}`],
    });
    expect(judged(answered(), asked(OTHER))).toMatchObject(failure);
  });

  test('over another receipt, or over something else, is a failure', () => {
    const reportData = attestReportData(NONCE, receiptFile({ event: 'found' }));
    expect(judged(answered({ reportData }))).toMatchObject(failure);
    expect(judged(answered({ reportData: Buffer.concat([NONCE, NONCE]) }))).toMatchObject(failure);
  });

  test('of another instance is a failure', () => {
    const by = following([eventOf()], { instanceId: '0a'.repeat(20) });
    expect(judged(answered({ by }))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the answer is of another deployment: instance id',
      expected: launched.instanceId,
      found: '0a'.repeat(20),
      source: 'the evidence',
      origins,
    });
  });

  test('of pretended hardware, of a debug TD, or with a log that does not lead there, is a failure', () => {
    const stranger = following([eventOf()], { intel: createIntel({ name: 'Stranger' }) });
    expect(judged(answered({ by: stranger }))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: expect.stringMatching(/^the answer's quote \(quote\.signature\): /),
      origins,
    });
    const debug = { body: { tdAttributes: Buffer.from('0100000000000000', 'hex') } };
    expect(judged(answered({ quote: debug })).summary).toMatch(/^the answer's quote \(quote\.debug\): /);
    const { rtmr3 } = booted.body;
    expect(judged(answered({ quote: { body: { rtmr3: rtmr3! } } })).summary).toMatch(
      /^the answer's quote \(eventlog\.replay\): /,
    );
  });

  test('that was not had, or cannot be read, is a failure', () => {
    expect(judged(changed({ attest: broken() }, answered()))).toEqual(BROKEN);
  });

  test('of evidence without a log cannot be told to be of this deployment', () => {
    expect(judged(changed({ eventLog: undefined }, answered()))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'without an event log the answer cannot be told to be of this deployment',
      origins: origins.slice(0, 2),
    });
  });

  test('without collateral is not judged', () => {
    expect(judged(changed({ collateral: undefined }, answered()))).toMatchObject({ state: 'not-checked', exit: 13 });
  });
});

describe('no answer, or no nonce', () => {
  test('a nonce that nobody answered', () => {
    expect(judged(infoOf(launched))).toEqual({
      state: 'not-checked',
      exit: 12,
      summary: 'there is no answer to the nonce',
      hint: "give --attest with the address of the deployment's twl-attest, or with its saved answer",
    });
  });

  test('an answer to nobody knows what is not fresh', () => {
    expect(judged(answered(), {})).toEqual({
      state: 'not-checked',
      exit: 12,
      summary: 'the quote answers no number of ours: it shows that this machine ran, not that it still does',
      origins: [ORIGIN.quote],
      hint: 'say with --nonce which number twl-attest was asked',
    });
    expect(judged(infoOf(launched), {})).not.toHaveProperty('hint');
  });
});

describe('in the verdict', () => {
  const held = policy({ osImages: [stated(good.osImage)], launchers: [stated(LAUNCHER)] });
  const at = (evidence: AuditEvidence, changes: Partial<Expectations>) => {
    const { word, exit, checks } = verify(evidence, expecting({ ...held, only: 'attestation', ...changes }));
    return [word, exit, checks.find(({ id }) => id === 'freshness')?.required];
  };

  test('it is required once a nonce is there, or a policy asks for it', () => {
    const demanding = policy({ ...held.policy, required: [stated('freshness')] });
    expect(at(infoOf(launched), {})).toEqual(['PASSED', 0, false]);
    expect(at(answered(), {})).toEqual(['PASSED', 0, false]);
    expect(at(answered(), asked())).toEqual(['PASSED', 0, true]);
    expect(at(answered(), { ...asked(), ...demanding })).toEqual(['PASSED', 0, true]);
    expect(at(infoOf(launched), demanding)).toEqual(['STALE', 12, true]);
    expect(at(infoOf(launched), asked())).toEqual(['STALE', 12, true]);
    expect(at(answered(), asked(OTHER))).toEqual(['REJECTED', 10, true]);
  });
});
