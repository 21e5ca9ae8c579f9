import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { MAX_PADDING_BYTES, MAX_QUOTE_BYTES, type Quote, parseQuote } from '../../src/tdx/quote.ts';
import type { QuoteChanges } from '../mocks/intel/quote.ts';
import { QE_MRSIGNER } from '../mocks/intel/qe-identity.ts';
import { holds } from '../support/property.ts';
import { expectTdx, hex, intel, thrownBy } from './support.ts';

const parse = (changes: QuoteChanges = {}): Quote => parseQuote(intel.quote(changes));
const refused = (changes: QuoteChanges, code: string, message: string, exitCode = 30): void =>
  expectTdx(() => parse(changes), code, message, exitCode);
/** A value of so many bytes that no other field has. */
const mark = (value: number, size: number): Uint8Array => new Uint8Array(size).fill(value);

const BODY = {
  teeTcbSvn: mark(1, 16),
  mrSeam: mark(2, 48),
  mrSignerSeam: mark(3, 48),
  seamAttributes: mark(4, 8),
  tdAttributes: mark(5, 8),
  xfam: mark(6, 8),
  mrTd: mark(7, 48),
  mrConfigId: mark(8, 48),
  mrOwner: mark(9, 48),
  mrOwnerConfig: mark(10, 48),
  reportData: mark(15, 64),
};
const RTMRS = { rtmr0: mark(11, 48), rtmr1: mark(12, 48), rtmr2: mark(13, 48), rtmr3: mark(14, 48) };
const EXTENDED = { teeTcbSvn2: mark(16, 16), mrServiceTd: mark(17, 48) };

describe('every field is where it is written', () => {
  const shown = { ...BODY, rtmrs: Object.values(RTMRS) };
  test.each<[string, QuoteChanges, object, number]>([
    [
      'v4',
      {},
      { version: 4, bodyType: 'td10', body: { ...shown, teeTcbSvn2: undefined, mrServiceTd: undefined } },
      632,
    ],
    [
      'v5, TD 1.0',
      { header: { version: 5 } },
      { version: 5, bodyType: 'td10', body: { ...shown, teeTcbSvn2: undefined, mrServiceTd: undefined } },
      638,
    ],
    [
      'v5, TD 1.5',
      { header: { version: 5 }, td15: true },
      { version: 5, bodyType: 'td15', body: { ...shown, ...EXTENDED } },
      702,
    ],
  ])('%s', (_, changes, expected, signedLength) => {
    const bytes = intel.quote({
      ...changes,
      header: { ...changes.header, qeSvn: 0x0102, pceSvn: 0x0304, userData: mark(18, 20) },
      body: { ...BODY, ...RTMRS, ...(changes.td15 === true ? EXTENDED : {}) },
      qeAuthData: mark(19, 33),
      signature: mark(20, 64),
      qeReportSignature: mark(21, 64),
      attestationPublicKey: mark(22, 64),
      qeReport: {
        cpuSvn: mark(23, 16),
        miscSelect: 0x01020304,
        attributes: mark(24, 16),
        mrEnclave: mark(25, 32),
        isvProdId: 0x0506,
        isvSvn: 0x0708,
        reportData: mark(26, 64),
      },
      chainBytes: Buffer.from('-----x\xff', 'latin1'),
      trailing: new Uint8Array(7),
    });
    const quote = parseQuote(bytes);
    expect(quote).toMatchObject({
      ...expected,
      qeSvn: 0x0102,
      pceSvn: 0x0304,
      userData: mark(18, 20),
      signature: mark(20, 64),
      attestationKey: mark(22, 64),
      qeAuthData: mark(19, 33),
      qeReportSignature: mark(21, 64),
      qeReport: {
        cpuSvn: mark(23, 16),
        miscSelect: hex('04030201'),
        attributes: mark(24, 16),
        mrEnclave: mark(25, 32),
        mrSigner: hex(QE_MRSIGNER),
        isvProdId: 0x0506,
        isvSvn: 0x0708,
        reportData: mark(26, 64),
      },
      pckChainPem: '-----x\xff',
      paddingLength: 7,
      authenticatedLength: bytes.length - 7,
    });
    expect(Buffer.compare(quote.signedBytes, bytes.subarray(0, signedLength))).toBe(0);
    expect(quote.qeReportBytes.length).toBe(384);
  });

  test('apart from the bytes that were given', () => {
    const bytes = new Uint8Array(intel.quote());
    const quote = parseQuote(bytes);
    bytes.fill(0xee);
    expect(quote.signedBytes[0]).toBe(4);
  });
});

describe('refused', () => {
  test.each<[string, QuoteChanges, string, string, number?]>([
    [
      'version 3',
      { header: { version: 3 } },
      'unsupported-version',
      'the quote is of version 3; supported are 4 and 5',
      20,
    ],
    [
      'version 6',
      { header: { version: 6 } },
      'unsupported-version',
      'the quote is of version 6; supported are 4 and 5',
      20,
    ],
    [
      'version 0x0104',
      { header: { version: 0x0104 } },
      'unsupported-version',
      'the quote is of version 260; supported are 4 and 5',
      20,
    ],
    [
      'ECDSA P-384',
      { header: { attestationKeyType: 3 } },
      'unsupported-key-type',
      'the attestation key is of type 3; supported is 2 (ECDSA P-256)',
      20,
    ],
    ['SGX', { header: { teeType: 0 } }, 'unsupported-tee', 'the quote is of TEE type 0, not of TDX (129)', 20],
    [
      'a TEE type with a high bit',
      { header: { teeType: 0x10081 } },
      'unsupported-tee',
      'the quote is of TEE type 65665, not of TDX (129)',
      20,
    ],
    [
      'another vendor',
      { header: { qeVendorId: mark(0xab, 16) } },
      'wrong-qe',
      `the vendor of the quoting enclave is ${'ab'.repeat(16)}, not Intel`,
      10,
    ],
    [
      'an SGX body',
      { header: { version: 5 }, bodyType: 1 },
      'unsupported-body',
      'the quote has a body of type 1; supported are 2 (TD 1.0) and 3 (TD 1.5)',
      20,
    ],
    [
      'body type 4',
      { header: { version: 5 }, bodyType: 4 },
      'unsupported-body',
      'the quote has a body of type 4; supported are 2 (TD 1.0) and 3 (TD 1.5)',
      20,
    ],
    [
      'a body too short',
      { header: { version: 5 }, bodySize: 583 },
      'bad-quote',
      'the body of the quote has 583 bytes; its type has 584',
    ],
    [
      'a 1.5 body that says 1.0',
      { header: { version: 5 }, td15: true, bodyType: 2 },
      'bad-quote',
      'the body of the quote has 648 bytes; its type has 584',
    ],
    [
      'a 1.0 body that says 1.5',
      { header: { version: 5 }, bodyType: 3 },
      'bad-quote',
      'the body of the quote has 584 bytes; its type has 648',
    ],
    [
      'outer type 5',
      { certificationType: 5 },
      'unsupported-certification',
      'the certification data is of type 5; only type 6 is supported',
      20,
    ],
    [
      'inner type 3',
      { innerType: 3 },
      'unsupported-certification',
      'the certification data of the QE is of type 3; only type 5 is supported',
      20,
    ],
    ['trailing bytes', { trailing: hex('0001') }, 'bad-quote', 'bytes other than zero follow the quote'],
    ['a trailing byte', { trailing: hex('80') }, 'bad-quote', 'bytes other than zero follow the quote'],
  ])('%s', (_, changes, code, message, exitCode) => refused(changes, code, message, exitCode));

  test.each<[keyof QuoteChanges, number]>([
    ['authLength', 1],
    ['authLength', -1],
    ['certificationLength', 1],
    ['certificationLength', -1],
    ['qeAuthLength', 1],
    ['qeAuthLength', -1],
    ['innerLength', 1],
    ['innerLength', -1],
  ])('%s off by %i', (name, by) => {
    const { qeAuthData, pckChainPem, authenticatedLength } = parse();
    const auth = authenticatedLength - 636;
    const lengths = {
      authLength: auth,
      certificationLength: auth - 134,
      qeAuthLength: qeAuthData.length,
      innerLength: pckChainPem.length,
    };
    expect(() => parse(lengths)).not.toThrow();
    const error = thrownBy(() => parse({ [name]: lengths[name as keyof typeof lengths] + by }));
    expect(error).toMatchObject({ name: 'TdxError', exitCode: name === 'qeAuthLength' ? 20 : 30 });
  });

  test('what is left over is named', () => {
    const auth = parse().authenticatedLength - 636;
    refused({ authLength: auth + 1 }, 'bad-quote', '1 bytes follow the certification data where nothing may');
    refused(
      { innerLength: parse().pckChainPem.length - 1 },
      'bad-quote',
      '1 bytes follow the PCK certificate chain where nothing may',
    );
    refused(
      { authLength: auth + 71 },
      'bad-quote',
      `the quote is cut off in the authentication data: ${auth + 71} bytes are due, ${auth + 70} are left`,
    );
    refused(
      { authLength: 0xffffffff },
      'bad-quote',
      `the quote is cut off in the authentication data: 4294967295 bytes are due, ${auth + 70} are left`,
    );
  });

  test('padding without end', () => {
    expect(parse({ trailing: new Uint8Array(MAX_PADDING_BYTES) }).paddingLength).toBe(16384);
    refused(
      { trailing: new Uint8Array(MAX_PADDING_BYTES + 1) },
      'bad-quote',
      '16385 bytes follow the quote, more than 16384',
    );
    expect(parse({ trailing: hex('') }).paddingLength).toBe(0);
  });

  test('bytes without end', () => {
    expectTdx(
      () => parseQuote(new Uint8Array(MAX_QUOTE_BYTES + 1)),
      'bad-quote',
      'the quote has 65537 bytes, more than 65536',
      30,
    );
    expectTdx(
      () => parseQuote(new Uint8Array(MAX_QUOTE_BYTES)),
      'unsupported-version',
      'the quote is of version 0; supported are 4 and 5',
      20,
    );
  });

  test('every cut', () => {
    const bytes = intel.quote({ trailing: hex('') });
    for (let length = 0; length < bytes.length; length += 11) {
      expect(thrownBy(() => parseQuote(bytes.subarray(0, length)))).toMatchObject({ code: 'bad-quote' });
    }
    expectTdx(
      () => parseQuote(hex('04')),
      'bad-quote',
      'the quote is cut off in the header: 2 bytes are due, 1 are left',
      30,
    );
  });

  test('arbitrary bytes end in an error of ours', () => {
    const start = intel.quote().subarray(0, 632);
    holds(
      fc.property(
        fc.uint8Array({ maxLength: 800 }),
        fc.nat(632),
        (bytes, keep) =>
          (thrownBy(() => parseQuote(Buffer.concat([start.subarray(0, keep), bytes]))) as Error).name === 'TdxError',
      ),
    );
  });
});
