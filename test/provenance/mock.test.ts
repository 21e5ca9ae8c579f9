import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifyBundle } from '../../src/provenance/verify-bundle.ts';
import { Sigstore } from '../mocks-sigstore/sigstore.ts';
import { at, read, rootOf } from './support.ts';

const logged = new Sigstore();
const stamped = new Sigstore({ shape: 'github' });

test('what is signed verifies under every root of the same name, and under none of another', () => {
  for (const [from, same, other] of [
    [logged, new Sigstore(), new Sigstore({ name: 'other' })],
    [stamped, new Sigstore({ shape: 'github' }), new Sigstore({ shape: 'github', name: 'other' })],
  ] as const) {
    const bundle = read(from.bundle());
    verifyBundle(bundle, rootOf(same));
    expect(() => verifyBundle(bundle, rootOf(other))).toThrow('does not verify');
  }
});

test('its authorities say SIMULATED', () => {
  const { authority, tsa } = logged;
  for (const { der } of [authority.root, authority.issuer, tsa.authority.root, tsa.authority.issuer, tsa.leaf]) {
    expect(new X509Certificate(der).subject).toContain('CN=SIMULATED ');
  }
  expect(rootOf(logged).simulated).toBe(true);
});

test('its chain verifies with Node alone', () => {
  const { authority } = logged;
  const leaf = at(logged.bundle(), 'verificationMaterial.certificate.rawBytes') as string;
  const certificates = [Buffer.from(leaf, 'base64'), authority.issuer.der, authority.root.der].map(
    (der) => new X509Certificate(der),
  );
  const [first, second, third] = certificates as [X509Certificate, X509Certificate, X509Certificate];
  expect([first.verify(second.publicKey), second.verify(third.publicKey), third.verify(third.publicKey)]).toEqual([
    true,
    true,
    true,
  ]);
  expect([first.checkIssued(second), second.checkIssued(third)]).toEqual([true, true]);
  expect(first.subjectAltName).toBe(
    'URI:https://github.com/acme/launcher/.github/workflows/release.yml@refs/heads/main',
  );
});

test.each([
  ['log', logged, {}],
  ['log and timestamp', logged, { timestamp: true }],
  ['new log and timestamp', logged, { log: false, logV2: true, timestamp: true }],
  ['timestamp', stamped, {}],
])('its bundles verify: %s', (_what, from, options) => {
  verifyBundle(read(from.bundle(options)), rootOf(from));
  const message = Buffer.from('message');
  verifyBundle(read(from.message(message, options)), rootOf(from), message);
});

test('timestamps of whichever second verify', () => {
  const root = rootOf(stamped);
  for (let second = 0; second < 10; second++) {
    verifyBundle(read(stamped.bundle({ time: stamped.start + 1 + second })), root);
  }
});
