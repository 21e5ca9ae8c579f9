import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { simulate } from '../mocks/deployment.ts';
import { createIntel, SIMULATED_NOW } from '../mocks/intel/intel.ts';
import { sgxExtension } from '../mocks/intel/sgx-extension.ts';
import { platformOf } from '../mocks/intel/platform.ts';
import { type Certificate, serialOf } from '../mocks/x509/certificate.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { intelName } from '../mocks/x509/name.ts';
import { hasOpenssl, openssl } from './openssl.ts';

const intel = createIntel();
const processor = createIntel({ platform: { ca: 'processor' } });
const deployment = simulate();
const local = simulate({ keyProvider: 'local-sgx' });

const CHAINS: [string, readonly Certificate[]][] = [
  ['PCK, platform', [intel.pck, intel.platformCa, intel.root]],
  ['PCK, processor', [processor.pck, processor.processorCa, processor.root]],
  ['TCB signer', [intel.tcbSigner, intel.root]],
  ['RA-TLS below a KMS', deployment.certificates],
  ['RA-TLS below the application itself', local.certificates],
];

const opensslVerify = (chain: readonly Certificate[], ...options: string[]): { ok: boolean; text: string } => {
  const [leaf, ...above] = chain;
  const between = above.slice(0, -1).map((one) => one.pem);
  const files = { leaf: leaf?.pem ?? '', root: above.at(-1)?.pem ?? '', between: between.join('') };
  const untrusted = between.length > 0 ? ['-untrusted', '{between}'] : [];
  return openssl(
    files,
    'verify',
    '-attime',
    String(SIMULATED_NOW),
    ...options,
    '-CAfile',
    '{root}',
    ...untrusted,
    '{leaf}',
  );
};

describe.each(CHAINS)('chain: %s', (_, chain) => {
  test('Node accepts every link', () => {
    const parsed = chain.map(({ pem }) => new X509Certificate(pem));
    parsed.forEach((one, index) => {
      const issuer = parsed[index + 1] ?? one;
      expect([one.verify(issuer.publicKey), one.checkIssued(issuer)]).toEqual([true, true]);
    });
    expect(parsed.map(({ ca }) => ca)).toEqual(parsed.map((_, index) => index > 0));
  });

  test.skipIf(!hasOpenssl)('openssl accepts it', () => {
    expect(opensslVerify(chain)).toMatchObject({ ok: true });
  });
});

test.skipIf(!hasOpenssl).each(CHAINS.slice(0, 3))('openssl, strict, accepts the chain: %s', (_, chain) => {
  expect(opensslVerify(chain, '-x509_strict')).toMatchObject({ ok: true });
});

test('names, and the word SIMULATED where nobody can miss it', () => {
  const subjects = [intel.root, intel.platformCa, intel.processorCa, intel.pck, intel.tcbSigner].map(
    ({ der }) => /CN=(.*)/.exec(new X509Certificate(der).subject)?.[1],
  );
  expect(subjects).toEqual([
    'SIMULATED Intel SGX Root CA',
    'Intel SGX PCK Platform CA',
    'Intel SGX PCK Processor CA',
    'Intel SGX PCK Certificate',
    'Intel SGX TCB Signing',
  ]);
  expect(deployment.certificates.every(({ pem }) => new X509Certificate(pem).subject.includes('SIMULATED'))).toBe(true);
});

test('the same options give the same keys, another name gives others', () => {
  const spki = (name?: string) => createIntel(name === undefined ? {} : { name }).root.key.spki.toString('hex');
  expect(spki()).toBe(intel.root.key.spki.toString('hex'));
  expect(spki('Other')).not.toBe(spki());
});

test('the SGX extension has what the platform has', () => {
  const { value } = sgxExtension(platformOf({ pceSvn: 255, fmspc: Buffer.from('0a0b0c0d0e0f', 'hex') }));
  const hex = Buffer.from(value).toString('hex');
  expect(hex).toContain('300f060a2a864886f84d010d01050a0101');
  expect(hex).toContain('3011060b2a864886f84d010d010211020200ff');
  expect(hex).toContain('3014060a2a864886f84d010d010404060a0b0c0d0e0f');
  expect(hex).toContain('301e060a2a864886f84d010d0106');
  const ofProcessor = Buffer.from(sgxExtension(platformOf({ ca: 'processor' })).value).toString('hex');
  expect(ofProcessor).toContain('060a2a864886f84d010d01050a0100');
  expect(ofProcessor).not.toContain('060a2a864886f84d010d0106');
  expect(ofProcessor).not.toContain('060a2a864886f84d010d0107');
});

test('components and CPUSVN follow each other unless both are given', () => {
  const sixteen = Array.from({ length: 16 }, (_, index) => index);
  expect([...platformOf({ components: sixteen }).cpuSvn]).toEqual(sixteen);
  expect(platformOf({ cpuSvn: Buffer.from(sixteen) }).components).toEqual(sixteen);
  const both = platformOf({ components: sixteen, cpuSvn: Buffer.alloc(16) });
  expect([both.components, [...both.cpuSvn]]).toEqual([sixteen, Array(16).fill(0)]);
});

const flip = (signature: Buffer): Buffer => {
  const copy = Buffer.from(signature);
  copy[copy.length - 1]! ^= 1;
  return copy;
};

const HOSTILE: [string, Parameters<typeof createIntel>[0], RegExp][] = [
  ['a signature of another key', { certificates: { pck: { signer: keyPair('stranger') } } }, /error/],
  ['a flipped signature', { certificates: { pck: { signature: flip } } }, /signature/],
  ['an authority that is none', { certificates: { platformCa: { ca: false } } }, /invalid CA|error 79|error 24/],
  ['an authority without the key usage', { certificates: { platformCa: { keyUsage: ['digitalSignature'] } } }, /error/],
  ['an expired leaf', { certificates: { pck: { notAfter: SIMULATED_NOW - 1 } } }, /expired/],
  ['a leaf of tomorrow', { certificates: { pck: { notBefore: SIMULATED_NOW + 1 } } }, /not yet valid/],
  ['another issuer', { certificates: { pck: { issuer: intelName('Somebody') } } }, /unable to get/],
  [
    'a critical extension that nobody knows',
    { certificates: { pck: { extensions: [{ oid: '1.2.3.4', critical: true, value: Buffer.from('0500', 'hex') }] } } },
    /unhandled critical extension/,
  ],
  ['a path that is too long', { certificates: { root: { pathLength: 0 } } }, /path length/],
];

test.skipIf(!hasOpenssl).each(HOSTILE)('openssl refuses %s', (_, options, message) => {
  const bad = createIntel(options);
  expect(opensslVerify([bad.pck, bad.platformCa, bad.root], '-x509_strict')).toMatchObject({
    ok: false,
    text: expect.stringMatching(message),
  });
});

test('a certificate can be edited before and after it is signed, and on another curve', () => {
  const other = createIntel({ certificates: { platformCa: { key: keyPair('P-384', 'P-384') } } });
  expect(new X509Certificate(other.platformCa.der).publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
  expect(new X509Certificate(other.pck.der).verify(new X509Certificate(other.platformCa.der).publicKey)).toBe(true);
  const edited = createIntel({ certificates: { pck: { edit: (der) => Buffer.concat([der, Buffer.from([0])]) } } });
  expect(edited.pck.der.at(-1)).toBe(0);
  const tbs = createIntel({
    certificates: {
      pck: {
        tbs: (bytes) => {
          const at = bytes.indexOf('PCK Certificate');
          bytes.write('XCK', at);
          return bytes;
        },
      },
    },
  });
  const parsed = new X509Certificate(tbs.pck.der);
  expect(parsed.subject).toContain('Intel SGX XCK Certificate');
  expect(parsed.verify(new X509Certificate(tbs.pckCa.der).publicKey)).toBe(true);
});

describe.skipIf(!hasOpenssl)('revocation lists, by openssl', () => {
  const show = (hex: string): string =>
    openssl({ crl: Buffer.from(hex, 'hex') }, 'crl', '-inform', 'der', '-in', '{crl}', '-noout', '-text').text;

  test('both name their issuers and hold the serials they are given', () => {
    const revoked = [{ serial: serialOf('PCK') }, { serial: Buffer.from([5]), date: 0, reason: 'absent' as const }];
    const { pck_crl, root_ca_crl } = intel.collateral({ pckCrl: { revoked } });
    const ofPck = show(pck_crl);
    expect(ofPck).toContain('CN = Intel SGX PCK Platform CA');
    expect(ofPck).toContain(`Serial Number: ${serialOf('PCK').toString('hex').toUpperCase()}`);
    expect(ofPck).toContain('Key Compromise');
    expect(ofPck).toContain('Serial Number: 05');
    expect(show(root_ca_crl)).toContain('No Revoked Certificates');
  });

  test('the signatures are right, and wrong where they should be', () => {
    const crlCheck = (rootCrl: object): { ok: boolean; text: string } => {
      const { root_ca_crl } = intel.collateral({ rootCrl });
      const pem = openssl({ crl: Buffer.from(root_ca_crl, 'hex') }, 'crl', '-inform', 'der', '-in', '{crl}').text;
      const files = { ca: intel.root.pem, crl: pem, leaf: intel.tcbSigner.pem };
      const args = ['-attime', String(SIMULATED_NOW), '-crl_check', '-CRLfile', '{crl}', '-CAfile', '{ca}', '{leaf}'];
      return openssl(files, 'verify', ...args);
    };
    expect(crlCheck({})).toMatchObject({ ok: true });
    expect(crlCheck({ signature: flip }).text).toMatch(/CRL signature failure/);
    expect(crlCheck({ signer: keyPair('stranger') })).toMatchObject({ ok: false });
    expect(crlCheck({ nextUpdate: SIMULATED_NOW - 1 }).text).toMatch(/CRL has expired/);
    expect(crlCheck({ thisUpdate: SIMULATED_NOW + 1 }).text).toMatch(/CRL is not yet valid/);
    expect(crlCheck({ revoked: [{ serial: serialOf('TCB signer') }] }).text).toMatch(/certificate revoked/);
  });
});
