import { describe, expect, test } from 'vitest';
import { type Claims, readClaims, readIdentity } from '../../src/provenance/claims.ts';
import { oid, sequence, tlv, utf8String } from '../mocks/der.ts';
import type { Extension } from '../mocks/x509/extensions.ts';
import { claimsOf, type FulcioClaims } from '../mocks-sigstore/claims.ts';
import { extendedKeyUsage, issueLeaf, type LeafOptions, uriName } from '../mocks-sigstore/fulcio.ts';
import { expectError, NOW, sigstore } from './support.ts';

const leaf = (options: Partial<LeafOptions> = {}): Uint8Array =>
  issueLeaf({
    authority: sigstore.authority,
    certificateLog: undefined,
    claims: claimsOf(),
    notBefore: NOW,
    ...options,
  }).der;

const read = (options: Partial<LeafOptions> = {}): Claims => readClaims(leaf(options));
/** A leaf with these extensions and none of the usual ones. */
const bare = (extensions: readonly Extension[]): Uint8Array => leaf({ spec: { extensions } });
const CODE = extendedKeyUsage('1.3.6.1.5.5.7.3.3');
const NAME = uriName('https://a.example');
const refused = (der: Uint8Array, message: string | RegExp): void => {
  expect(expectError(() => readClaims(der), 'bad-certificate', message).exitCode).toBe(30);
};

test('every claim is read from its own extension', () => {
  // Each extension holds its own number.
  const arcs = [1, 2, 3, 4, 5, 6, ...Array.from({ length: 18 }, (_, index) => index + 8)];
  const claims: FulcioClaims = Object.fromEntries(arcs.map((arc) => [arc, `claim ${arc}`]));
  expect(read({ claims, subject: 'https://a.example/ü' })).toEqual({
    current: {
      issuer: 'claim 8',
      signer: 'claim 9',
      signerCommit: 'claim 10',
      runner: 'claim 11',
      repository: 'claim 12',
      commit: 'claim 13',
      ref: 'claim 14',
      repositoryId: 'claim 15',
      owner: 'claim 16',
      ownerId: 'claim 17',
      workflow: 'claim 18',
      workflowCommit: 'claim 19',
      trigger: 'claim 20',
      run: 'claim 21',
      visibility: 'claim 22',
      environment: 'claim 23',
      tokenSubject: 'claim 24',
    },
    legacy: { issuer: 'claim 1', trigger: 'claim 2', commit: 'claim 3', repository: 'claim 5', ref: 'claim 6' },
    subject: 'https://a.example/ü',
    notBefore: NOW,
  });
});

test('a claim that is not there is absent', () => {
  const { current, legacy } = read({ claims: { 13: 'x' }, subject: 'https://a.example' });
  expect(current).toEqual({ commit: 'x' });
  expect(legacy).toEqual({});
});

test('a long claim is read whole', () => {
  const long = 'x'.repeat(70_000);
  expect(read({ claims: { 9: long } }).current.signer).toBe(long);
});

describe('the certificate is refused', () => {
  const EXTENSION_13 = '1.3.6.1.4.1.57264.1.13';
  test.each<[string, Uint8Array, string | RegExp]>([
    [
      'an extension twice',
      leaf({ extensions: [{ oid: EXTENSION_13, value: utf8String('x') }] }),
      `the signing certificate has the extension ${EXTENSION_13} twice`,
    ],
    [
      'a deprecated extension twice',
      leaf({ extensions: [{ oid: '1.3.6.1.4.1.57264.1.1', value: Buffer.from('x') }] }),
      'the signing certificate has the extension 1.3.6.1.4.1.57264.1.1 twice',
    ],
    ['two names', leaf({ extensions: [NAME] }), 'the signing certificate has the extension 2.5.29.17 twice'],
    [
      'an unknown critical extension',
      leaf({ extensions: [{ oid: '1.2.3', critical: true, value: Buffer.from('x') }] }),
      'the signing certificate has the critical extension 1.2.3, which is not understood',
    ],
    [
      'a claim that is no UTF8String',
      bare([CODE, NAME, { oid: EXTENSION_13, value: Buffer.from('abc') }]),
      /^extension \.13 of the signing certificate: /,
    ],
    [
      'a claim with bytes left over',
      bare([CODE, NAME, { oid: EXTENSION_13, value: Buffer.concat([utf8String('x'), Buffer.from([0])]) }]),
      'extension .13 of the signing certificate: 1 bytes follow where nothing may',
    ],
    [
      'a claim that is not UTF-8',
      bare([CODE, NAME, { oid: EXTENSION_13, value: tlv(0x0c, Buffer.from([0xff])) }]),
      /^extension \.13 of the signing certificate is not UTF-8: The encoded data/,
    ],
    [
      'a deprecated claim that is not UTF-8',
      bare([CODE, NAME, { oid: '1.3.6.1.4.1.57264.1.6', value: Buffer.from([0xff]) }]),
      /^extension \.6 of the signing certificate is not UTF-8: /,
    ],
    ['no name', bare([CODE]), 'the signing certificate has no subject alternative name'],
    [
      'an e-mail address',
      bare([CODE, uriName('a@b.example', 0x81)]),
      'the subject alternative name of the signing certificate: the name has tag 0x81, not 0x86',
    ],
    [
      'two names in one',
      bare([CODE, { ...NAME, value: sequence(tlv(0x86, Buffer.from('a')), tlv(0x86, Buffer.from('b'))) }]),
      'the subject alternative name of the signing certificate: 3 bytes follow where nothing may',
    ],
    ['no usage', bare([NAME]), 'the signing certificate is not for signing code'],
    ['another usage', leaf({ usage: '1.3.6.1.5.5.7.3.8' }), 'the signing certificate is not for signing code'],
    [
      'no use for signatures',
      leaf({ spec: { keyUsage: ['cRLSign'] } }),
      'the signing certificate is not for signatures',
    ],
    ['no key usage', leaf({ spec: { keyUsage: 'absent' } }), 'the signing certificate is not for signatures'],
    ["an authority's", leaf({ spec: { ca: true } }), "the signing certificate is an authority's"],
    ['no certificate', Buffer.from('x'), /^the signing certificate: /],
  ])('%s', (_what, der, message) => {
    refused(der, message);
  });
});

test.each([
  ['before', ['1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.8']],
  ['after', ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.3']],
])('another usage may stand beside it: %s', (_what, usages) => {
  const both = { ...CODE, value: sequence(...usages.map(oid)) };
  expect(readClaims(bare([both, NAME])).subject).toBe('https://a.example');
});

describe('an identity', () => {
  const EMAIL = uriName('a@b.example', 0x81);
  const OLD = '1.3.6.1.4.1.57264.1.1';
  const NEW = '1.3.6.1.4.1.57264.1.8';
  const now = { oid: NEW, value: utf8String('https://issuer.example') };
  const old = { oid: OLD, value: Buffer.from('https://issuer.example') };

  test.each([
    ['an e-mail address', [CODE, EMAIL, now], 'email', 'a@b.example'],
    ['a URI', [CODE, NAME, now], 'uri', 'https://a.example'],
    ['the issuer in the deprecated form', [CODE, NAME, old], 'uri', 'https://a.example'],
    ['the issuer in both forms', [CODE, EMAIL, now, old], 'email', 'a@b.example'],
  ])('is read: %s', (_what, extensions, kind, subject) => {
    expect(readIdentity(bare(extensions))).toEqual({ kind, subject, issuer: 'https://issuer.example' });
  });

  test.each([
    ['no issuer', [CODE, NAME], 'the signing certificate does not say who issued the identity'],
    [
      'two issuers',
      [CODE, NAME, now, { oid: OLD, value: Buffer.from('https://other.example') }],
      'the signing certificate says twice who issued the identity, and differently',
    ],
    [
      'a name of another kind',
      [CODE, uriName('b.example', 0x82), now],
      'the subject alternative name of the signing certificate: the name has tag 0x82, not 0x86',
    ],
    [
      'two names',
      [CODE, { ...EMAIL, value: sequence(tlv(0x81, Buffer.from('a')), tlv(0x86, Buffer.from('b'))) }, now],
      'the subject alternative name of the signing certificate: 3 bytes follow where nothing may',
    ],
    ['no name', [CODE, now], 'the signing certificate has no subject alternative name'],
    ['no usage', [NAME, now], 'the signing certificate is not for signing code'],
  ])('is refused: %s', (_what, extensions, message) => {
    expectError(() => readIdentity(bare(extensions)), 'bad-certificate', message);
  });

  test('of what is no certificate is refused', () => {
    expectError(() => readIdentity(Buffer.from('x')), 'bad-certificate', /^the signing certificate: /);
  });
});
