import { describe, expect, test } from 'vitest';
import { readCollateral } from '../../src/tdx/collateral.ts';
import { type VerifiedCollateral, verifyCollateral } from '../../src/tdx/verify-collateral.ts';
import type { CollateralChanges } from '../mocks/intel/collateral.ts';
import { type IntelOptions, createIntel } from '../mocks/intel/intel.ts';
import type { PkiChanges } from '../mocks/intel/pki.ts';
import { isoTime } from '../mocks/intel/tcb-info.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { intelName } from '../mocks/x509/name.ts';
import { NOW, expectTdx, hex, intel, thrownBy, trust } from './support.ts';

const verify = (changes: CollateralChanges = {}, options: IntelOptions = {}, now = NOW): VerifiedCollateral => {
  const maker = Object.keys(options).length === 0 ? intel : createIntel(options);
  return verifyCollateral(readCollateral(maker.collateral(changes)), { root: maker.root.der, now });
};
const refused = (changes: CollateralChanges, code: string, message: string, exitCode = 10): void =>
  expectTdx(() => verify(changes), code, message, exitCode);
const certificates = (change: PkiChanges, code: string, message: string, exitCode = 10): void =>
  expectTdx(() => verify({}, { certificates: change }), code, message, exitCode);

const DAY = 86_400;
const issued = NOW - DAY;
const next = NOW + 29 * DAY;

describe('sound collateral', () => {
  test('gives what it says', () => {
    const verified = verify();
    expect(verified.tcbInfo.fmspc).toBe('00a05eed0000');
    expect(verified.qeIdentity.tcbEvaluationDataNumber).toBe(19);
    expect(verified.rootCrl).toMatchObject({ thisUpdate: issued, nextUpdate: issued + 365 * DAY });
    expect(verified.pckCrl).toMatchObject({ thisUpdate: issued, nextUpdate: next });
    expect(verified.pckCrlIssuer.commonName).toBe('Intel SGX PCK Platform CA');
    expect(verified.window).toEqual({ from: issued, until: next, fromPart: 'tcb_info', untilPart: 'tcb_info' });
  });
  test('with NULs after the PEM texts, as arrays, and with a chain that is passed over', () => {
    expect(() => verify({ nuls: true, withPckChain: true })).not.toThrow();
    expect(() => verify({ edit: (good) => ({ ...good, pck_certificate_chain: 'garbage' }) })).not.toThrow();
    expect(() => verify({ edit: (good) => ({ ...good, pck_crl: [...hex(good.pck_crl)] }) })).not.toThrow();
  });
  test('that revokes others', () =>
    expect(verify({ pckCrl: { revoked: [{ serial: hex('0102') }] } }).pckCrl.revoked).toEqual(new Set(['0102'])));
});

describe('issuer chains', () => {
  const CHAINS = ['tcbSignerChain', 'qeSignerChain', 'pckCrlChain'] as const;
  const names = {
    tcbSignerChain: 'tcb_info_issuer_chain',
    qeSignerChain: 'qe_identity_issuer_chain',
    pckCrlChain: 'pck_crl_issuer_chain',
  };
  test.each(CHAINS)('%s has two certificates', (chain) => {
    const name = names[chain];
    refused({ [chain]: [intel.root.der] }, 'bad-chain', `${name} has 1 certificates, not 2`);
    const signer = chain === 'pckCrlChain' ? intel.pckCa : intel.tcbSigner;
    refused(
      { [chain]: [signer.der, intel.root.der, intel.root.der] },
      'bad-chain',
      `${name} has 3 certificates, not 2`,
    );
  });
  test.each(CHAINS)('%s ends at the root', (chain) => {
    const other = createIntel({ name: 'Other' });
    const signer = chain === 'pckCrlChain' ? other.pckCa : other.tcbSigner;
    refused(
      { [chain]: [signer.der, other.root.der] },
      'bad-chain',
      `${names[chain]}: the chain ends at certificate "SIMULATED Intel SGX Root CA", which is not the expected root certificate`,
    );
    refused(
      { [chain]: [signer.der, intel.root.der] },
      'bad-signature',
      `${names[chain]}: the signature of certificate "${chain === 'pckCrlChain' ? 'Intel SGX PCK Platform CA' : 'Intel SGX TCB Signing'}" does not verify`,
    );
  });
  test.each(CHAINS)('%s is PEM', (chain) => {
    const key = names[chain];
    refused(
      { edit: (good) => ({ ...good, [key]: 'x' }) },
      'bad-certificate',
      `${key}: ${key} holds something outside of its blocks`,
      30,
    );
  });
  test('the whole under another root', () =>
    expect(
      thrownBy(() => verifyCollateral(readCollateral(createIntel({ name: 'Other' }).collateral()), trust)),
    ).toMatchObject({ code: 'bad-chain', exitCode: 10 }));
  test('the signer has its name', () => {
    certificates(
      { tcbSigner: { subject: intelName('Intel SGX PCK Certificate') } },
      'bad-chain',
      'tcb_info is signed by "Intel SGX PCK Certificate", not "Intel SGX TCB Signing"',
    );
    certificates({ tcbSigner: { subject: [] } }, 'bad-chain', 'tcb_info is signed by "", not "Intel SGX TCB Signing"');
  });
  test('a PCK CA signs no texts', () => {
    const changes = { tcbSignerChain: [intel.pckCa.der, intel.root.der], tcbInfo: { signer: intel.pckCa.key } };
    refused(changes, 'bad-chain', 'tcb_info is signed by "Intel SGX PCK Platform CA", not "Intel SGX TCB Signing"');
    const qe = { qeSignerChain: [intel.pckCa.der, intel.root.der], qeIdentity: { signer: intel.pckCa.key } };
    refused(qe, 'bad-chain', 'qe_identity is signed by "Intel SGX PCK Platform CA", not "Intel SGX TCB Signing"');
  });
  test('the signer is of an end entity', () =>
    certificates(
      { tcbSigner: { ca: true } },
      'bad-chain',
      'tcb_info_issuer_chain: certificate "Intel SGX TCB Signing" is of a CA, not of an end entity',
    ));
  test('another curve', () => {
    const tcbSigner = { key: keyPair('x', 'P-384') };
    expectTdx(
      () =>
        verify(
          { tcbInfo: { signature: '00'.repeat(64) }, qeIdentity: { signature: '00'.repeat(64) } },
          { certificates: { tcbSigner } },
        ),
      'unsupported-certificate',
      'tcb_info_issuer_chain: the signer of tcb_info has a key that is not on P-256',
      20,
    );
  });
});

describe('signatures of texts', () => {
  test.each([
    ['tcbInfo', 'tcb_info'],
    ['qeIdentity', 'qe_identity'],
  ] as const)('%s', (part, name) => {
    const message = `the signature of ${name} does not verify`;
    refused({ [part]: { signer: keyPair('x') } }, 'bad-signature', message);
    refused({ [part]: { signature: '00'.repeat(64) } }, 'bad-signature', message);
    refused({ edit: (good) => ({ ...good, [name]: `${good[name]} ` }) }, 'bad-signature', message);
    refused(
      { edit: (good) => ({ ...good, [name]: JSON.stringify(JSON.parse(good[name]), null, 1) }) },
      'bad-signature',
      message,
    );
    expect(() => verify({ [part]: { text: `${intel.collateral()[name]}\n` } })).not.toThrow();
    refused(
      {
        edit: (good) => ({
          ...good,
          [`${name}_signature`]: good[name === 'tcb_info' ? 'qe_identity_signature' : 'tcb_info_signature'],
        }),
      },
      'bad-signature',
      message,
    );
  });
  test('a text that is signed and no JSON', () =>
    expect(thrownBy(() => verify({ tcbInfo: { text: 'x' } }))).toMatchObject({ code: 'bad-collateral', exitCode: 30 }));
  test('of another kind', () => {
    refused(
      { tcbInfo: { change: { id: 'SGX' } } },
      'wrong-collateral',
      'tcb_info is of SGX version 3, not of TDX version 3',
    );
    refused(
      { qeIdentity: { change: { id: 'QE' } } },
      'wrong-collateral',
      'qe_identity is of QE version 2, not of TD_QE version 2',
    );
  });
});

describe('revocation lists', () => {
  test.each([
    ['rootCrl', 'root_ca_crl'],
    ['pckCrl', 'pck_crl'],
  ] as const)('%s', (part, name) => {
    refused({ [part]: hex('') }, 'bad-certificate', `${name}: the CRL: the outermost element is cut off`, 30);
    refused(
      { [part]: Buffer.from('garbage') },
      'bad-certificate',
      `${name}: the CRL: the outermost element is cut off`,
      30,
    );
    refused({ [part]: hex('3000') }, 'bad-certificate', `${name}: the CRL: tbsCertList is cut off`, 30);
    refused({ [part]: { signer: keyPair('x') } }, 'bad-signature', `${name}: the signature of the CRL does not verify`);
    refused(
      { [part]: { issuer: intelName('x') } },
      'bad-chain',
      `${name}: the CRL names another issuer than the certificate it is checked with`,
    );
    refused({ [part]: { nextUpdate: 'absent' } }, 'bad-certificate', `${name}: the CRL: nextUpdate is not a time`, 30);
    refused(
      { [part]: { extensions: [{ oid: '2.5.29.28', critical: true, value: hex('') }] } },
      'unsupported-certificate',
      `${name}: the CRL has the critical extension 2.5.29.28, which is not understood`,
      20,
    );
  });
  test('one in the place of the other', () => {
    const good = intel.collateral();
    refused(
      { edit: (all) => ({ ...all, root_ca_crl: good.pck_crl }) },
      'bad-chain',
      'root_ca_crl: the CRL names another issuer than the certificate it is checked with',
    );
    refused(
      { edit: (all) => ({ ...all, pck_crl: good.root_ca_crl }) },
      'bad-chain',
      'pck_crl: the CRL names another issuer than the certificate it is checked with',
    );
  });
  test('the issuer may sign lists', () =>
    certificates(
      { platformCa: { keyUsage: ['keyCertSign'] } },
      'bad-chain',
      'pck_crl: the CRL is signed by a certificate without the key usage for it',
    ));
  test.each([
    ['tcbSigner', 'the signer of tcb_info'],
    ['pckCa', 'the issuer of pck_crl'],
    ['root', 'the root certificate'],
  ] as const)('revoked: %s', (role, who) => {
    const { serial } = intel[role].spec;
    refused(
      { rootCrl: { revoked: [{ serial: hex('01') }, { serial }] } },
      'revoked',
      `${who} is revoked (serial ${Buffer.from(serial).toString('hex')})`,
    );
    expect(() => verify({ pckCrl: { revoked: [{ serial }] } })).not.toThrow();
  });
  test('revoked: a signer of qe_identity alone', () => {
    const other = createIntel({ certificates: { tcbSigner: { serial: hex('77') } } });
    const again = intel.root.der;
    const chain = [other.tcbSigner.der, again];
    refused(
      { qeSignerChain: chain, rootCrl: { revoked: [{ serial: hex('77') }] } },
      'revoked',
      'the signer of qe_identity is revoked (serial 77)',
    );
  });
  test('revoked in a list that has expired is revoked', () =>
    expect(
      thrownBy(() => verify({ rootCrl: { nextUpdate: NOW - 1, revoked: [{ serial: intel.pckCa.spec.serial }] } })),
    ).toMatchObject({ code: 'revoked' }));
});

describe('dates', () => {
  const [from, until] = [NOW - 10, NOW + 10];
  const text = { change: { issueDate: isoTime(from), nextUpdate: isoTime(until) } };
  const list = { thisUpdate: from, nextUpdate: until };
  const dates = { notBefore: from, notAfter: until - 1 };
  test.each<[string, CollateralChanges, PkiChanges]>([
    ['tcb_info', { tcbInfo: text }, {}],
    ['qe_identity', { qeIdentity: text }, {}],
    ['pck_crl', { pckCrl: list }, {}],
    ['root_ca_crl', { rootCrl: list }, {}],
    ['the signer of tcb_info', {}, { tcbSigner: dates }],
    ['the issuer of pck_crl', {}, { platformCa: dates }],
    ['the root certificate', {}, { root: dates }],
  ])('%s', (part, changes, changed) => {
    const dated = (now: number) => verify(changes, { certificates: changed }, now);
    expect(dated(from).window).toEqual({ from, until, fromPart: part, untilPart: part });
    expect(() => dated(until - 1)).not.toThrow();
    expectTdx(() => dated(until), 'expired', `${part} of the collateral expired at 2026-09-21T14:13:30Z`, 12);
    expectTdx(
      () => dated(from - 1),
      'not-yet-valid',
      `${part} of the collateral is in force from 2026-09-21T14:13:10Z`,
      12,
    );
    expect(thrownBy(() => dated(until))).toMatchObject({
      hint: 'fetch fresh collateral, or check for the time at which the evidence was made',
    });
  });
  test('a signer of qe_identity alone', () => {
    const other = createIntel({ certificates: { tcbSigner: dates } });
    const { window } = verify({ qeSignerChain: [other.tcbSigner.der, intel.root.der] });
    expect(window).toEqual({
      from,
      until,
      fromPart: 'the signer of qe_identity',
      untilPart: 'the signer of qe_identity',
    });
  });
  test('the earliest end is named', () => {
    const { window } = verify({
      pckCrl: { nextUpdate: NOW + 5 },
      tcbInfo: { change: { issueDate: isoTime(NOW - 5) } },
    });
    expect(window).toEqual({ from: NOW - 5, until: NOW + 5, fromPart: 'tcb_info', untilPart: 'pck_crl' });
  });
  test('parts that are never in force together', () =>
    refused(
      { pckCrl: { nextUpdate: NOW - 5 }, tcbInfo: { change: { issueDate: isoTime(NOW + 5) } } },
      'expired',
      'pck_crl of the collateral expired at 2026-09-21T14:13:15Z',
      12,
    ));
  test('an expired text under a wrong signature is no mere staleness', () =>
    expect(
      thrownBy(() => verify({ pckCrl: { nextUpdate: NOW - 5 }, qeIdentity: { signature: '00'.repeat(64) } })),
    ).toMatchObject({ code: 'bad-signature' }));
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('no time: %d', (now) =>
    expectTdx(() => verify({}, {}, now), 'bad-now', 'the time to check for is not a finite number of seconds', 30),
  );
});
