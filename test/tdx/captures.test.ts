import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseCertificate, parsePemChain } from '../../src/asn1/certificate.ts';
import { verifyChain, verifyIssued } from '../../src/asn1/chain.ts';
import { intelRootDer } from '../../src/tdx/intel-root.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { verifyDcap } from '../../src/tdx/verify-dcap.ts';
import { verifyQuoteSignature } from '../../src/tdx/verify-quote.ts';
import { bytesOf, captured, captures, expectTdx, jsonOf, thrownBy, unlessCaptured } from './support.ts';

const root = intelRootDer();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the pinned root', () => {
  test('is the one of Intel', () => {
    expect(sha256(root)).toBe('44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3');
    const certificate = parseCertificate(root, 'x');
    expect(sha256(certificate.spki)).toBe('a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e');
    expect(certificate.commonName).toBe('Intel SGX Root CA');
    expect(() => verifyIssued(certificate, certificate)).not.toThrow();
  });
  test('is another copy each time', () => {
    intelRootDer().fill(0);
    expect(intelRootDer()).toEqual(root);
  });
});

describe.skipIf(!captured)(`real captures${unlessCaptured}`, () => {
  const all = captured ? captures() : [];
  const of = (name: string) => all.find((one) => one.name === name)!;
  const verify = (name: string, now = of(name).now) => verifyDcap(of(name).quote, of(name).collateral, { root, now });

  test.each([
    ['near-mpc-2026-08', 'UpToDate', 'b0c06f000000', 'd208dfb1002346ae1bb4ef2a3c055292', 11],
    ['near-mpc-2026-08 /public_data', 'UpToDate', 'b0c06f000000', 'd208dfb1002346ae1bb4ef2a3c055292', 11],
    ['dstack-verifier-report', 'UpToDate', '90c06f000000', '897d3eb76ea887b783f9ad3d0771034b', 11],
    ['dcap-qvl-2025-06', 'UpToDate', 'b0c06f000000', '811dca2a26b952e85bb6448b097ba4fd', 6],
    ['dcap-qvl-2025-06 with later collateral', 'OutOfDate', 'b0c06f000000', '811dca2a26b952e85bb6448b097ba4fd', 6],
    ['dstack-simulator', 'UpToDate', 'b0c06f000000', expect.any(String), 11],
  ])('%s is %s', (name, status, fmspc, ppid, isvSvn) => {
    const { pck, tcb, quote, attributes } = verify(name);
    expect(tcb.status).toBe(status);
    expect(pck).toMatchObject({ fmspc, ppid, ca: 'platform', pceId: '0000' });
    expect(tcb.module).toMatchObject({ id: 'TDX_01', isvSvn });
    expect(quote).toMatchObject({ version: 4, bodyType: 'td10' });
    expect(quote.authenticatedLength + quote.paddingLength).toBe(of(name).quote.length);
    expect(attributes).toEqual({ pks: false, keyLocker: false, perfmon: false });
  });

  test('UpToDate has no advisories and nothing short', () => {
    const { tcb, collateral } = verify('near-mpc-2026-08');
    expect([tcb.advisories, tcb.shortfalls, tcb.platform.index]).toEqual([[], [], 0]);
    expect(tcb.evaluationDataNumbers).toEqual({ tcbInfo: 20, qeIdentity: 19 });
    expect(collateral.window).toEqual({
      from: 1786617938,
      until: 1789171031,
      fromPart: 'tcb_info',
      untilPart: 'pck_crl',
    });
  });

  test('OutOfDate says what is short', () => {
    const { tcb } = verify('dcap-qvl-2025-06 with later collateral');
    expect(tcb.advisories).toEqual(['INTEL-SA-01192', 'INTEL-SA-01245', 'INTEL-SA-01312', 'INTEL-SA-01313']);
    expect(tcb.platform.index).toBe(1);
    expect(tcb.shortfalls).toEqual([
      { part: 'sgx', index: 0, label: 'Early Microcode Update', have: 3, need: 4 },
      { part: 'sgx', index: 1, label: 'SGX Late Microcode Update', have: 3, need: 4 },
      { part: 'tdx', index: 2, label: 'TDX Late Microcode Update', have: 3, need: 4 },
      { part: 'module', index: undefined, label: 'TDX_01', have: 6, need: 11 },
    ]);
  });

  test('the ends of the window', () => {
    expect(() => verify('near-mpc-2026-08', 1786617938)).not.toThrow();
    expect(() => verify('near-mpc-2026-08', 1789171030)).not.toThrow();
    const late = 'pck_crl of the collateral expired at 2026-09-11T23:57:11Z';
    expectTdx(() => verify('near-mpc-2026-08', 1789171031), 'expired', late, 12);
    const early = 'tcb_info of the collateral is in force from 2026-08-13T10:45:38Z';
    expectTdx(() => verify('near-mpc-2026-08', 1786617937), 'not-yet-valid', early, 12);
  });

  test('a quote alone', () => {
    const pck = verifyQuoteSignature(parseQuote(bytesOf('phala-dev-0.5.9/real_tdx_quote.bin')), {
      root,
      now: 1786622400,
    });
    expect(pck).toMatchObject({ fmspc: '20a06f000000', ca: 'platform', pceId: '0000' });
    expect(pck.cpuSvn).toBe(Buffer.from(pck.componentSvns).toString('hex'));
  });

  test('a quote inside of a larger document', () => {
    const attestation = Buffer.from(jsonOf('dstack-lite/tdx-lite-attestation.json').attestation, 'hex');
    const at = attestation.indexOf(Buffer.from('0400020081000000', 'hex'));
    const size = 636 + attestation.readUInt32LE(at + 632);
    const quote = parseQuote(attestation.subarray(at, at + size));
    expect(() => verifyQuoteSignature(quote, { root, now: 1786622400 })).not.toThrow();
  });

  test('collateral of another platform', () =>
    expectTdx(
      () =>
        verifyDcap(of('dstack-verifier-report').quote, of('near-mpc-2026-08').collateral, { root, now: 1786622400 }),
      'wrong-platform',
      'tcb_info is for FMSPC b0c06f000000, the platform has 90c06f000000',
      10,
    ));

  test('another root', () => {
    const { quote, collateral, now } = of('near-mpc-2026-08');
    const other = root.slice();
    other[other.length - 1]! ^= 1;
    expect(thrownBy(() => verifyDcap(quote, collateral, { root: other, now }))).toMatchObject({
      code: 'bad-chain',
      exitCode: 10,
    });
  });

  test('every byte that anything vouches for counts', () => {
    const { quote, now } = of('near-mpc-2026-08');
    const { authenticatedLength } = parseQuote(quote);
    const silent: number[] = [];
    for (let at = 0; at < quote.length; at += at < 1300 ? 7 : 61) {
      const changed = quote.slice();
      changed[at]! ^= 0x01;
      try {
        verifyQuoteSignature(parseQuote(changed), { root, now });
        silent.push(at);
      } catch (error) {
        expect(error).toMatchObject({ name: 'TdxError' });
      }
    }
    // Base64 can be broken into lines anywhere, so a byte of white space in PEM may become another one.
    const pem = quote.indexOf(0x2d, 1218);
    expect(silent.filter((at) => at < pem || at >= authenticatedLength)).toEqual([]);
  });

  test('a real RA-TLS chain', () => {
    const text = JSON.stringify(jsonOf('phala-dev-0.5.9/real_attestation_info.json'));
    const pem = /-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----/s.exec(text)![0];
    const chain = parsePemChain(pem.replaceAll('\\\\n', '\n').replaceAll('\\n', '\n'), 'the RA-TLS chain');
    expect(chain.length).toBeGreaterThanOrEqual(2);
    const last = chain.at(-1)!;
    expect(chain[0]!.extensions.has('1.3.6.1.4.1.62397.1.1') || chain[0]!.extensions.has('1.3.6.1.4.1.62397.1.8')).toBe(
      true,
    );
    expect(() => verifyChain(chain, { root: last.der, now: 1786622400 })).not.toThrow();
  });
});
