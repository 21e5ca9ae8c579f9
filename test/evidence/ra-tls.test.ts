import { describe, expect, test } from 'vitest';
import { RA_TLS_OIDS, readRaTlsExtensions } from '../../src/evidence/ra-tls/extensions.ts';
import { parseRaTlsCertificate, readRaTlsChain } from '../../src/evidence/ra-tls/read-chain.ts';
import { verifyRaTlsChain } from '../../src/evidence/ra-tls/verify-chain.ts';
import { readEventLog } from '../../src/evidence/read-event-log.ts';
import { simulate } from '../mocks/deployment.ts';
import { dstackExtension } from '../mocks/deployment/certificates.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { failure, hex, hexOf, text } from './support.ts';

type Options = NonNullable<Parameters<typeof simulate>[0]>;
const setUp = (options: Options = {}) => {
  const deployment = simulate(options);
  return {
    deployment,
    chain: deployment.certificates.map(({ der }) => new Uint8Array(der)),
    now: deployment.intel.now,
  };
};
const good = setUp();
const { now } = good;
const appId = good.deployment.appId;
const verify = (options: NonNullable<Options['certificates']>, more: Options = {}) =>
  verifyRaTlsChain(setUp({ ...more, certificates: options }).chain, now);
const CA = dstackExtension(4, text('app:ca'));
const ID = dstackExtension(3, hex(appId));

describe('readRaTlsChain', () => {
  test('reads PEM and DER, leaf first, into copies', () => {
    const expected = good.chain.map(hexOf);
    expect(readRaTlsChain(good.deployment.certificatePem).map(hexOf)).toEqual(expected);
    const given = good.chain.map((der) => Buffer.from(der));
    const read = readRaTlsChain(given);
    for (const der of given) der.fill(0);
    expect(read.map(hexOf)).toEqual(expected);
  });

  test('bounds count and size', () => {
    const one = Uint8Array.of(1);
    expect(failure(() => readRaTlsChain([]))).toBe('bad-certificate: the RA-TLS chain has no certificate');
    expect(readRaTlsChain(new Array(6).fill(one))).toHaveLength(6);
    expect(failure(() => readRaTlsChain(new Array(7).fill(one)))).toBe(
      'too-large: the RA-TLS chain has more than 6 certificates',
    );
    expect(readRaTlsChain([new Uint8Array(262144)])).toHaveLength(1);
    expect(failure(() => readRaTlsChain([one, new Uint8Array(262145)]))).toBe(
      'too-large: the RA-TLS chain has a certificate of more than 262144 bytes',
    );
    expect(failure(() => readRaTlsChain('junk'))).toContain('bad-pem: the RA-TLS chain');
  });
});

describe('readRaTlsExtensions', () => {
  const of = (entries: Record<string, Uint8Array>) =>
    readRaTlsExtensions({
      extensions: new Map(Object.entries(entries).map(([oid, value]) => [oid, { critical: false, value }])),
    });

  test('are none where there are none', () =>
    expect(of({ '2.5.29.15': hex('00') })).toEqual({
      quote: undefined,
      eventLog: undefined,
      appId: undefined,
      usage: undefined,
      attestation: undefined,
      hasAppInfo: false,
    }));

  test.each(['quote', 'quote-gzip'] as const)('hold quote and log (%s)', (form) => {
    const { deployment, chain } = setUp({ certificates: { form } });
    const read = readRaTlsExtensions(parseRaTlsCertificate(chain[0]!, 'leaf'));
    expect(read).toEqual({
      quote: new Uint8Array(deployment.quote),
      eventLog: readEventLog(JSON.parse(deployment.eventLog())),
      appId: hex(appId),
      usage: 'app:custom',
      attestation: undefined,
      hasAppInfo: false,
    });
  });

  test('hold a versioned attestation, and know of app info', () => {
    const { deployment, chain } = setUp({
      certificates: { form: 'attestation', editLeafExtensions: (all) => [...all, dstackExtension(9, hex('80'))] },
    });
    const read = readRaTlsExtensions(parseRaTlsCertificate(chain[0]!, 'leaf'));
    expect(read).toMatchObject({ quote: undefined, eventLog: undefined, hasAppInfo: true });
    expect(hexOf(read.attestation?.quote)).toBe(hexOf(deployment.quote));
  });

  test('are unwrapped exactly once', () => {
    // A quote begins with 04 00, which reads as an empty OCTET STRING.
    expect(hexOf(of({ [RA_TLS_OIDS.quote]: hex('04 04 0400 0200') }).quote)).toBe('04000200');
    expect(hexOf(of({ [RA_TLS_OIDS.quote]: hex('04 04 0402 aabb') }).quote)).toBe('0402aabb');
    expect(failure(() => of({ [RA_TLS_OIDS.quote]: hex('0400 0200') }))).toContain(
      'bad-der: the quote extension: 2 bytes follow',
    );
    expect(failure(() => of({ [RA_TLS_OIDS.quote]: hex('04 02 0400 00') }))).toContain('bad-der: the quote extension');
    expect(failure(() => of({ [RA_TLS_OIDS.quote]: hex('04 03 0400') }))).toContain('bad-der: the quote extension');
    expect(failure(() => of({ [RA_TLS_OIDS.quote]: hex('0c 02 0400') }))).toContain('bad-der: the quote extension');
    expect(failure(() => of({ [RA_TLS_OIDS.quote]: hex('') }))).toContain('bad-der: the quote extension');
  });

  const wrap = (bytes: Uint8Array): Uint8Array => new Uint8Array(dstackExtension(1, bytes).value);
  test.each([
    [RA_TLS_OIDS.appId, hex('aa'.repeat(19)), 30, 'bad-length: the app id extension has 19 bytes, not 20'],
    [
      RA_TLS_OIDS.usage,
      new Uint8Array(65).fill(0x61),
      30,
      'bad-certificate: the usage extension is not UTF-8 of at most 64 bytes',
    ],
    [RA_TLS_OIDS.usage, hex('ff'), 30, 'bad-certificate: the usage extension is not UTF-8 of at most 64 bytes'],
    [RA_TLS_OIDS.quote, new Uint8Array(65537), 30, 'too-large: the quote extension has more than 65536 bytes'],
    [RA_TLS_OIDS.eventLog, text('{}'), 30, 'wrong-type: the event log is of type object'],
    [RA_TLS_OIDS.attestation, hex('81'), 20, 'unsupported-attestation: the attestation is of form V1'],
    [RA_TLS_OIDS.attestation, hex(''), 30, 'bad-attestation: the attestation is empty'],
  ])('are bounded and read strictly %#', (oid, bytes, exit, message) =>
    expect(failure(() => of({ [oid]: wrap(bytes) }), exit)).toContain(message),
  );

  test('may be as large as the limit', () => {
    expect(of({ [RA_TLS_OIDS.quote]: wrap(new Uint8Array(65536)) }).quote).toHaveLength(65536);
    expect(of({ [RA_TLS_OIDS.usage]: wrap(new Uint8Array(64).fill(0x61)) }).usage).toBe('a'.repeat(64));
  });

  test('may be critical', () => {
    const critical = { ...dstackExtension(4, text('app:custom')), critical: true };
    const { chain } = setUp({ certificates: { editLeafExtensions: () => [critical] } });
    expect(readRaTlsExtensions(parseRaTlsCertificate(chain[0]!, 'leaf')).usage).toBe('app:custom');
  });
});

describe('verifyRaTlsChain', () => {
  test('takes the chain of a KMS', () => {
    const result = verifyRaTlsChain(good.chain, now);
    expect(result).toMatchObject({ kind: 'kms', appId: hex(appId), rootSpki: good.deployment.keyProvider.id });
    expect(result.leaf.commonName).toBe('SIMULATED demo-cert');
    expect(result.appCa.commonName).toBe('Dstack App CA');
    expect(result.root.commonName).toBe('Dstack KMS CA');
    expect(hexOf(result.extensions.appId)).toBe(appId);
    expect(result.extensions.usage).toBe('app:custom');
  });

  test('takes the chain of an app without a KMS', () => {
    const { chain, deployment } = setUp({ keyProvider: 'local-sgx' });
    const result = verifyRaTlsChain(chain, now);
    expect(result).toMatchObject({ kind: 'self-signed', appId: hex(deployment.appId) });
    expect(result.root).toBe(result.appCa);
    expect(result.rootSpki).toBe(hexOf(result.appCa.spki));
  });

  test('lets the App CA of such an app say nothing', () => {
    const options = { keyProvider: 'none' } as const;
    expect(hexOf(verify({ root: { extensions: [] } }, options).appId)).toBe(setUp(options).deployment.appId);
    const silent = verify({ root: { extensions: [] }, editLeafExtensions: (all) => all.slice(1) }, options);
    expect(silent.appId).toBe(undefined);
    expect(failure(() => verify({ root: { extensions: [dstackExtension(4, text('kms:rpc'))] } }, options), 10)).toBe(
      "bad-chain: the App CA is to have usage 'app:ca' and has 'kms:rpc'",
    );
    expect(
      failure(() => verify({ root: { extensions: [CA, dstackExtension(3, hex('ab'.repeat(20)))] } }, options), 10),
    ).toContain(`and its App CA for ${'ab'.repeat(20)}`);
  });

  test.each([
    [
      'no usage of the App CA',
      { appCa: { extensions: [ID] } },
      10,
      "bad-chain: the App CA is to have usage 'app:ca' and has none",
    ],
    [
      'another usage',
      { appCa: { extensions: [ID, dstackExtension(4, text('app:\u001b'))] } },
      10,
      "bad-chain: the App CA is to have usage 'app:ca' and has 'app:\\x1b'",
    ],
    ['no app id of the App CA', { appCa: { extensions: [CA] } }, 10, 'bad-chain: the App CA names no app id'],
    [
      'another app id',
      { appCa: { extensions: [CA, dstackExtension(3, hex('ab'.repeat(20)))] } },
      10,
      `bad-chain: the RA-TLS leaf is for app ${appId}, and its App CA for ${'ab'.repeat(20)}`,
    ],
    ['a leaf of a CA', { leaf: { ca: true } }, 10, 'bad-chain: the RA-TLS leaf is itself of a CA'],
    ['an App CA that is none', { appCa: { ca: false } }, 30, 'bad-certificate: '],
    ['an App CA that may not sign', { appCa: { keyUsage: ['digitalSignature'] } }, 10, 'not-a-ca: '],
    ['a KMS CA that may not sign', { root: { keyUsage: ['digitalSignature'] } }, 10, 'not-a-ca: '],
    ['a leaf that another key signed', { leaf: { signer: keyPair('mallory') } }, 10, 'bad-signature: '],
    ['an App CA that another key signed', { appCa: { signer: keyPair('mallory') } }, 10, 'bad-signature: '],
    ['a root that another key signed', { root: { signer: keyPair('mallory') } }, 10, 'bad-signature: '],
    ['a leaf of another issuer', { leaf: { issuer: [['CN', 'Other']] } }, 10, 'bad-chain: '],
    ['a root of another issuer', { root: { issuer: [['CN', 'Other']] } }, 10, 'bad-chain: '],
    ['a path that is too long', { root: { pathLength: 0 } }, 10, 'bad-chain: '],
    ['an expired leaf', { leaf: { notAfter: now - 1 } }, 12, 'expired: '],
    ['an expired App CA', { appCa: { notAfter: now - 1 } }, 12, 'expired: '],
    ['an expired KMS CA', { root: { notAfter: now - 1 } }, 12, 'expired: '],
    ['a leaf of tomorrow', { leaf: { notBefore: now + 1 } }, 12, 'not-yet-valid: '],
  ] as const)('refuses %s', (_, certificates, exit, message) =>
    expect(failure(() => verify(certificates as NonNullable<Options['certificates']>), exit)).toContain(message),
  );

  test('lets the leaf say no app id', () =>
    expect(hexOf(verify({ editLeafExtensions: (all) => all.slice(1) }).appId)).toBe(appId));

  test.each([0, 1, 4])('refuses %i certificates', (count) => {
    const chain = [...good.chain, ...good.chain].slice(0, count);
    expect(failure(() => verifyRaTlsChain(chain, now), 20)).toBe(
      `unsupported-chain: the RA-TLS chain has ${count} certificates, not two or three`,
    );
    expect(() => verifyRaTlsChain(chain, now)).toThrow(
      expect.objectContaining({ hint: 'a chain is leaf, App CA and, with a KMS, KMS CA' }),
    );
  });

  test('refuses certificates left out, doubled or in another order', () => {
    const [leaf, appCa, root] = good.chain as [Uint8Array, Uint8Array, Uint8Array];
    for (const chain of [
      [leaf, root],
      [leaf, appCa],
      [appCa, root],
      [leaf, root, appCa],
      [appCa, leaf, root],
      [leaf, leaf, root],
      [leaf, appCa, appCa],
    ]) {
      expect(failure(() => verifyRaTlsChain(chain, now), 10)).toMatch(/^(bad-chain|not-a-ca|bad-signature): /);
    }
  });

  test('refuses a time that is none', () =>
    expect(failure(() => verifyRaTlsChain(good.chain, Number.NaN))).toContain('bad-now'));
});
