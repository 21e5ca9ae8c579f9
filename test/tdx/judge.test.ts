import { describe, expect, test } from 'vitest';
import { TdxError } from '../../src/tdx/errors.ts';
import { mergeStatus } from '../../src/tdx/merge-status.ts';
import { checkModule } from '../../src/tdx/module.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { TCB_STATUSES, type TcbStatus } from '../../src/tdx/tcb-status.ts';
import { checkTdAttributes } from '../../src/tdx/td-attributes.ts';
import type { TdBody } from '../mocks/intel/td-report.ts';
import { expectTdx, hex, intel } from './support.ts';

describe('merging two statuses', () => {
  const U = 'UpToDate';
  const S = 'SWHardeningNeeded';
  const C = 'ConfigurationNeeded';
  const CS = 'ConfigurationAndSWHardeningNeeded';
  const O = 'OutOfDate';
  const OC = 'OutOfDateConfigurationNeeded';
  const R = 'Revoked';
  const TABLE: TcbStatus[][] = [
    [U, S, C, CS, O, OC, R],
    [S, S, CS, CS, O, OC, R],
    [C, CS, C, CS, OC, OC, R],
    [CS, CS, CS, CS, OC, OC, R],
    [O, O, OC, OC, O, OC, R],
    [OC, OC, OC, OC, OC, OC, R],
    [R, R, R, R, R, R, R],
  ];
  test.each(TCB_STATUSES.map((status, index) => [status, TABLE[index]!] as const))('%s', (status, row) =>
    expect(TCB_STATUSES.map((other) => mergeStatus(status, other))).toEqual(row),
  );
  test('the order of several does not matter', () => {
    for (const a of TCB_STATUSES)
      for (const b of TCB_STATUSES)
        for (const c of TCB_STATUSES) {
          expect(mergeStatus(mergeStatus(a, b), c)).toBe(mergeStatus(a, mergeStatus(b, c)));
        }
  });
});

const bodyOf = (body: Partial<TdBody>, td15 = false) =>
  parseQuote(intel.quote({ body, td15, header: { version: td15 ? 5 : 4 } }));

describe('TD attributes', () => {
  const check = (attributes: string) => checkTdAttributes(bodyOf({ tdAttributes: hex(attributes) }));
  test.each([
    ['0000001000000000', false, false, false],
    ['0000005000000000', true, false, false],
    ['0000009000000000', false, true, false],
    ['0000001000000080', false, false, true],
  ])('%s', (attributes, pks, keyLocker, perfmon) => expect(check(attributes)).toEqual({ pks, keyLocker, perfmon }));

  test('DEBUG', () =>
    expectTdx(
      () => check('0100001000000000'),
      'debug',
      'the TD runs in debug mode: TD attributes 0100001000000000',
      10,
    ));
  test('every other bit of TUD', () => {
    for (let bit = 1; bit < 8; bit++) {
      const attributes = `${(1 << bit).toString(16).padStart(2, '0')}00001000000000`;
      expectTdx(
        () => check(attributes),
        'debug',
        `the TD is open to profiling or debugging: TD attributes ${attributes}`,
        10,
      );
    }
  });
  test('every reserved bit', () => {
    const known = [28, 30, 31, 63];
    for (let bit = 8; bit < 64; bit++) {
      if (known.includes(bit)) continue;
      const bytes = Buffer.from('0000001000000000', 'hex');
      bytes[bit >> 3]! |= 1 << (bit & 7);
      expectTdx(
        () => check(bytes.toString('hex')),
        'wrong-attributes',
        `the TD has reserved attributes set: TD attributes ${bytes.toString('hex')}`,
        10,
      );
    }
  });
  test('no SEPT_VE_DISABLE', () =>
    expectTdx(
      () => check('0000000000000000'),
      'wrong-attributes',
      'the TD runs without SEPT_VE_DISABLE: TD attributes 0000000000000000',
      10,
    ));
});

describe('the TDX module without collateral', () => {
  test('a sound one', () => {
    expect(checkModule(bodyOf({}))).toBeUndefined();
    expect(checkModule(bodyOf({}, true))).toBeUndefined();
  });
  const last = (size: number): Uint8Array => new Uint8Array(size).fill(1, size - 1);
  test('of another signer', () =>
    expectTdx(
      () => checkModule(bodyOf({ mrSignerSeam: last(48) })),
      'wrong-module',
      `the TDX module is not signed by Intel: MRSIGNERSEAM is ${'00'.repeat(47)}01`,
      10,
    ));
  test('with attributes', () =>
    expectTdx(
      () => checkModule(bodyOf({ seamAttributes: last(8) })),
      'wrong-module',
      'the TDX module has attributes other than zero: 0000000000000001',
      10,
    ));
  test('with a service TD', () =>
    expectTdx(
      () => checkModule(bodyOf({ mrServiceTd: last(48) }, true)),
      'wrong-module',
      `a service TD is bound to the TD: MRSERVICETD is ${'00'.repeat(47)}01`,
      10,
    ));
});

test('every code ends in its exit status', () => {
  const exits = {
    'bad-quote': 30,
    'bad-certificate': 30,
    'bad-collateral': 30,
    'bad-now': 30,
    'unsupported-version': 20,
    'unsupported-tee': 20,
    'unsupported-key-type': 20,
    'unsupported-body': 20,
    'unsupported-certification': 20,
    'unsupported-certificate': 20,
    expired: 12,
    'not-yet-valid': 12,
    'bad-chain': 10,
    'bad-signature': 10,
    'bad-binding': 10,
    revoked: 10,
    'wrong-qe': 10,
    'wrong-collateral': 10,
    'wrong-platform': 10,
    'wrong-module': 10,
    'no-tcb-level': 10,
    debug: 10,
    'wrong-attributes': 10,
  } as const;
  for (const [code, exitCode] of Object.entries(exits)) {
    expect(new TdxError(code as keyof typeof exits, 'x').exitCode).toBe(exitCode);
  }
});
