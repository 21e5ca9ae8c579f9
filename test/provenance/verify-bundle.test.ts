import { expect, test } from 'vitest';
import { verifyBundle } from '../../src/provenance/verify-bundle.ts';
import { at, edited, expectError, githubRoot, read, root, sigstore } from './support.ts';

const bundle = sigstore.bundle();
const LEAF = 'verificationMaterial.certificate.rawBytes';

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

test('a message has to be given, and to be the one', () => {
  const message = Buffer.from('message');
  const signed = read(sigstore.message(message));
  verifyBundle(signed, root, message);
  expectError(() => verifyBundle(signed, root), 'not-verified', 'the bundle signs a message that was not given');
  expectError(
    () => verifyBundle(signed, root, Buffer.from('messagf')),
    'not-verified',
    /SIGNATURE_ERROR|TLOG_BODY_ERROR/,
  );
});
