import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { quoteDebug } from '../../../src/audit/checks/quote-debug.ts';
import { quoteModule } from '../../../src/audit/checks/quote-module.ts';
import { quoteParse } from '../../../src/audit/checks/quote-parse.ts';
import { quoteSignature } from '../../../src/audit/checks/quote-signature.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import type { QuoteChanges } from '../../mocks/intel/quote.ts';
import { createIntel } from '../../mocks/intel/intel.ts';
import { BROKEN, broken, changed, collateralPart, good, intel, NOW, ORIGIN, run } from './support.ts';

const quoteOf = (changes: QuoteChanges = {}): Evidence =>
  changed({ quote: { origin: 'a quote', value: intel.quote(changes) } });

describe('quote.parse', () => {
  test('says what it read', () => {
    expect(run(quoteParse)).toEqual({
      state: 'passed',
      exit: 0,
      summary: `a TDX quote of version 4, ${good.quote.length - 70} bytes and 70 of padding`,
      origins: [ORIGIN.quote],
    });
    const value = intel.quote({ header: { version: 5 }, trailing: Buffer.alloc(0) });
    expect(run(quoteParse, changed({ quote: { origin: 'a quote', value } }))).toMatchObject({
      state: 'passed',
      summary: `a TDX quote of version 5, ${value.length} bytes and 0 of padding`,
      origins: ['a quote'],
    });
  });

  test('no quote is nothing to check', () => {
    expect(run(quoteParse, changed({ quote: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the evidence has no quote',
    });
  });

  test.each<[string, QuoteChanges, number, string]>([
    ['another version', { header: { version: 3 } }, 20, 'version 3'],
    ['another TEE', { header: { teeType: 0 } }, 20, 'TEE type 0'],
    ['bytes after it', { trailing: Buffer.from([1]) }, 30, 'bytes other than zero follow the quote'],
  ])('%s is a failure', (_, changes, exit, says) => {
    const outcome = run(quoteParse, quoteOf(changes));
    expect(outcome).toMatchObject({ state: 'failed', exit });
    expect(outcome.summary).toContain(says);
  });

  test('a quote that the answer held and that could not be read is a failure', () => {
    expect(run(quoteParse, changed({ quote: broken() }))).toEqual(BROKEN);
  });
});

describe('quote.signature', () => {
  test('says who certified which platform, until when, and by which root that was judged', () => {
    const root = createHash('sha256').update(intel.root.der).digest('hex');
    expect(run(quoteSignature)).toEqual({
      state: 'passed',
      exit: 0,
      summary: "signed on a platform of FMSPC 00a05eed0000, certified by Intel's platform CA",
      expected: `a chain to the root certificate with SHA-256 ${root}`,
      found: 'that chain, valid from 2025-09-21T14:13:20Z to 2032-09-19T14:13:20Z',
      source: '--mock-root',
      origins: [ORIGIN.quote],
    });
  });

  test('the other CA of Intel', () => {
    const processor = intel.with({ platform: { ca: 'processor' } });
    const evidence = changed({ quote: { origin: 'a quote', value: processor.quote() } });
    const root = { der: processor.root.der, source: '--mock-root', simulated: true };
    expect(run(quoteSignature, evidence, { root }).summary).toContain("Intel's processor CA");
  });

  test('another root than the expected one is a failure', () => {
    const der = createIntel({ name: 'Stranger' }).root.der;
    const root = { der, source: 'built in', simulated: false };
    expect(run(quoteSignature, undefined, { root })).toMatchObject({ state: 'failed', exit: 10 });
  });

  test('is judged at the time of the expectations', () => {
    const until = Date.parse('2032-09-19T14:13:20Z') / 1000;
    const at = (value: number) => run(quoteSignature, undefined, { now: { value, source: '--at' } });
    expect(at(until)).toMatchObject({ state: 'passed' });
    expect(at(until + 1)).toMatchObject({ state: 'failed', exit: 12 });
    expect(at(Number.NaN)).toMatchObject({ state: 'failed' });
  });

  test('a body that was changed after it was signed is a failure', () => {
    const evidence = quoteOf({ signature: new Uint8Array(64).fill(1) });
    expect(run(quoteSignature, evidence)).toMatchObject({ state: 'failed', exit: 10 });
  });
});

describe('quote.module', () => {
  test('names the module that Intel lists', () => {
    expect(run(quoteModule)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'TDX module TDX_01 with SVN 11',
      origins: [ORIGIN.quote, ORIGIN.collateral],
    });
  });

  test('without collateral the half that can be told is no pass', () => {
    expect(run(quoteModule, changed({ collateral: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'signer and attributes are right; whether Intel lists the module is unknown without collateral',
      origins: [ORIGIN.quote],
    });
  });

  test.each<[string, Evidence]>([
    ['with collateral', quoteOf({ body: { mrSignerSeam: Buffer.alloc(48, 1) } })],
    ['without', changed({ collateral: undefined }, quoteOf({ body: { mrSignerSeam: Buffer.alloc(48, 1) } }))],
  ])('a module of another signer is a failure %s', (_, evidence) => {
    expect(run(quoteModule, evidence)).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: `the TDX module is not signed by Intel: MRSIGNERSEAM is ${'01'.repeat(48)}`,
    });
  });

  test('a module that Intel does not list is a failure', () => {
    const teeTcbSvn = Buffer.alloc(16);
    teeTcbSvn.set([11, 5, 4]);
    expect(run(quoteModule, quoteOf({ body: { teeTcbSvn } }))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the TDX module is TDX_05, which tcb_info does not list',
    });
  });

  test('collateral that is stale or broken is no collateral to go by', () => {
    const stale = changed({ collateral: collateralPart({ now: NOW - 40 * 24 * 3600 }) });
    expect(run(quoteModule, stale)).toMatchObject({ state: 'failed', exit: 12 });
    expect(run(quoteModule, changed({ collateral: broken() }))).toEqual(BROKEN);
  });
});

describe('quote.debug', () => {
  const attributes = (hex: string): Evidence => quoteOf({ body: { tdAttributes: Buffer.from(hex, 'hex') } });

  test.each([
    ['0000001000000000', 'not a debug TD'],
    ['0000005000000000', 'not a debug TD; on: pks'],
    ['0000009000000000', 'not a debug TD; on: key locker'],
    ['0000001000000080', 'not a debug TD; on: perfmon'],
    ['000000d000000080', 'not a debug TD; on: pks, key locker, perfmon'],
  ])('TD attributes %s', (hex, summary) => {
    expect(run(quoteDebug, attributes(hex))).toEqual({ state: 'passed', exit: 0, summary, origins: ['a quote'] });
  });

  test.each([
    ['0100001000000000', 'debug mode'],
    ['0000000000000000', 'without SEPT_VE_DISABLE'],
  ])('TD attributes %s are a failure', (hex, says) => {
    const outcome = run(quoteDebug, attributes(hex));
    expect(outcome).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcome.summary).toContain(says);
  });
});
