import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { readBundle, readKeyBundle } from '../../src/provenance/bundle.ts';
import { verifyArtifact, verifyArtifactByKey } from '../../src/provenance/verify-artifact.ts';
import type { Artifact } from '../../src/provenance/verify-bundle.ts';
import { sha256 } from '../mocks-sigstore/keys.ts';
import {
  ARTIFACT,
  instance,
  managed,
  managedPem,
  managedStatement,
  message,
  statement,
} from './conformance/bundles.ts';
import { BEACON } from './conformance/suite.ts';
import { expectError, rootOf } from './support.ts';

const root = rootOf(instance);
const DIGEST = sha256(ARTIFACT).toString('hex');
const OTHER = Buffer.from('other');
const given: readonly (readonly [string, Artifact])[] = [
  ['its bytes', ARTIFACT],
  ['its digest', { sha256: DIGEST }],
];
const verify = (bundle: unknown, artifact: Artifact = ARTIFACT, identity = { ...BEACON } as typeof BEACON): void =>
  verifyArtifact(readBundle(bundle, 'bundle'), root, artifact, identity);

test.each(given)('a message and a statement are about an artifact that is given by %s', (_what, artifact) => {
  verify(message(), artifact);
  verify(statement(), artifact);
});

test.each([
  ['its bytes', OTHER],
  ['its digest', { sha256: sha256(OTHER).toString('hex') }],
])('about another one, given by %s, they are not', (_what, artifact) => {
  const other = sha256(OTHER).toString('hex');
  expectError(() => verify(statement(), artifact), 'not-verified', `the statement is about other things than ${other}`);
  expectError(
    () => verify(message(), artifact),
    'not-verified',
    `the bundle signs the message ${DIGEST}, not ${other}`,
  );
});

test('one of several subjects is enough', () => {
  const made = statement({
    statement: (one) => ({
      ...one,
      subject: [{ digest: { sha256: '0'.repeat(64) } }, ...(one.subject as object[]), { digest: { sha1: 'x' } }],
    }),
  });
  verify(made);
});

test('a payload that is no statement is about nothing', () => {
  expectError(
    () => verify(statement({ payloadType: 'text/plain' })),
    'not-verified',
    "the payload is of the type 'text/plain', no in-toto statement",
  );
  const odd = statement({ payload: Buffer.from('{}') });
  expectError(() => verify(odd), 'bad-statement', /^subject/);
});

test('the identity is compared whole', () => {
  for (const [subject, named] of [
    [`${BEACON.subject}x`, `'${BEACON.subject}x'`],
    [BEACON.subject.slice(0, -1), `'${BEACON.subject.slice(0, -1)}'`],
    ['x'.repeat(600), `'${'x'.repeat(512)}…'`],
  ]) {
    expectError(
      () => verify(message(), ARTIFACT, { ...BEACON, subject } as unknown as typeof BEACON),
      'not-verified',
      `the subject of the certificate is '${BEACON.subject}', not ${named}`,
    );
  }
  expectError(
    () => verify(message(), ARTIFACT, { ...BEACON, issuer: '' } as unknown as typeof BEACON),
    'not-verified',
    `the issuer of the certificate is '${BEACON.issuer}', not ''`,
  );
});

test('the signature comes first', () => {
  const forged = message({ log: false });
  expect(() => verify(forged, ARTIFACT, { subject: '', issuer: '' } as unknown as typeof BEACON)).toThrow(
    'does not verify under the other root: expected 1 timestamps, got 0 (TIMESTAMP_ERROR)',
  );
});

test.each(given)('a key that somebody keeps signs for an artifact that is given by %s', (_what, artifact) => {
  const key = createPublicKey(managedPem());
  const byKey = (bundle: unknown, what: Artifact): void =>
    verifyArtifactByKey(readKeyBundle(bundle, 'bundle'), root, what, key);
  byKey(managed(), artifact);
  byKey(managedStatement(), artifact);
  expectError(() => byKey(managedStatement(), OTHER), 'not-verified', /^the statement is about other things than /);
  expectError(() => byKey(managed(), OTHER), 'not-verified', /^the bundle signs the message /);
  expectError(() => byKey(managed({ log: false }), artifact), 'not-verified', /TLOG_ERROR/);
});
