import { describe, expect, test } from 'vitest';
import { utf8String } from '../mocks/der.ts';
import { claimsOf } from '../mocks-sigstore/claims.ts';
import { keyPair } from '../mocks-sigstore/keys.ts';
import { type BundleOptions, Sigstore } from '../mocks-sigstore/sigstore.ts';
import { build, OTHER_COMMIT } from './cases.ts';
import {
  at,
  bytesOf,
  check,
  checkAll,
  edited,
  failures,
  github,
  githubRoot,
  NOW,
  root,
  rootOf,
  sigstore,
} from './support.ts';

describe('provenance.bundle', () => {
  const id = 'provenance.bundle';
  const ENTRY = 'verificationMaterial.tlogEntries.0';
  const edit = (path: string, value: unknown): BundleOptions => ({ edit: (bundle) => edited(bundle, path, value) });
  const flipped = (path: string): BundleOptions => ({
    edit: (bundle) => {
      const bytes = Buffer.from(at(bundle, path) as string, 'base64');
      bytes[bytes.length - 1]! ^= 1;
      return edited(bundle, path, bytes.toString('base64'));
    },
  });
  const wrongPayload: BundleOptions = {
    edit: (bundle) =>
      edited(
        bundle,
        'dsseEnvelope.payload',
        (sigstore.bundle({ digest: '1'.repeat(64) }).dsseEnvelope as { payload: string }).payload,
      ),
  };
  const leaf = (extra: NonNullable<BundleOptions['leaf']>): BundleOptions => ({ leaf: extra });
  const month = sigstore.start + 30 * 86_400;

  test.each<[string, BundleOptions, string]>([
    ['another payload', wrongPayload, 'DSSE payload hash mismatch (TLOG_BODY_ERROR)'],
    [
      'another type of payload',
      edit('dsseEnvelope.payloadType', 'application/vnd.in-toto+json2'),
      'signature verification failed (SIGNATURE_ERROR)',
    ],
    ['another signature', flipped('dsseEnvelope.signatures.0.sig'), 'tlog entry signature mismatch (TLOG_BODY_ERROR)'],
    ['another key', { key: keyPair('thief') }, 'signature verification failed (SIGNATURE_ERROR)'],
    ['no log', { log: false }, 'expected 1 timestamps, got 0 (TIMESTAMP_ERROR)'],
    ['no log but a timestamp', { log: false, timestamp: true }, 'expected 1 tlog entries, got 0 (TLOG_ERROR)'],
    ['the new log without a time', { log: false, logV2: true }, 'expected 1 timestamps, got 0 (TIMESTAMP_ERROR)'],
    [
      'no promise and no timestamp',
      edit(`${ENTRY}.inclusionPromise`, undefined),
      'expected 1 timestamps, got 0 (TIMESTAMP_ERROR)',
    ],
    [
      'another promise',
      flipped(`${ENTRY}.inclusionPromise.signedEntryTimestamp`),
      'inclusion promise could not be verified (TLOG_INCLUSION_PROMISE_ERROR)',
    ],
    [
      'another hash in the proof',
      flipped(`${ENTRY}.inclusionProof.hashes.0`),
      'calculated root hash does not match inclusion proof (TLOG_INCLUSION_PROOF_ERROR)',
    ],
    [
      'another body',
      edit(`${ENTRY}.canonicalizedBody`, 'e30='),
      'inclusion promise could not be verified (TLOG_INCLUSION_PROMISE_ERROR)',
    ],
    [
      'a later time of the entry',
      edit(`${ENTRY}.integratedTime`, String(month + 601)),
      'Failed to verify certificate chain (CERTIFICATE_ERROR)',
    ],
    [
      'an entry twice',
      { edit: (bundle) => edited(bundle, 'verificationMaterial.tlogEntries', Array(2).fill(at(bundle, ENTRY))) },
      'duplicate timestamp (TIMESTAMP_ERROR)',
    ],
    ['no SCT', leaf({ timestamps: 0 }), 'expected 1 SCTs, got 0 (CERTIFICATE_ERROR)'],
    ['one SCT twice', leaf({ timestamps: 2 }), 'duplicate SCT (CERTIFICATE_ERROR)'],
    [
      'an SCT of another log',
      leaf({ certificateLog: keyPair('thief') }),
      'SCT verification failed (CERTIFICATE_ERROR)',
    ],
    [
      'a certificate that had expired',
      leaf({ notBefore: month - 601 }),
      'Failed to verify certificate chain (CERTIFICATE_ERROR)',
    ],
    [
      'a certificate of another authority',
      leaf({ authority: new Sigstore({ name: 'thief' }).authority }),
      'Failed to verify certificate chain (CERTIFICATE_ERROR)',
    ],
    [
      'a time before the root',
      { time: sigstore.start - 86_400 },
      'Failed to verify certificate chain (CERTIFICATE_ERROR)',
    ],
  ])('fails: %s', (_what, options, message) => {
    const report = check(options);
    // A payload of another type is no statement either, which is not looked at before the signature holds.
    expect(failures(report)).toEqual([id]);
    expect(report).toMatchObject({ status: 'rejected', instance: undefined, simulated: false, facts: {} });
    expect(report.checks[id]).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'verifies under no trusted root',
      expected: `public-good root ${root.sha256}`,
      found: `does not verify under the public-good root: ${message}`,
      lacksRoot: true,
    });
    const rest = Object.entries(report.checks).filter(([other]) => other !== id);
    expect(rest).toHaveLength(10);
    for (const [, one] of rest) {
      expect(one).toEqual({
        state: 'not-checked',
        exit: 13,
        summary: 'nothing that the bundle says is signed as it has to be',
      });
    }
  });

  test('fails: another root', () => {
    const other = rootOf(new Sigstore({ name: 'other' }));
    const report = check({}, { roots: [other, githubRoot] });
    expect(report.checks[id]).toMatchObject({
      expected: `other root ${other.sha256} or github root ${githubRoot.sha256}`,
      found:
        'does not verify under the other root: Failed to verify certificate chain (CERTIFICATE_ERROR); does not verify under the github root: Failed to verify certificate chain (CERTIFICATE_ERROR)',
    });
  });

  test('fails: an extension twice', () => {
    const extensions = [{ oid: '1.3.6.1.4.1.57264.1.13', value: utf8String(OTHER_COMMIT) }];
    const report = check({ leaf: { extensions } });
    expect(failures(report)).toEqual([id]);
    expect(report.checks[id]).toEqual({
      state: 'failed',
      exit: 30,
      summary: 'the signing certificate has the extension 1.3.6.1.4.1.57264.1.13 twice',
    });
  });

  test('fails: an unknown media type', () => {
    const report = check({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json' });
    expect(failures(report)).toEqual([id]);
    expect(report).toMatchObject({ status: 'rejected', instance: undefined, simulated: false });
    expect(report.checks[id]).toMatchObject({ exit: 20, hint: 'bundles of the versions 0.1, 0.2 and 0.3 are read' });
    expect(report.checks['provenance.subject']).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the bundle could not be read',
    });
  });

  test("fails: GitHub's own instance where it is not admitted", () => {
    const bundle = github.bundle({ claims: claimsOf({ visibility: 'private' }) });
    const report = checkAll([bundle], { roots: [root, githubRoot] }).bundles[0]!;
    expect(failures(report)).toEqual([id]);
    expect(report).toMatchObject({ instance: 'github', simulated: true, facts: {} });
    expect(report.checks[id]).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'signed at an instance of Sigstore that is not admitted',
      expected: 'public-good',
      found: 'github',
    });
    const expectations = { instances: ['public-good', 'github'] } as const;
    expect(checkAll([bundle], { roots: [root, githubRoot], expectations }).bundles[0]).toMatchObject({
      status: 'accepted',
      instance: 'github',
    });
    const both = checkAll([sigstore.bundle({ log: false, timestamp: true })], {
      roots: [root, githubRoot],
      expectations,
    });
    expect(failures(both.bundles[0]!)).toEqual([id]);
  });

  test("fails: GitHub's own instance without a timestamp", () => {
    const expectations = { instances: ['github'] } as const;
    const report = checkAll([github.bundle({ timestamp: false })], { roots: [githubRoot], expectations }).bundles[0]!;
    expect(report.checks[id].found).toBe(
      'does not verify under the github root: expected 1 timestamps, got 0 (TIMESTAMP_ERROR)',
    );
  });

  test('fails: one authority in the roots of two instances', () => {
    // The same keys under GitHub's name: a root that somebody made of the public one by leaving out the logs.
    const twin = rootOf(new Sigstore({ shape: 'github', uri: 'fulcio.githubapp.com' }));
    const roots = [root, twin];
    const expectations = { instances: ['public-good', 'github'] } as const;
    const report = check({ timestamp: true }, { roots, expectations });
    // The entry of the log speaks against the twin, which has none.
    expect(report.status).toBe('accepted');
    const bare = check(
      { timestamp: true, log: false, leaf: { timestamps: 0 } },
      { roots, expectations: { instances: ['public-good'] } },
    );
    expect(bare.checks[id]).toMatchObject({
      summary: 'signed at an instance of Sigstore that is not admitted',
      found: 'github',
    });
    const other = rootOf(new Sigstore());
    const two = check({}, { roots: [root, other], expectations: { instances: ['public-good', 'other'] } });
    expect(two.checks[id]).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'verifies under the roots of two instances',
      expected: `public-good root ${root.sha256} or other root ${other.sha256}`,
      found: `public-good root ${root.sha256} and other root ${other.sha256}`,
    });
    expect(two).toMatchObject({ instance: 'public-good', simulated: true });
  });

  test('what is admitted is named', () => {
    const report = check({}, { expectations: { instances: ['github', 'other'] } });
    expect(report.checks[id]).toMatchObject({ state: 'failed', expected: 'github or other', found: 'public-good' });
  });

  test('one simulated root under which it verifies is enough to say so', () => {
    const real = { ...root, simulated: false };
    expect(check({}, { roots: [real] }).simulated).toBe(false);
    expect(check({}, { roots: [real, root] }).simulated).toBe(true);
  });

  test('two roots of one instance are no contradiction', () => {
    const older = rootOf(bytesOf({ ...sigstore.rootJson(), operator: 'older' }));
    expect(check({}, { roots: [older, root] }).status).toBe('accepted');
  });

  test.each(['private', 'internal'])('fails: the public instance and a repository that is %s', (visibility) => {
    const report = check(build({ visibility }));
    expect(report.checks[id]).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the public instance vouches for a repository that was not public',
      expected: 'public',
      found: visibility,
    });
  });

  test('fails: signed after the time that is judged for', () => {
    const time = NOW + 301;
    expect(check({ time: NOW + 300 }).status).toBe('accepted');
    expect(check({ time }).checks[id]).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'signed after the time that is judged for',
      expected: 'at most 2026-06-01T00:00:00Z',
      found: '2026-06-01T00:05:01Z',
    });
  });
});
