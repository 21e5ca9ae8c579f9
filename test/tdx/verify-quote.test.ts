import { describe, expect, test } from 'vitest';
import { parseQuote } from '../../src/tdx/quote.ts';
import { type Pck, verifyQuoteSignature } from '../../src/tdx/verify-quote.ts';
import { encodeExtension } from '../mocks/x509/extensions.ts';
import { integer, octetString, oid, sequence } from '../mocks/der.ts';
import { type IntelOptions, createIntel } from '../mocks/intel/intel.ts';
import type { PkiChanges } from '../mocks/intel/pki.ts';
import type { QuoteChanges } from '../mocks/intel/quote.ts';
import { SGX_EXTENSION_OID, sgxExtension } from '../mocks/intel/sgx-extension.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { intelName } from '../mocks/x509/name.ts';
import { NOW, expectTdx, hex, intel, thrownBy, trust } from './support.ts';

const verify = (changes: QuoteChanges = {}, options: IntelOptions = {}, now = NOW): Pck => {
  const maker = Object.keys(options).length === 0 ? intel : createIntel(options);
  return verifyQuoteSignature(parseQuote(maker.quote(changes)), { root: maker.root.der, now });
};
const refused = (changes: QuoteChanges, code: string, message: string, exitCode = 10): void =>
  expectTdx(() => verify(changes), code, message, exitCode);
const certificates = (change: PkiChanges, code: string, message: string, exitCode = 10): void =>
  expectTdx(
    () => verify({}, { certificates: change }),
    code,
    `the PCK certificate chain of the quote: ${message}`,
    exitCode,
  );
const CHAIN = 'the PCK certificate chain of the quote';

describe('a sound quote', () => {
  test('gives what the PCK certificate says', () => {
    const pck = verify();
    expect(pck).toMatchObject({
      ca: 'platform',
      fmspc: '00a05eed0000',
      pceId: '0000',
      ppid: Buffer.from('SIMULATED-PPID-0').toString('hex'),
      componentSvns: [4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0],
      cpuSvn: '04040202040100050000000000000000',
      pceSvn: 11,
      validity: { from: intel.pck.spec.notBefore, until: intel.pck.spec.notAfter },
    });
    expect(pck.leaf.commonName).toBe('Intel SGX PCK Certificate');
    expect(pck.intermediate.commonName).toBe('Intel SGX PCK Platform CA');
  });
  test('of either CA, of v5 and of TD 1.5', () => {
    const processor = verify(
      {},
      { platform: { ca: 'processor', fmspc: hex('0102030405ff'), pceId: hex('0a0b'), pceSvn: 300 } },
    );
    expect(processor).toMatchObject({ ca: 'processor', fmspc: '0102030405ff', pceId: '0a0b', pceSvn: 300 });
    expect(() => verify({ header: { version: 5 } })).not.toThrow();
    expect(() => verify({ header: { version: 5 }, td15: true })).not.toThrow();
  });
  test('validity is that of all three', () => {
    const { validity } = verify(
      {},
      { certificates: { platformCa: { notBefore: NOW - 5 }, root: { notAfter: NOW + 5 } } },
    );
    expect(validity).toEqual({ from: NOW - 5, until: NOW + 5 });
  });
});

describe('the chain', () => {
  test('under another root', () =>
    expectTdx(
      () => verifyQuoteSignature(parseQuote(createIntel({ name: 'Other' }).quote()), trust),
      'bad-chain',
      `${CHAIN}: the chain ends at certificate "SIMULATED Intel SGX Root CA", which is not the expected root certificate`,
      10,
    ));
  test('of another length', () => {
    refused({ chain: [intel.pck.der, intel.pckCa.der] }, 'bad-chain', `${CHAIN} has 2 certificates, not 3`);
    refused(
      { chain: [intel.pck.der, intel.pckCa.der, intel.root.der, intel.root.der] },
      'bad-chain',
      `${CHAIN} has 4 certificates, not 3`,
    );
    refused({ chain: [intel.root.der] }, 'bad-chain', `${CHAIN} has 1 certificates, not 3`);
  });
  test('in another order', () =>
    refused(
      { chain: [intel.pckCa.der, intel.pck.der, intel.root.der] },
      'bad-chain',
      `${CHAIN}: certificate "Intel SGX PCK Platform CA" names another issuer than certificate "Intel SGX PCK Certificate"`,
    ));
  test('that is none', () => {
    refused({ chainBytes: hex('') }, 'bad-certificate', `${CHAIN}: ${CHAIN} holds no CERTIFICATE`, 30);
    refused(
      { chainBytes: Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----') },
      'bad-certificate',
      `${CHAIN}: certificate 1 of ${CHAIN}: the outermost element has tag 0x00, not 0x30`,
      30,
    );
  });
  test('names', () => {
    expectTdx(
      () => verify({}, { certificates: { pck: { subject: intelName('Intel SGX TCB Signing') } } }),
      'bad-chain',
      `${CHAIN} begins with "Intel SGX TCB Signing", not "Intel SGX PCK Certificate"`,
      10,
    );
    expectTdx(
      () => verify({}, { certificates: { pck: { subject: [] } } }),
      'bad-chain',
      `${CHAIN} begins with "", not "Intel SGX PCK Certificate"`,
      10,
    );
    for (const [name, shown] of [
      ['Intel SGX PCK Other CA', 'Intel SGX PCK Other CA'],
      ['toString', 'toString'],
      ['\u001b', '\\x1b'],
    ] as const) {
      expectTdx(
        () => verify({}, { certificates: { platformCa: { subject: intelName(name) } } }),
        'bad-chain',
        `${CHAIN} has "${shown}" where a PCK CA is due`,
        10,
      );
    }
    expectTdx(
      () => verify({}, { certificates: { platformCa: { subject: [] } } }),
      'bad-chain',
      `${CHAIN} has "" where a PCK CA is due`,
      10,
    );
  });
  test('each link', () => {
    certificates(
      { platformCa: { ca: 'absent' } },
      'bad-chain',
      'certificate "Intel SGX PCK Platform CA" issued another and is of no CA',
    );
    certificates(
      { platformCa: { keyUsage: ['cRLSign'] } },
      'bad-chain',
      'certificate "Intel SGX PCK Platform CA" issued another without the key usage for it',
    );
    certificates(
      { pck: { signer: keyPair('x') } },
      'bad-signature',
      'the signature of certificate "Intel SGX PCK Certificate" does not verify',
    );
    certificates(
      { platformCa: { signer: keyPair('x') } },
      'bad-signature',
      'the signature of certificate "Intel SGX PCK Platform CA" does not verify',
    );
    certificates(
      { root: { pathLength: 0 } },
      'bad-chain',
      'certificate "SIMULATED Intel SGX Root CA" allows 0 intermediates below it, not 1',
    );
    certificates(
      { pck: { ca: true } },
      'bad-chain',
      'certificate "Intel SGX PCK Certificate" is of a CA, not of an end entity',
    );
    certificates(
      { pck: { extensions: [{ oid: '1.2.3', critical: true, value: hex('') }] } },
      'unsupported-certificate',
      `certificate 1 of ${CHAIN} has the critical extension 1.2.3, which is not understood`,
      20,
    );
    const certificate = { pck: { key: keyPair('x', 'P-384') } };
    const curve = `${CHAIN}: the PCK certificate has a key that is not on P-256`;
    const changes = { qeReportSignature: new Uint8Array(64) };
    expectTdx(() => verify(changes, { certificates: certificate }), 'unsupported-certificate', curve, 20);
  });
  test.each<[keyof PkiChanges, string]>([
    ['pck', 'Intel SGX PCK Certificate'],
    ['platformCa', 'Intel SGX PCK Platform CA'],
    ['root', 'SIMULATED Intel SGX Root CA'],
  ])('dates of %s', (part, name) => {
    const dated = (now: number) =>
      verify({}, { certificates: { [part]: { notBefore: NOW - 10, notAfter: NOW + 10 } } }, now);
    expect(() => dated(NOW - 10)).not.toThrow();
    expect(() => dated(NOW + 10)).not.toThrow();
    expectTdx(
      () => dated(NOW - 11),
      'not-yet-valid',
      `${CHAIN}: certificate "${name}" is valid from 2026-09-21T14:13:10Z`,
      12,
    );
    expectTdx(
      () => dated(NOW + 11),
      'expired',
      `${CHAIN}: certificate "${name}" was valid until 2026-09-21T14:13:30Z`,
      12,
    );
  });
  test('an expired chain under a wrong signature is no mere staleness', () =>
    expect(
      thrownBy(() =>
        verify({ signature: new Uint8Array(64).fill(1) }, { certificates: { pck: { notAfter: NOW - 1 } } }),
      ),
    ).toMatchObject({ code: 'bad-signature' }));
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('no time: %d', (now) =>
    expectTdx(() => verify({}, {}, now), 'bad-now', 'the time to check for is not a finite number of seconds', 30),
  );
});

describe('the QE report', () => {
  const unsigned = 'the QE report is not signed by the key of the PCK certificate';
  const unbound = 'the QE report is about another attestation key or other authentication data';
  test('is signed by the PCK', () => {
    refused({ pckKey: keyPair('x') }, 'bad-signature', unsigned);
    refused({ qeReportSignature: new Uint8Array(64) }, 'bad-signature', unsigned);
  });
  test('binds attestation key and authentication data', () => {
    const bytes = intel.quote();
    const { qeAuthData } = parseQuote(bytes);
    const at = bytes.indexOf(qeAuthData, 1218);
    bytes[at]! ^= 1;
    expectTdx(() => verifyQuoteSignature(parseQuote(bytes), trust), 'bad-binding', unbound, 10);
    refused({ qeReport: { reportData: new Uint8Array(64) } }, 'bad-binding', unbound);
    const good = parseQuote(intel.quote()).qeReport.reportData;
    refused(
      { qeReport: { reportData: Uint8Array.from(good, (byte, index) => (index === 63 ? 1 : byte)) } },
      'bad-binding',
      unbound,
    );
    refused(
      { qeReport: { reportData: Uint8Array.from(good, (byte, index) => (index === 32 ? 1 : byte)) } },
      'bad-binding',
      unbound,
    );
  });
  test('with no authentication data, or much', () => {
    expect(() => verify({ qeAuthData: hex('') })).not.toThrow();
    expect(() => verify({ qeAuthData: new Uint8Array(1000) })).not.toThrow();
  });
  test('is not of an enclave in debug mode', () =>
    refused(
      { qeReport: { attributes: hex('1700000000000000e700000000000000') } },
      'wrong-qe',
      'the quoting enclave runs in debug mode',
    ));
});

describe('the attestation key', () => {
  const unsigned = 'header and body of the quote are not signed by its attestation key';
  test('signed header and body', () => {
    refused({ signature: new Uint8Array(64) }, 'bad-signature', unsigned);
    const bytes = intel.quote();
    for (let at = 8; at < 632; at += 5) {
      // Which enclave vendor it is, is looked at when the quote is read.
      if (at >= 12 && at < 28) continue;
      const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0x80 : byte));
      expectTdx(() => verifyQuoteSignature(parseQuote(changed), trust), 'bad-signature', unsigned, 10);
    }
  });
  test.each<[string, Uint8Array]>([
    ['zero', new Uint8Array(64)],
    ['off the curve', new Uint8Array(64).fill(1)],
    ['beyond the field', new Uint8Array(64).fill(255)],
  ])('is a point on P-256: %s', (_, attestationPublicKey) =>
    refused({ attestationPublicKey }, 'bad-signature', 'the attestation key is not a point on P-256'),
  );
});

describe('the SGX extension', () => {
  const WHAT = 'the SGX extension of the PCK certificate';
  const item = (suffix: string, value: Uint8Array): Buffer => sequence(oid(`${SGX_EXTENSION_OID}.${suffix}`), value);
  const bad = (extension: ReturnType<typeof sgxExtension>, message: string): void =>
    expectTdx(() => verify({}, { certificates: { pck: { extensions: [extension] } } }), 'bad-certificate', message, 30);
  /** In place of the item at `index`. */
  const put = (index: number, ...by: Uint8Array[]) =>
    sgxExtension(intel.platform, (all) => all.flatMap((one, at) => (at === index ? by : [one])));
  const tcb = (edit: (items: Buffer[]) => Uint8Array[]) =>
    put(
      1,
      item(
        '2',
        sequence(
          ...edit([
            ...Array.from({ length: 16 }, (_, index) => item(`2.${index + 1}`, integer(index))),
            item('2.17', integer(11)),
            item('2.18', octetString(Buffer.alloc(16, 7))),
          ]),
        ),
      ),
    );

  test('tells component from component', () => {
    const pck = verify({}, { certificates: { pck: { extensions: [tcb((items) => items)] } } });
    expect(pck.componentSvns).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect([pck.pceSvn, pck.cpuSvn]).toEqual([11, '07'.repeat(16)]);
  });
  test('is there', () =>
    expectTdx(
      () => verify({}, { certificates: { pck: { extensions: [] } } }),
      'bad-certificate',
      'the PCK certificate has no SGX extension',
      30,
    ));
  test.each<[string, ReturnType<typeof sgxExtension>, string]>([
    ['no PPID', put(0), `${WHAT} has no PPID`],
    ['no TCB', put(1), `${WHAT} has no TCB`],
    ['no PCE id', put(2), `${WHAT} has no PCE id`],
    ['no FMSPC', put(3), `${WHAT} has no FMSPC`],
    ['a PPID too short', put(0, item('1', octetString(Buffer.alloc(15)))), `${WHAT} has a PPID of 15 bytes, not 16`],
    ['a PCE id too long', put(2, item('3', octetString(Buffer.alloc(3)))), `${WHAT} has a PCE id of 3 bytes, not 2`],
    ['an FMSPC too long', put(3, item('4', octetString(Buffer.alloc(7)))), `${WHAT} has a FMSPC of 7 bytes, not 6`],
    ['an FMSPC of another type', put(3, item('4', integer(1))), `${WHAT} has a FMSPC of another type`],
    [
      'one item twice',
      put(3, item('4', octetString(Buffer.alloc(6))), item('4', octetString(Buffer.alloc(6)))),
      `${WHAT} holds ${SGX_EXTENSION_OID}.4 twice`,
    ],
    [
      'a foreign item',
      put(3, sequence(oid('1.2.840.113741.1.13.2.4'), octetString(Buffer.alloc(6)))),
      `${WHAT} holds the foreign identifier 1.2.840.113741.1.13.2.4`,
    ],
    [
      'a third part',
      put(3, sequence(oid(`${SGX_EXTENSION_OID}.4`), octetString(Buffer.alloc(6)), integer(1))),
      `${CHAIN}: ${WHAT}: 3 bytes follow where nothing may`,
    ],
    ['a TCB of another type', put(1, item('2', octetString(Buffer.alloc(1)))), `${WHAT} has a TCB of another type`],
    ['no component 16', tcb((items) => items.toSpliced(15, 1)), `${WHAT} has no component SVN 16`],
    [
      'a component over a byte',
      tcb((items) => items.with(0, item('2.1', integer(256)))),
      `${CHAIN}: ${WHAT}: component SVN 1 is more than 255`,
    ],
    ['no PCE SVN', tcb((items) => items.toSpliced(16, 1)), `${WHAT} has no PCE SVN`],
    [
      'a PCE SVN over two bytes',
      tcb((items) => items.with(16, item('2.17', integer(65536)))),
      `${CHAIN}: ${WHAT}: PCE SVN is more than 65535`,
    ],
    ['no CPUSVN', tcb((items) => items.toSpliced(17, 1)), `${WHAT} has no CPUSVN`],
    [
      'a CPUSVN too short',
      tcb((items) => items.with(17, item('2.18', octetString(Buffer.alloc(15))))),
      `${WHAT} has a CPUSVN of 15 bytes, not 16`,
    ],
    [
      'a component from outside',
      tcb((items) => [...items, item('3.1', integer(1))]),
      `${WHAT} holds the foreign identifier ${SGX_EXTENSION_OID}.3.1`,
    ],
    [
      'bytes after it',
      { oid: SGX_EXTENSION_OID, value: Buffer.concat([sgxExtension(intel.platform).value, hex('00')]) },
      `${CHAIN}: ${WHAT}: 1 bytes follow where nothing may`,
    ],
  ])('%s', (_, extension, message) => bad(extension, message));
  test('given twice', () => {
    const twice = [sgxExtension(intel.platform), sgxExtension(intel.platform)];
    expect(encodeExtension(twice[0]!).length).toBeGreaterThan(0);
    certificates(
      { pck: { extensions: twice } },
      'bad-certificate',
      `certificate 1 of ${CHAIN} has the extension ${SGX_EXTENSION_OID} twice`,
      30,
    );
  });
});
