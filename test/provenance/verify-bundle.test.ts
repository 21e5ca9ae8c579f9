import { createHash, createPublicKey, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readKeyBundle } from '../../src/provenance/bundle.ts';
import { type Artifact, verifyBundle, verifyKeyBundle } from '../../src/provenance/verify-bundle.ts';
import { base64, keyPair } from '../mocks-sigstore/keys.ts';
import { logEntry, messageBody } from '../mocks-sigstore/rekor.ts';
import { ARTIFACT, instance, MANAGED, managed, managedPem, managedStatement } from './conformance/bundles.ts';
import { at, edited, expectError, githubRoot, read, root, rootOf, sigstore } from './support.ts';

const bundle = sigstore.bundle();
const LEAF = 'verificationMaterial.certificate.rawBytes';
const digestOf = (data: Uint8Array, algorithm = 'sha256'): string => createHash(algorithm).update(data).digest('hex');

test('a good bundle verifies', () => {
  verifyBundle(read(bundle), root);
});

test('the outermost tag of the leaf, which no signature covers, has to be right', () => {
  const leaf = Buffer.from(at(bundle, LEAF) as string, 'base64');
  leaf[0] = 0x31;
  const changed = read(edited(bundle, LEAF, leaf.toString('base64')));
  expectError(
    () => verifyBundle(changed, root),
    'bad-certificate',
    'the signing certificate: the outermost element has tag 0x31, not 0x30',
  );
});

test('what the library throws is told with its code, or without where it has none', () => {
  const error = expectError(
    () => verifyBundle(read(bundle), githubRoot),
    'not-verified',
    'does not verify under the github root: Failed to verify certificate chain (CERTIFICATE_ERROR)',
  );
  expect(error.cause).toMatchObject({ code: 'CERTIFICATE_ERROR' });
  const stamped = sigstore.bundle({ timestamp: true });
  const stamp = 'verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp';
  const broken = read(edited(stamped, stamp, 'MAA='));
  expectError(
    () => verifyBundle(broken, root),
    'not-verified',
    /^does not verify under the public-good root: (?!.*_ERROR\)$)/,
  );
});

describe('a message', () => {
  const message = Buffer.from('message');
  const made = sigstore.message(message);
  const signed = read(made);

  test('has to be given, and to be the one', () => {
    verifyBundle(signed, root, message);
    expectError(() => verifyBundle(signed, root), 'not-verified', 'the bundle signs a message that was not given');
    const other = Buffer.from('messagf');
    const text = `the bundle signs the message ${digestOf(message)}, not ${digestOf(other)}`;
    expectError(() => verifyBundle(signed, root, other), 'not-verified', text);
    expectError(() => verifyBundle(signed, root, { sha256: digestOf(other) }), 'not-verified', text);
  });

  test('may be given by its digest, and what was signed is verified all the same', () => {
    verifyBundle(signed, root, { sha256: digestOf(message) });
    const forged = read(sigstore.message(message, { key: keyPair('forger') }));
    for (const artifact of [message, { sha256: digestOf(message) }]) {
      expectError(
        () => verifyBundle(forged, root, artifact),
        'not-verified',
        'does not verify under the public-good root: signature verification failed (SIGNATURE_ERROR)',
      );
    }
  });

  test('whose digest is of another kind has to be given itself', () => {
    const where = 'messageSignature.messageDigest';
    const sha512 = edited(
      edited(made, `${where}.algorithm`, 'SHA2_512'),
      `${where}.digest`,
      Buffer.from(digestOf(message, 'sha512'), 'hex').toString('base64'),
    );
    const error = expectError(
      () => verifyBundle(read(sha512), root, { sha256: digestOf(message) }),
      'not-verified',
      'the bundle names its message by sha512, and not by sha256',
    );
    expect(error.hint).toBe('give the message itself');
    // It is the right one by that digest; the log has it by SHA-256.
    expectError(
      () => verifyBundle(read(sha512), root, message),
      'not-verified',
      /digest mismatch \(TLOG_BODY_ERROR\)$/,
    );
  });
});

test('what a statement is about is not looked at', () => {
  const artifacts: Artifact[] = [Buffer.from('x'), { sha256: '00'.repeat(32) }];
  for (const artifact of artifacts) verifyBundle(read(bundle), root, artifact);
});

describe('a bundle signed with a key', () => {
  const own = rootOf(instance);
  const key = createPublicKey(managedPem());
  const other = createPublicKey(managedPem(keyPair('other')));
  const readKey = (value: unknown) => readKeyBundle(value, 'bundle');
  const whole: Artifact[] = [ARTIFACT, { sha256: digestOf(ARTIFACT) }];

  test.each(whole)('verifies with that key, whatever it calls it, and no other: %#', (artifact) => {
    verifyKeyBundle(readKey(managed()), own, key, artifact);
    verifyKeyBundle(readKey(managed({ hint: '' })), own, key, artifact);
    expectError(
      () => verifyKeyBundle(readKey(managed()), own, other, artifact),
      'not-verified',
      'does not verify under the other root: signature verification failed (SIGNATURE_ERROR)',
    );
  });

  test('needs its message, or none for a statement', () => {
    verifyKeyBundle(readKey(managedStatement()), own, key);
    expectError(
      () => verifyKeyBundle(readKey(managed()), own, key),
      'not-verified',
      'the bundle signs a message that was not given',
    );
  });

  test('has to be logged, and needs no time', () => {
    verifyKeyBundle(readKey(managed({ v2: true })), own, key, ARTIFACT);
    expectError(
      () => verifyKeyBundle(readKey(managed({ log: false, stamped: true })), own, key, ARTIFACT),
      'not-verified',
      'does not verify under the other root: expected 1 tlog entries, got 0 (TLOG_ERROR)',
    );
  });

  test('may have a digest of its own kind', () => {
    // A log that hashes with SHA-512 names it so as well.
    const signature = sign('sha512', ARTIFACT, MANAGED.privateKey);
    const digest = createHash('sha512').update(ARTIFACT).digest();
    const entry = logEntry(instance.log, messageBody(digest, signature, managedPem().toString()), instance.start + 5);
    const message = {
      ...managed(),
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_512', digest: base64(digest) },
        signature: base64(signature),
      },
    };
    const signed = readKey(edited(message, 'verificationMaterial.tlogEntries', [entry]));
    verifyKeyBundle(signed, own, key, ARTIFACT);
    expectError(
      () => verifyKeyBundle(signed, own, key, Buffer.from('x')),
      'not-verified',
      /^the bundle signs the message /,
    );
  });
});
