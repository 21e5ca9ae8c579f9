import { describe, expect, test } from 'vitest';
import { parseCertificate } from '../../src/asn1/certificate.ts';
import { parseCrl } from '../../src/asn1/crl.ts';
import { boolean, tlv } from '../mocks/der.ts';
import { hex, makeCrl, makeLeaf, replacePart, thrownBy } from './support.ts';

const NULL = tlv(0x05);
const refused = (run: () => unknown, message: string): void => expect((thrownBy(run) as Error).message).toBe(message);

describe('every part of a certificate is named where it is another', () => {
  const der = makeLeaf({ ca: true, pathLength: 0 }).der;
  const put =
    (path: readonly number[], ...by: Uint8Array[]) =>
    () =>
      parseCertificate(
        replacePart(der, path, () => by),
        'x',
      );

  test.each<[readonly number[], string]>([
    [[0], 'tbsCertificate has tag 0x05, not 0x30'],
    [[1], 'signatureAlgorithm has tag 0x05, not 0x30'],
    [[2], 'signatureValue has tag 0x05, not 0x03'],
    [[0, 0], 'version has tag 0x05, not 0xa0'],
    [[0, 0, 0], 'version has tag 0x05, not 0x02'],
    [[0, 1], 'serialNumber has tag 0x05, not 0x02'],
    [[0, 2], 'signature has tag 0x05, not 0x30'],
    [[0, 3], 'issuer has tag 0x05, not 0x30'],
    [[0, 4], 'validity has tag 0x05, not 0x30'],
    [[0, 5], 'subject has tag 0x05, not 0x30'],
    [[0, 6], 'subjectPublicKeyInfo has tag 0x05, not 0x30'],
    [[0, 7, 0], 'extensions has tag 0x05, not 0x30'],
    [[0, 7, 0, 0], 'an extension has tag 0x05, not 0x30'],
    [[0, 7, 0, 0, 0], 'the identifier of an extension has tag 0x05, not 0x06'],
    [[0, 7, 0, 0, 2], 'the value of an extension has tag 0x05, not 0x04'],
  ])('%j', (path, message) => refused(put(path, NULL), `x: ${message}`));

  test.each<[readonly number[], string]>([
    [[0, 3, 0], 'issuer: a relative name has tag 0x05, not 0x31'],
    [[0, 3, 0, 0], 'issuer: an attribute has tag 0x05, not 0x30'],
    [[0, 3, 0, 0, 0], 'issuer: the type of an attribute has tag 0x05, not 0x06'],
    [[0, 5, 0], 'subject: a relative name has tag 0x05, not 0x31'],
  ])('%j', (path, message) => refused(put(path, NULL), `x: ${message}`));

  test.each<[readonly number[], string]>([
    [[0, 4, 0], 'x: notBefore is not a time'],
    [[0, 4, 1], 'x: notAfter is not a time'],
  ])('%j', (path, message) => refused(put(path, NULL), message));

  test.each<[readonly number[], string]>([
    [[0], 'x: signatureAlgorithm has tag 0x03, not 0x30'],
    [[2], 'x: signatureValue is cut off'],
    [[0, 0, 0], 'x: version is cut off'],
    [[0, 4, 0], 'x: notAfter is cut off'],
    [[0, 4, 1], 'x: notAfter is cut off'],
    [[0, 7, 0], 'x: extensions is cut off'],
    [[0, 3, 0, 0, 1], 'x: issuer: the value of an attribute is cut off'],
    [[0, 7, 0, 0, 2], 'x: the value of an extension is cut off'],
  ])('missing: %j', (path, message) => refused(put(path), message));

  test.each<readonly number[][]>([[[0, 0, 0]], [[0, 4, 1]], [[0, 7, 0]], [[0, 3, 0, 0, 1]], [[0, 7, 0, 0, 2]], [[2]]])(
    'something after %j',
    (path) =>
      expect(
        (
          thrownBy(() =>
            parseCertificate(
              replacePart(der, path, (part) => [part, NULL]),
              'x',
            ),
          ) as Error
        ).message,
      ).toMatch(/^x(?:: issuer)?: 2 bytes follow where nothing may$/),
  );

  test('names of the parts that hold values', () => {
    refused(put([0, 0, 0], hex('0202 0002')), 'x: version is an integer not written as short as can be');
    refused(put([0, 1], hex('0200')), 'x: serialNumber is an integer without a byte');
    refused(put([0, 7, 0, 0, 1], hex('010101')), 'x: the critical flag is not a boolean of DER');
    refused(put([0, 7, 0, 0, 0], hex('060180')), 'x is an object identifier not written as short as can be');
    refused(put([0, 3, 0, 0, 0], hex('060180')), 'x: issuer is an object identifier not written as short as can be');
    refused(
      () =>
        parseCertificate(
          replacePart(
            replacePart(der, [1], () => [NULL_ALGORITHM]),
            [0, 2],
            () => [NULL_ALGORITHM],
          ),
          'x',
        ),
      'x: signature is an object identifier that is cut off',
    );
  });
  const NULL_ALGORITHM = tlv(0x30, tlv(0x06));

  test('basicConstraints: the parts', () => {
    const value =
      (...inside: Buffer[]) =>
      () =>
        parseCertificate(
          replacePart(der, [0, 7, 0, 1, 2], () => [tlv(4, tlv(0x30, ...inside))]),
          'x',
        );
    refused(value(boolean(true), tlv(2)), 'x: basicConstraints: pathLenConstraint is an integer without a byte');
    refused(value(tlv(1)), 'x: basicConstraints is not a boolean of DER');
    refused(value(tlv(2, hex('00'))), "x: basicConstraints has a path length without being a CA's");
    refused(value(Buffer.from([1, 2, 0])), 'x: basicConstraints: cA is cut off');
    refused(value(boolean(true), Buffer.from([2, 2, 0])), 'x: basicConstraints: pathLenConstraint is cut off');
  });
});

describe('every part of a revocation list is named where it is another', () => {
  const der = makeCrl({ revoked: [{ serial: hex('05') }] });
  const put =
    (path: readonly number[], ...by: Uint8Array[]) =>
    () =>
      parseCrl(
        replacePart(der, path, () => by),
        'x',
      );

  test.each<[readonly number[], string]>([
    [[0], 'tbsCertList has tag 0x05, not 0x30'],
    [[1], 'signatureAlgorithm has tag 0x05, not 0x30'],
    [[2], 'signatureValue has tag 0x05, not 0x03'],
    [[0, 0], 'version has tag 0x05, not 0x02'],
    [[0, 1], 'signature has tag 0x05, not 0x30'],
    [[0, 2], 'issuer has tag 0x05, not 0x30'],
    [[0, 5, 0], 'an entry has tag 0x05, not 0x30'],
    [[0, 5, 0, 0], 'the serial number of an entry has tag 0x05, not 0x02'],
    [[0, 5, 0, 2, 0], 'an extension has tag 0x05, not 0x30'],
    [[0, 6, 0], 'crlExtensions has tag 0x05, not 0x30'],
  ])('%j', (path, message) => refused(put(path, NULL), `x: ${message}`));

  test.each<[readonly number[], string]>([
    [[0, 3], 'x: thisUpdate is not a time'],
    [[0, 4], 'x: nextUpdate is not a time'],
    [[0, 5, 0, 1], 'x: a revocation date is not a time'],
  ])('%j', (path, message) => refused(put(path, NULL), message));

  test('names of the parts that hold values', () => {
    refused(put([0, 0], hex('0200')), 'x: version is an integer without a byte');
    refused(put([0, 5, 0, 0], hex('0200')), 'x: an entry is an integer without a byte');
    refused(put([2], tlv(3)), 'x: signatureValue is not a bit string of whole bytes');
    refused(put([0, 5, 0, 2], Buffer.from([0x30, 2, 0])), 'x: the extensions of an entry is cut off');
    refused(put([0, 5], Buffer.from([0x30, 0x7f])), 'x: revokedCertificates is cut off');
    refused(put([0, 6], Buffer.from([0xa0, 0x7f])), 'x: crlExtensions is cut off');
    const algorithm = tlv(0x30, tlv(0x06));
    const both = replacePart(
      replacePart(der, [1], () => [algorithm]),
      [0, 1],
      () => [algorithm],
    );
    refused(() => parseCrl(both, 'x'), 'x: signature is an object identifier that is cut off');
  });
});
