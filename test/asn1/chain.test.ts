import { describe, expect, test } from 'vitest';
import { type Certificate, parseCertificate } from '../../src/asn1/certificate.ts';
import {
  MAX_CHAIN,
  requireEndEntity,
  verifyChain,
  verifyChainSignatures,
  verifyIssued,
  verifyValidity,
} from '../../src/asn1/chain.ts';
import { oid, sequence, tlv } from '../mocks/der.ts';
import type { Certificate as Made, CertificateSpec } from '../mocks/x509/certificate.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { NOW, makeIntermediate, makeLeaf, makeRoot, named, thrownBy } from './support.ts';

interface Parts {
  leaf?: Partial<CertificateSpec>;
  intermediate?: Partial<CertificateSpec>;
  root?: Partial<CertificateSpec>;
}

const of = (made: readonly Made[]): Certificate[] => made.map(({ der }) => parseCertificate(der, 'x'));
const chainOf = ({ leaf, intermediate, root }: Parts = {}): Certificate[] =>
  of([makeLeaf(leaf), makeIntermediate(intermediate), makeRoot(root)]);
const verify = (chain: Certificate[], now = NOW, root = chain.at(-1)?.der ?? new Uint8Array()): void =>
  verifyChain(chain, { root, now });
const refused = (run: () => unknown, code: string, message: string, exitCode = 10): void =>
  expect(thrownBy(run)).toMatchObject({ code, message, exitCode });

test('a sound chain', () => {
  expect(() => verify(chainOf())).not.toThrow();
  expect(() => verify(chainOf().slice(1))).not.toThrow();
  expect(() => verify(chainOf().slice(2))).not.toThrow();
});

describe('the end', () => {
  test('no certificate', () => refused(() => verify([]), 'bad-chain', 'the chain has no certificate'));
  test('another root of the same name and key', () => {
    const other = makeRoot({ pathLength: 3 }).der;
    refused(
      () => verify(chainOf(), NOW, other),
      'wrong-root',
      'the chain ends at certificate "root", which is not the expected root certificate',
    );
  });
  test('no root', () => {
    const chain = chainOf();
    refused(
      () => verify(chain.slice(0, 2), NOW, chain[2]!.der),
      'wrong-root',
      'the chain ends at certificate "intermediate", which is not the expected root certificate',
    );
  });
  test('a root with bytes more', () => {
    const chain = chainOf();
    refused(
      () => verify(chain, NOW, Buffer.concat([chain[2]!.der, Buffer.alloc(1)])),
      'wrong-root',
      'the chain ends at certificate "root", which is not the expected root certificate',
    );
  });
  test('certificates without number', () => {
    const root = of([makeRoot()])[0]!;
    expect(() => verify(Array(MAX_CHAIN).fill(root))).not.toThrow();
    refused(
      () => verify(Array(MAX_CHAIN + 1).fill(root)),
      'too-large',
      'the chain has 11 certificates, more than 10',
      30,
    );
  });
});

describe('each link', () => {
  test('names chain byte for byte', () => {
    refused(
      () => verify(chainOf({ leaf: { issuer: named('Intermediate') } })),
      'bad-chain',
      'certificate "leaf" names another issuer than certificate "intermediate"',
    );
    refused(
      () => verify(chainOf({ leaf: { issuer: named('intermediate').slice(0, 1) } })),
      'bad-chain',
      'certificate "leaf" names another issuer than certificate "intermediate"',
    );
    refused(
      () => verify(chainOf({ intermediate: { issuer: named('roof') } })),
      'bad-chain',
      'certificate "intermediate" names another issuer than certificate "root"',
    );
  });
  test('a certificate without a name is told by its serial', () =>
    refused(
      () => verify(chainOf({ leaf: { subject: [], serial: Buffer.from([7]), issuer: named('x') } })),
      'bad-chain',
      'the certificate with serial 07 names another issuer than certificate "intermediate"',
    ));
  test('names are escaped', () =>
    refused(
      () => verify(chainOf({ leaf: { subject: named('a\u001bb'), issuer: named('x') } })),
      'bad-chain',
      'certificate "a\\x1bb" names another issuer than certificate "intermediate"',
    ));
  test.each<[string, Partial<CertificateSpec>, string]>([
    ['no CA', { ca: false }, 'certificate "intermediate" issued another and is of no CA'],
    ['no basicConstraints', { ca: 'absent' }, 'certificate "intermediate" issued another and is of no CA'],
    [
      'no keyCertSign',
      { keyUsage: ['cRLSign'] },
      'certificate "intermediate" issued another without the key usage for it',
    ],
    ['no keyUsage', { keyUsage: 'absent' }, 'certificate "intermediate" issued another without the key usage for it'],
  ])('an intermediate with %s', (_, intermediate, message) =>
    refused(() => verify(chainOf({ intermediate })), 'not-a-ca', message),
  );
  test('a root that is no CA', () =>
    refused(
      () => verify(chainOf({ root: { ca: false } })),
      'not-a-ca',
      'certificate "root" issued another and is of no CA',
    ));
  test('signatures', () => {
    refused(
      () => verify(chainOf({ leaf: { signer: keyPair('asn1 root') } })),
      'bad-signature',
      'the signature of certificate "leaf" does not verify',
    );
    refused(
      () => verify(chainOf({ intermediate: { signer: keyPair('asn1 leaf') } })),
      'bad-signature',
      'the signature of certificate "intermediate" does not verify',
    );
  });
  test('the signature of the root itself says nothing: it is pinned', () =>
    expect(() => verify(chainOf({ root: { signer: keyPair('asn1 leaf') } }))).not.toThrow());
});

describe('algorithms', () => {
  const message = (name: string): string => `certificate "leaf" is signed with ${name}, not ECDSA with SHA-256`;
  test('another hash', () =>
    refused(
      () => verify(chainOf({ leaf: { algorithm: sequence(oid('1.2.840.10045.4.3.3')) } })),
      'unsupported-algorithm',
      message('1.2.840.10045.4.3.3'),
      20,
    ));
  test('parameters', () =>
    refused(
      () => verify(chainOf({ leaf: { algorithm: sequence(oid('1.2.840.10045.4.3.2'), tlv(0x05)) } })),
      'unsupported-algorithm',
      message('1.2.840.10045.4.3.2'),
      20,
    ));
  test('another curve', () => {
    const key = keyPair('asn1 intermediate', 'P-384');
    refused(
      () => verify(chainOf({ leaf: { signer: key }, intermediate: { key } })),
      'unsupported-algorithm',
      'the signer of certificate "leaf" has a key that is not on P-256',
      20,
    );
  });
});

describe('path lengths', () => {
  const second = (change: Partial<CertificateSpec> = {}): Made =>
    makeIntermediate({
      subject: named('second'),
      issuer: named('intermediate'),
      key: keyPair('asn1 second'),
      signer: keyPair('asn1 intermediate'),
      ...change,
    });
  const long = (intermediate: Partial<CertificateSpec>, root: Partial<CertificateSpec> = {}): Certificate[] =>
    of([
      makeLeaf({ issuer: named('second'), signer: keyPair('asn1 second') }),
      second(),
      makeIntermediate(intermediate),
      makeRoot(root),
    ]);
  test('none given', () => expect(() => verify(long({}))).not.toThrow());
  test('just enough', () => expect(() => verify(long({ pathLength: 1 }, { pathLength: 2 }))).not.toThrow());
  test('an intermediate allows none', () =>
    refused(
      () => verify(long({ pathLength: 0 })),
      'bad-chain',
      'certificate "intermediate" allows 0 intermediates below it, not 1',
    ));
  test('the root allows one', () =>
    refused(
      () => verify(long({}, { pathLength: 1 })),
      'bad-chain',
      'certificate "root" allows 1 intermediates below it, not 2',
    ));
  test('none for a leaf alone', () =>
    expect(() => verify(chainOf({ intermediate: { pathLength: 0 }, root: { pathLength: 1 } }))).not.toThrow());
  test('a self-issued intermediate does not count', () => {
    const again = makeIntermediate({
      issuer: named('intermediate'),
      key: keyPair('asn1 again'),
      signer: keyPair('asn1 intermediate'),
    });
    const chain = of([
      makeLeaf({ signer: keyPair('asn1 again') }),
      again,
      makeIntermediate({ pathLength: 0 }),
      makeRoot({ pathLength: 1 }),
    ]);
    expect(() => verify(chain)).not.toThrow();
  });
});

describe('an end entity', () => {
  const check = (change: Partial<CertificateSpec>) => () => requireEndEntity(of([makeLeaf(change)])[0]!);
  test('is no CA and may sign', () => {
    expect(check({})).not.toThrow();
    expect(check({ ca: 'absent' })).not.toThrow();
    refused(check({ ca: true }), 'bad-chain', 'certificate "leaf" is of a CA, not of an end entity');
    const message = 'certificate "leaf" signed something without the key usage for it';
    refused(check({ keyUsage: ['keyCertSign', 'nonRepudiation'] }), 'bad-chain', message);
    refused(check({ keyUsage: 'absent' }), 'bad-chain', message);
  });
});

describe('time', () => {
  const { notBefore, notAfter } = { notBefore: NOW - 10, notAfter: NOW + 10 };
  test.each<[keyof Parts, string]>([
    ['leaf', 'leaf'],
    ['intermediate', 'intermediate'],
    ['root', 'root'],
  ])('%s', (part, name) => {
    const chain = chainOf({ [part]: { notBefore, notAfter } });
    expect(() => verify(chain, notBefore)).not.toThrow();
    expect(() => verify(chain, notAfter)).not.toThrow();
    refused(
      () => verify(chain, notBefore - 1),
      'not-yet-valid',
      `certificate "${name}" is valid from 2026-09-21T14:13:10Z`,
      12,
    );
    refused(
      () => verify(chain, notAfter + 1),
      'expired',
      `certificate "${name}" was valid until 2026-09-21T14:13:30Z`,
      12,
    );
    refused(
      () => verify(chain, notAfter + 0.5),
      'expired',
      `certificate "${name}" was valid until 2026-09-21T14:13:30Z`,
      12,
    );
  });
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is none', (now) => {
    const message = 'the time to check for is not a finite number of seconds';
    refused(() => verify(chainOf(), now), 'bad-now', message, 30);
    refused(() => verify([], now), 'bad-now', message, 30);
    refused(() => verifyValidity(chainOf()[0]!, now), 'bad-now', message, 30);
  });
  test('a wrong signature comes before an expired certificate', () =>
    refused(
      () => verify(chainOf({ leaf: { notAfter: NOW - 1 }, intermediate: { signer: keyPair('asn1 leaf') } })),
      'bad-signature',
      'the signature of certificate "intermediate" does not verify',
    ));
  test('can be left out', () => {
    const chain = chainOf({ leaf: { notAfter: NOW - 1 } });
    expect(() => verifyChainSignatures(chain, chain[2]!.der)).not.toThrow();
    expect(() => verifyIssued(chain[0]!, chain[1]!)).not.toThrow();
  });
});
