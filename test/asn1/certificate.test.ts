import { describe, expect, test } from 'vitest';
import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { MAX_CERTIFICATE_BYTES, parseCertificate, parsePemChain } from '../../src/asn1/certificate.ts';
import { EXTENSION } from '../../src/asn1/extensions.ts';
import { requireP256 } from '../../src/asn1/signature.ts';
import {
  bitString,
  boolean,
  explicit,
  integer,
  octetString,
  oid,
  printableString,
  sequence,
  set,
  tlv,
  utf8String,
} from '../mocks/der.ts';
import type { CertificateSpec } from '../mocks/x509/certificate.ts';
import { encodeExtension } from '../mocks/x509/extensions.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { NOW, contentOf, encodeName, hex, makeLeaf, makeRoot, named, replacePart, thrownBy } from './support.ts';

const parse = (change: Partial<CertificateSpec> = {}) => parseCertificate(makeLeaf(change).der, 'x');
const refused = (change: Partial<CertificateSpec>, code: string, message: string, exitCode = 30): void =>
  expect(thrownBy(() => parse(change))).toMatchObject({ code, message, exitCode });
const ofText = (text: string): Buffer => Buffer.from(text, 'latin1');
/** Puts `to` in the place of the one `from` of what is signed. */
const swap =
  (from: Uint8Array, to: Uint8Array) =>
  (der: Buffer): Buffer => {
    const at = der.indexOf(from);
    if (at < 0 || from.length !== to.length) throw new Error('not there');
    return Buffer.concat([der.subarray(0, at), to, der.subarray(at + from.length)]);
  };

describe('what a certificate says', () => {
  test('agrees with what was written and with what Node reads', () => {
    const made = makeLeaf({ keyIds: true });
    const certificate = parseCertificate(made.der, 'x');
    const other = new X509Certificate(made.der);
    expect(certificate.serial).toBe(other.serialNumber.toLowerCase());
    expect(certificate.notBefore).toBe(Date.parse(other.validFrom) / 1000);
    expect(certificate.notAfter).toBe(Date.parse(other.validTo) / 1000);
    expect(certificate.publicKey.equals(other.publicKey)).toBe(true);
    expect(Buffer.compare(certificate.spki, made.key.spki)).toBe(0);
    expect(Buffer.compare(certificate.der, made.der)).toBe(0);
    expect(Buffer.compare(certificate.issuer, encodeName(named('intermediate')))).toBe(0);
    expect(Buffer.compare(certificate.subject, encodeName(named('leaf')))).toBe(0);
    expect(certificate).toMatchObject({
      commonName: 'leaf',
      issuerCommonName: 'intermediate',
      notBefore: NOW - 1000,
      notAfter: NOW + 1000,
      basicConstraints: { ca: false, pathLength: undefined },
      algorithm: { oid: '1.2.840.10045.4.3.2', parameters: undefined },
    });
    expect([...(certificate.keyUsage ?? [])]).toEqual([0]);
    expect([...certificate.extensions.keys()]).toEqual(['2.5.29.35', '2.5.29.14', '2.5.29.15', '2.5.29.19']);
    expect(certificate.extensions.get(EXTENSION.keyUsage)).toEqual({
      critical: true,
      value: new Uint8Array(bitString(hex('80'), 7)),
    });
    expect(certificate.extensions.get('2.5.29.14')?.critical).toBe(false);
  });

  test('is kept apart from the bytes that were given', () => {
    const bytes = new Uint8Array(makeLeaf().der);
    const certificate = parseCertificate(bytes, 'x');
    bytes.fill(0);
    expect(certificate.der[0]).toBe(0x30);
    expect(certificate.tbs[0]).toBe(0x30);
  });

  test('CA and path length', () => {
    const root = parseCertificate(makeRoot({ pathLength: 1 }).der, 'x');
    expect(root.basicConstraints).toEqual({ ca: true, pathLength: 1 });
    expect([...(root.keyUsage ?? [])]).toEqual([5, 6]);
    expect(parse({ ca: 'absent', keyUsage: 'absent' })).toMatchObject({
      basicConstraints: { ca: false, pathLength: undefined },
      keyUsage: undefined,
    });
    expect(
      parse({ ca: 'absent', extensions: [{ oid: EXTENSION.basicConstraints, value: sequence(boolean(false)) }] })
        .basicConstraints.ca,
    ).toBe(false);
  });

  test('no extension at all', () => expect(parse({ ca: 'absent', keyUsage: 'absent' }).extensions.size).toBe(0));

  test('serial numbers of 20 bytes, with the top bit too', () => {
    expect(parse({ serial: Buffer.alloc(20, 0xff) }).serial).toBe('ff'.repeat(20));
    expect(parse({ serial: Buffer.from([1]) }).serial).toBe('01');
    refused({ serial: Buffer.alloc(21, 1) }, 'bad-certificate', 'x has a serial number of more than 20 bytes');
  });

  test('names without a common name, and with a printable one', () => {
    expect(parse({ subject: [['O', 'x']] }).commonName).toBeUndefined();
    expect(parse({ subject: [] }).commonName).toBeUndefined();
    const printable = set(sequence(oid('2.5.4.3'), printableString('leaf')));
    const utf8 = set(sequence(oid('2.5.4.3'), utf8String('leaf')));
    expect(parse({ tbs: swap(utf8, printable) }).commonName).toBe('leaf');
  });
});

describe('common names', () => {
  const subject = (...names: Buffer[]): Buffer => sequence(...names);
  const named = (...attributes: Buffer[]): Buffer => set(...attributes);
  const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), value);
  const read = (name: Buffer) =>
    parseCertificate(
      replacePart(makeLeaf().der, [0, 5], () => [name]),
      'x',
    ).commonName;
  test('stand in a set with others', () => {
    const others = [attribute('2.5.4.10', utf8String('o')), attribute('2.5.4.3', utf8String('n'))];
    expect(read(subject(named(...others)))).toBe('n');
    expect(read(subject(named(others[1]!, others[0]!)))).toBe('n');
    expect(thrownBy(() => read(subject(named(others[1]!, others[1]!))))).toMatchObject({
      message: 'x: subject has 2 common names',
    });
  });
  test('keep a byte order mark', () =>
    expect(read(subject(named(attribute('2.5.4.3', utf8String('\ufeffn')))))).toBe('\ufeffn'));
});

test('a key of another kind is read, and verifies nothing here', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const certificate = parseCertificate(
    replacePart(makeLeaf().der, [0, 6], () => [spki]),
    'x',
  );
  expect(thrownBy(() => requireP256(certificate.publicKey, 'y'))).toMatchObject({
    code: 'unsupported-algorithm',
    message: 'y has a key that is not on P-256',
  });
});

describe('refused', () => {
  test('too large', () =>
    expect(thrownBy(() => parseCertificate(new Uint8Array(MAX_CERTIFICATE_BYTES + 1), 'x'))).toMatchObject({
      code: 'too-large',
      message: 'x has 262145 bytes, more than 262144',
    }));
  test('not one of just the limit for its size', () =>
    expect(thrownBy(() => parseCertificate(new Uint8Array(MAX_CERTIFICATE_BYTES), 'x'))).toMatchObject({
      code: 'bad-der',
    }));
  test('bytes after it', () =>
    refused(
      { edit: (der) => Buffer.concat([der, Buffer.alloc(1)]) },
      'bad-der',
      'x: 1 bytes follow where nothing may',
    ));
  test('a fourth element', () =>
    refused(
      { edit: (der) => sequence(contentOf(der), hex('0500')) },
      'bad-der',
      'x: 2 bytes follow where nothing may',
    ));
  test('v1', () => refused({ version: 1 }, 'bad-der', 'x: version has tag 0x02, not 0xa0'));
  test('v2', () => refused({ version: 2 }, 'bad-certificate', 'x is not of version 3'));
  test('v4', () => refused({ version: 4 }, 'bad-certificate', 'x is not of version 3'));
  test('another algorithm outside', () =>
    refused(
      { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) },
      'bad-certificate',
      'x names one signature algorithm inside and another outside',
    ));
  test('a negative serial number', () =>
    refused({ serial: hex('7f'), tbs: swap(hex('02017f'), hex('0201ff')) }, 'bad-der', 'x: serialNumber is negative'));
  test('a wrong time', () =>
    refused({ tbs: swap(ofText('Z'), ofText('z')) }, 'bad-time', 'x: notBefore is a time not in the form of RFC 5280'));
  test('a public key that is none', () => {
    const { spki } = keyPair('asn1 leaf');
    refused(
      { tbs: swap(spki, Buffer.from([...spki.subarray(0, 27), ...Buffer.alloc(64, 7)])) },
      'bad-certificate',
      'x has a public key that cannot be read',
    );
  });
  test('a signature that is not of whole bytes', () =>
    refused(
      {
        edit: (der) => {
          const at = der.lastIndexOf(hex('00 30'));
          der[at] = 1;
          return der;
        },
      },
      'bad-der',
      'x: signatureValue is not a bit string of whole bytes',
    ));
  test('an extension given twice', () =>
    refused(
      {
        extensions: [
          { oid: '1.2.3', value: hex('00') },
          { oid: '1.2.3', value: hex('00') },
        ],
      },
      'bad-certificate',
      'x has the extension 1.2.3 twice',
    ));
  test('a critical extension that is not understood', () =>
    refused(
      { extensions: [{ oid: '1.2.3', critical: true, value: hex('00') }] },
      'unknown-critical-extension',
      'x has the critical extension 1.2.3, which is not understood',
      20,
    ));
  test('a critical extension that somebody else looks at is let through', () => {
    const made = makeLeaf({ extensions: [{ oid: '1.2.3', critical: true, value: hex('00') }] });
    expect(parseCertificate(made.der, 'x', { understood: ['1.2.3'] }).extensions.get('1.2.3')).toEqual({
      critical: true,
      value: hex('00'),
    });
    expect(thrownBy(() => parseCertificate(made.der, 'x', { understood: ['1.2.4'] }))).toMatchObject({
      code: 'unknown-critical-extension',
    });
    expect(parsePemChain(made.pem, 'y', { understood: ['1.2.3'] })).toHaveLength(1);
  });
  test('two common names', () =>
    refused(
      {
        subject: [
          ['CN', 'a'],
          ['CN', 'b'],
        ],
      },
      'bad-certificate',
      'x: subject has 2 common names',
    ));
  test('a common name of another kind', () => {
    const utf8 = set(sequence(oid('2.5.4.3'), utf8String('leaf')));
    const other = set(sequence(oid('2.5.4.3'), tlv(0x14, ofText('leaf'))));
    refused(
      { tbs: swap(utf8, other) },
      'bad-certificate',
      'x: subject has a common name that is neither UTF8String nor PrintableString',
    );
    const wrong = set(sequence(oid('2.5.4.3'), tlv(0x0c, hex('ff656166'))));
    refused({ tbs: swap(utf8, wrong) }, 'bad-certificate', 'x: subject has a common name that is not UTF-8: \\xffeaf');
  });
  test('an empty relative name', () => {
    const utf8 = set(sequence(oid('2.5.4.3'), utf8String('leaf')));
    const empty = Buffer.concat([set(), set(sequence(oid('2.5.4.3'), utf8String('le')))]);
    refused({ tbs: swap(utf8, empty) }, 'bad-der', 'x: subject: an attribute is cut off');
  });

  test.each<[string, Uint8Array, string, string]>([
    [
      'a path length without CA',
      sequence(integer(0)),
      'bad-certificate',
      "x: basicConstraints has a path length without being a CA's",
    ],
    [
      'a path length that is too large',
      sequence(boolean(true), integer(256)),
      'bad-der',
      'x: basicConstraints: pathLenConstraint is more than 255',
    ],
    [
      'bytes after the path length',
      sequence(boolean(true), integer(0), integer(0)),
      'bad-der',
      'x: basicConstraints: 3 bytes follow where nothing may',
    ],
    [
      'bytes after the sequence',
      Buffer.concat([sequence(), hex('00')]),
      'bad-der',
      'x: basicConstraints: 1 bytes follow where nothing may',
    ],
    [
      'something else',
      octetString(hex('')),
      'bad-der',
      'x: basicConstraints: the outermost element has tag 0x04, not 0x30',
    ],
    ['a boolean of BER', sequence(tlv(1, hex('01'))), 'bad-der', 'x: basicConstraints is not a boolean of DER'],
  ])('basicConstraints with %s', (_, value, code, message) =>
    refused({ ca: 'absent', extensions: [{ oid: EXTENSION.basicConstraints, value }] }, code, message),
  );

  test('keyUsage that is no bit string', () =>
    refused(
      { keyUsage: 'absent', extensions: [{ oid: EXTENSION.keyUsage, value: octetString(hex('80')) }] },
      'bad-der',
      'x: keyUsage: the outermost element has tag 0x04, not 0x03',
    ));

  describe('the form of extensions', () => {
    const good = sequence(...[encodeExtension({ oid: '1.2.3', value: hex('01') })]);
    const only = (extensions: Buffer): Partial<CertificateSpec> => ({
      ca: 'absent',
      keyUsage: 'absent',
      extensions: [{ oid: '1.2.3', value: hex('01') }],
      tbs: (tbs) => sequence(contentOf(tbs).subarray(0, contentOf(tbs).indexOf(explicit(3, good))), extensions),
    });
    test.each<[string, Buffer, string]>([
      ['an empty list', explicit(3, sequence()), 'x: an extension is cut off'],
      ['two lists', explicit(3, good, good), 'x: 15 bytes follow where nothing may'],
      [
        'a default written out',
        explicit(3, sequence(sequence(oid('1.2.3'), boolean(false), octetString(hex(''))))),
        'x: a critical flag is written out that is the default',
      ],
      [
        'a fourth part',
        explicit(3, sequence(sequence(oid('1.2.3'), octetString(hex('')), octetString(hex(''))))),
        'x: 2 bytes follow where nothing may',
      ],
      ['a part after them', Buffer.concat([explicit(3, good), hex('0500')]), 'x: 2 bytes follow where nothing may'],
      ['a unique id', Buffer.concat([tlv(0x81, hex('00')), explicit(3, good)]), 'x: 18 bytes follow where nothing may'],
    ])('%s', (_, extensions, message) => {
      const error = thrownBy(() => parse(only(extensions))) as Error;
      expect(error).toMatchObject({ code: 'bad-der' });
      if (!message.includes('bytes follow')) expect(error.message).toBe(message);
      else expect(error.message).toContain('bytes follow where nothing may');
    });
    test('the frame itself is sound', () => expect(parse(only(explicit(3, good))).extensions.size).toBe(1));
  });

  test('every cut is an error of ours', () => {
    const { der } = makeLeaf();
    for (let length = 0; length < der.length; length++) {
      expect(thrownBy(() => parseCertificate(der.subarray(0, length), 'x'))).toMatchObject({ code: 'bad-der' });
    }
  });

  test('no flipped byte ends in anything but an error of ours', () => {
    const { der } = makeLeaf();
    for (let at = 0; at < der.length; at++) {
      const bytes = Uint8Array.from(der, (byte, index) => (index === at ? byte ^ 0x55 : byte));
      try {
        parseCertificate(bytes, 'x');
      } catch (error) {
        expect(error).toMatchObject({ name: 'Asn1Error' });
      }
    }
  });
});

test('the certificates of a PEM chain are named by their place', () => {
  const chain = makeLeaf().pem + makeRoot().pem;
  expect(parsePemChain(chain, 'the chain').map(({ commonName }) => commonName)).toEqual(['leaf', 'root']);
  const broken = makeLeaf().pem + makeRoot({ version: 2 }).pem;
  expect(thrownBy(() => parsePemChain(broken, 'the chain'))).toMatchObject({
    message: 'certificate 2 of the chain is not of version 3',
  });
});
