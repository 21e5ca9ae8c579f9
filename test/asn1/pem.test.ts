import { describe, expect, test } from 'vitest';
import { MAX_PEM_BLOCKS, MAX_PEM_BYTES, splitPem } from '../../src/asn1/pem.ts';
import { pem } from '../mocks/pem.ts';
import { hex, thrownBy } from './support.ts';

const one = pem(hex('300102'));
const two = pem(hex('ff'));
const split = (text: string): string[] =>
  splitPem(text, 'CERTIFICATE', 'x').map((bytes) => Buffer.from(bytes).toString('hex'));

describe('blocks come in their order', () => {
  test.each([
    ['one', one, ['300102']],
    ['two', one + two, ['300102', 'ff']],
    ['white space around', ` \t\r\n${one}\n\n${two}\n `, ['300102', 'ff']],
    ['NULs at the end', `${one}\0\0`, ['300102']],
    ['NULs and white space at the end', `${one}\0\n\0\n`, ['300102']],
    ['CRLF', one.replaceAll('\n', '\r\n'), ['300102']],
    ['no line feed at the end', one.trimEnd(), ['300102']],
    ['lines of any length', '-----BEGIN CERTIFICATE-----\nMA\nEC\n-----END CERTIFICATE-----', ['300102']],
    ['three bytes over', pem(hex('00010203')), ['00010203']],
  ])('%s', (_, text, expected) => expect(split(text)).toEqual(expected));
});

describe('refused', () => {
  test.each([
    ['nothing', '', 'x holds no CERTIFICATE'],
    ['NULs alone', '\0\0', 'x holds no CERTIFICATE'],
    ['another label', pem(hex('00'), 'X509 CRL'), 'x holds something outside of its blocks'],
    ['text before', `Subject: x\n${one}`, 'x holds something outside of its blocks'],
    ['text between', `${one}x\n${two}`, 'x holds something outside of its blocks'],
    ['text after', `${one}x`, 'x holds something outside of its blocks'],
    ['a NUL between', `${one}\0${two}`, 'x holds something outside of its blocks'],
    ['a NUL before', `\0${one}`, 'x holds something outside of its blocks'],
    ['no end', one.slice(0, 40), 'x holds a block without its end'],
    ['a block inside', `-----BEGIN CERTIFICATE-----\n${one}`, 'x holds a block without its end'],
    ['an end too many', `${one}-----END CERTIFICATE-----`, 'x holds something outside of its blocks'],
    ['no content', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'x holds a block that is not base64'],
    ['no base64', one.replace('MAEC', 'MA*C'), 'x holds a block that is not base64'],
    ['a NUL inside', one.replace('MAEC', 'MAEC\0'), 'x holds a block that is not base64'],
    ['base64url', two.replace('/w==', '_w=='), 'x holds a block that is not base64'],
    ['no padding', two.replace('/w==', '/w'), 'x holds a block that is not base64'],
    ['stray bits', two.replace('/w==', '/x=='), 'x holds a block that is not base64'],
    ['padding inside', one.replace('MAEC', '/w==MAEC'), 'x holds a block that is not base64'],
  ])('%s', (_, text, message) =>
    expect(thrownBy(() => split(text))).toMatchObject({ code: 'bad-pem', message, exitCode: 30 }),
  );

  test('too many blocks', () => {
    expect(split(one.repeat(MAX_PEM_BLOCKS))).toHaveLength(10);
    expect(thrownBy(() => split(one.repeat(MAX_PEM_BLOCKS + 1)))).toMatchObject({
      code: 'too-large',
      message: 'x holds 11 blocks, more than 10',
    });
  });

  test('too long a text', () => {
    expect(split(one.padEnd(MAX_PEM_BYTES, '\n'))).toEqual(['300102']);
    expect(thrownBy(() => split(one.padEnd(MAX_PEM_BYTES + 1, '\n')))).toMatchObject({
      code: 'too-large',
      message: 'x has 65537 characters, more than 65536',
    });
  });
});
