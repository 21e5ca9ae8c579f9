import { describe, expect, test } from 'vitest';
import { parseCertificate } from '../../src/asn1/certificate.ts';
import { MAX_CRL_BYTES, parseCrl, verifyCrlSignature } from '../../src/asn1/crl.ts';
import { boolean, explicit, integer, octetString, oid, sequence, time } from '../mocks/der.ts';
import type { CertificateSpec } from '../mocks/x509/certificate.ts';
import type { CrlSpec } from '../mocks/x509/crl.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { NOW, contentOf, encodeName, hex, makeCrl, makeRoot, named, thrownBy } from './support.ts';

const parse = (change: Partial<CrlSpec> = {}) => parseCrl(makeCrl(change), 'x');
const refused = (run: () => unknown, code: string, message: string, exitCode = 30): void =>
  expect(thrownBy(run)).toMatchObject({ code, message, exitCode });
const verify = (change: Partial<CrlSpec> = {}, issuer: Partial<CertificateSpec> = {}): void =>
  verifyCrlSignature(parse(change), parseCertificate(makeRoot(issuer).der, 'y'), 'x');

describe('what a list says', () => {
  test('its dates and serial numbers', () => {
    const crl = parse({ revoked: [{ serial: hex('0a0b') }, { serial: hex('ff'), reason: 'absent' }] });
    expect(crl).toMatchObject({
      thisUpdate: NOW - 100,
      nextUpdate: NOW + 100,
      algorithm: { oid: '1.2.840.10045.4.3.2' },
    });
    expect([...crl.revoked]).toEqual(['0a0b', 'ff']);
    expect(Buffer.compare(crl.issuer, encodeName(named('root')))).toBe(0);
  });
  test('none revoked', () => expect(parse().revoked.size).toBe(0));
  test('no extensions', () => {
    const crl = parse({ tbs: (tbs) => sequence(contentOf(tbs).subarray(0, contentOf(tbs).indexOf(hex('a0')))) });
    expect(crl.revoked.size).toBe(0);
  });
  test('is kept apart from the bytes that were given', () => {
    const bytes = new Uint8Array(makeCrl());
    const crl = parseCrl(bytes, 'x');
    bytes.fill(0);
    expect(crl.tbs[0]).toBe(0x30);
  });
});

describe('refused', () => {
  test('nothing at all', () => refused(() => parseCrl(hex(''), 'x'), 'bad-der', 'x: the outermost element is cut off'));
  test('garbage', () =>
    refused(() => parseCrl(Buffer.from('garbage'), 'x'), 'bad-der', 'x: the outermost element is cut off'));
  test('too large', () =>
    refused(
      () => parseCrl(new Uint8Array(MAX_CRL_BYTES + 1), 'x'),
      'too-large',
      'x has 1048577 bytes, more than 1048576',
    ));
  test('not one of just the limit for its size', () =>
    refused(
      () => parseCrl(new Uint8Array(MAX_CRL_BYTES), 'x'),
      'bad-der',
      'x: the outermost element has tag 0x00, not 0x30',
    ));
  test('bytes after it', () =>
    refused(
      () => parse({ edit: (der) => Buffer.concat([der, hex('00')]) }),
      'bad-der',
      'x: 1 bytes follow where nothing may',
    ));
  test('a fourth element', () =>
    refused(
      () => parse({ edit: (der) => sequence(contentOf(der), hex('0500')) }),
      'bad-der',
      'x: 2 bytes follow where nothing may',
    ));
  test.each([1, 3])('version %i', (version) => refused(() => parse({ version }), 'bad-crl', 'x is not of version 2'));
  test('no nextUpdate', () =>
    refused(() => parse({ nextUpdate: 'absent' }), 'bad-time', 'x: nextUpdate is not a time'));
  test('another algorithm outside', () =>
    refused(
      () =>
        parse({
          edit: (der) => {
            const at = der.lastIndexOf(oid('1.2.840.10045.4.3.2'));
            der[at + 9] = 3;
            return der;
          },
        }),
      'bad-crl',
      'x names one signature algorithm inside and another outside',
    ));
  test('a critical extension', () =>
    refused(
      () => parse({ extensions: [{ oid: '2.5.29.28', critical: true, value: hex('') }] }),
      'unknown-critical-extension',
      'x has the critical extension 2.5.29.28, which is not understood',
      20,
    ));
  test('one that is not critical is passed over', () =>
    expect(() => parse({ extensions: [{ oid: '2.5.29.28', value: hex('') }] })).not.toThrow());
  test('an extension given twice', () =>
    refused(
      () => parse({ extensions: [{ oid: '2.5.29.20', value: integer(2) }] }),
      'bad-crl',
      'x has the extension 2.5.29.20 twice',
    ));

  const entries = (list: Buffer): Partial<CrlSpec> => ({
    tbs: (tbs) => {
      const body = contentOf(tbs);
      const at = body.indexOf(hex('a0'));
      return sequence(body.subarray(0, at), list, body.subarray(at));
    },
  });
  const entry = (...more: Buffer[]): Buffer => sequence(sequence(integer(5), time(NOW), ...more));
  test('entries made here are sound', () => expect([...parse(entries(entry())).revoked]).toEqual(['05']));
  test.each<[string, Buffer, string, string]>([
    ['an empty list', sequence(), 'bad-der', 'x: an entry is cut off'],
    ['no date', sequence(sequence(integer(5))), 'bad-der', 'x: the revocation date is cut off'],
    ['a wrong date', sequence(sequence(integer(5), integer(5))), 'bad-time', 'x: a revocation date is not a time'],
    [
      'a serial of another kind',
      sequence(sequence(octetString(hex('05')), time(NOW))),
      'bad-der',
      'x: the serial number of an entry has tag 0x04, not 0x02',
    ],
    [
      'a fourth part',
      entry(sequence(sequence(oid('1.2.3'), octetString(hex('')))), integer(1)),
      'bad-der',
      'x: 3 bytes follow where nothing may',
    ],
    [
      'an extension given twice',
      entry(sequence(sequence(oid('1.2.3'), octetString(hex(''))), sequence(oid('1.2.3'), octetString(hex(''))))),
      'bad-crl',
      'x has the extension 1.2.3 twice',
    ],
    [
      'a critical extension',
      entry(sequence(sequence(oid('2.5.29.29'), boolean(true), octetString(hex(''))))),
      'unknown-critical-extension',
      'x has the critical extension 2.5.29.29, which is not understood',
    ],
  ])('entries: %s', (_, list, code, message) =>
    expect(thrownBy(() => parse(entries(list)))).toMatchObject({ code, message }),
  );

  test('bytes after the extensions', () =>
    refused(
      () => parse({ tbs: (tbs) => sequence(contentOf(tbs), explicit(1)) }),
      'bad-der',
      'x: 2 bytes follow where nothing may',
    ));
  test('two lists of extensions', () =>
    refused(
      () =>
        parse({
          tbs: (tbs) => {
            const body = contentOf(tbs);
            const list = sequence(sequence(oid('1.2.3'), octetString(hex(''))));
            return sequence(body.subarray(0, body.indexOf(hex('a0'))), explicit(0, list, list));
          },
        }),
      'bad-der',
      'x: 10 bytes follow where nothing may',
    ));
});

describe('the issuer', () => {
  test('signed it', () => expect(() => verify()).not.toThrow());
  test('has another name', () =>
    refused(
      () => verify({ issuer: named('roof') }),
      'bad-chain',
      'x names another issuer than the certificate it is checked with',
      10,
    ));
  test('may not sign lists', () => {
    refused(
      () => verify({}, { keyUsage: ['keyCertSign'] }),
      'not-a-ca',
      'x is signed by a certificate without the key usage for it',
      10,
    );
    refused(
      () => verify({}, { keyUsage: 'absent' }),
      'not-a-ca',
      'x is signed by a certificate without the key usage for it',
      10,
    );
  });
  test('did not sign it', () =>
    refused(() => verify({ signer: keyPair('asn1 leaf') }), 'bad-signature', 'the signature of x does not verify', 10));
  test('signed it in another way', () =>
    refused(
      () => verify({ algorithm: sequence(oid('1.2.840.10045.4.3.4')) }),
      'unsupported-algorithm',
      'x is signed with 1.2.840.10045.4.3.4, not ECDSA with SHA-256',
      20,
    ));
});
