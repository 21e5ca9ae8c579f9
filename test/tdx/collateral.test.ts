import { describe, expect, test } from 'vitest';
import { MAX_SIGNED_JSON_BYTES, readCollateral } from '../../src/tdx/collateral.ts';
import { expectTdx, hex, intel } from './support.ts';

const good = intel.collateral();
const refused = (change: object, message: string): void =>
  expectTdx(() => readCollateral({ ...good, ...change }), 'bad-collateral', `the collateral: ${message}`, 30);

const TEXTS = ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'tcb_info', 'qe_identity_issuer_chain', 'qe_identity'];
const LISTS = ['root_ca_crl', 'pck_crl'];
const SIGNATURES = ['tcb_info_signature', 'qe_identity_signature'];

describe('every part is read', () => {
  const expected = {
    pckCrlIssuerChain: good.pck_crl_issuer_chain,
    rootCaCrl: hex(good.root_ca_crl),
    pckCrl: hex(good.pck_crl),
    tcbInfoIssuerChain: good.tcb_info_issuer_chain,
    tcbInfo: good.tcb_info,
    tcbInfoSignature: hex(good.tcb_info_signature),
    qeIdentityIssuerChain: good.qe_identity_issuer_chain,
    qeIdentity: good.qe_identity,
    qeIdentitySignature: hex(good.qe_identity_signature),
  };
  test('hex', () => expect(readCollateral(good)).toEqual(expected));
  test('upper-case hex', () =>
    expect(readCollateral({ ...good, pck_crl: good.pck_crl.toUpperCase() })).toEqual(expected));
  test('arrays of bytes', () => {
    const arrays = Object.fromEntries([...LISTS, ...SIGNATURES].map((key) => [key, [...hex(good[key as 'pck_crl'])]]));
    expect(readCollateral({ ...good, ...arrays })).toEqual(expected);
  });
  test('keys of others are passed over', () =>
    expect(readCollateral({ ...good, pck_certificate_chain: 7, more: null })).toEqual(expected));
});

describe('refused', () => {
  test.each(LISTS)('%s with one that is no byte among many', (key) =>
    refused({ [key]: [1, 2, 256] }, `${key} holds something other than bytes`),
  );

  test.each([undefined, null, 7, 'x', []])('%j', (json) =>
    expect(() => readCollateral(json)).toThrow(
      /^the collateral: the collateral is (missing|null|an array|of type (number|string))/,
    ),
  );

  test.each(TEXTS)('%s', (key) => {
    refused({ [key]: undefined }, `${key} is missing`);
    refused({ [key]: null }, `${key} is null, not a string`);
    refused({ [key]: [1] }, `${key} is an array, not a string`);
    const max = key.endsWith('chain') ? 65536 : MAX_SIGNED_JSON_BYTES;
    expect(() => readCollateral({ ...good, [key]: 'x'.repeat(max) })).not.toThrow();
    refused({ [key]: 'x'.repeat(max + 1) }, `${key} is larger than ${max} bytes`);
    refused({ [key]: 'é'.repeat(max / 2 + 1) }, `${key} is larger than ${max} bytes`);
  });

  test.each([...LISTS, ...SIGNATURES])('%s', (key) => {
    const max = LISTS.includes(key) ? 1048576 : 64;
    refused({ [key]: undefined }, `${key} is neither a hex string nor an array of bytes`);
    refused({ [key]: { 0: 1, length: 1 } }, `${key} is neither a hex string nor an array of bytes`);
    for (const text of ['abc', 'xy', '0x00', ' 00', '00\n']) refused({ [key]: text }, `${key} is not hex`);
    for (const byte of [256, -1, 0.5, '0', null]) refused({ [key]: [byte] }, `${key} holds something other than bytes`);
    refused({ [key]: '00'.repeat(max + 1) }, `${key} has ${max + 1} bytes, more than ${max}`);
    refused({ [key]: Array(max + 1).fill(0) }, `${key} has ${max + 1} bytes, more than ${max}`);
    expect(() => readCollateral({ ...good, [key]: '00'.repeat(max) })).not.toThrow();
  });

  test.each(SIGNATURES)('%s of another length', (key) => {
    refused({ [key]: '00'.repeat(63) }, `${key} has 63 bytes, not 64`);
    refused({ [key]: '' }, `${key} has 0 bytes, not 64`);
  });
});
