import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readClaims } from '../../src/provenance/claims.ts';
import { COSIGN_ATTESTATION, COSIGN_SIGNATURE, readCosignLayer } from '../../src/provenance/cosign.ts';
import { ProvenanceError } from '../../src/provenance/errors.ts';
import { readPublicGoodRoot } from '../../src/provenance/public-good.ts';
import { readBundles } from '../../src/provenance/read-bundles.ts';
import { readStatement } from '../../src/provenance/statement.ts';
import { readTrustedRoots } from '../../src/provenance/trusted-root.ts';
import { verifyBundle } from '../../src/provenance/verify-bundle.ts';
import { holds } from '../support/property.ts';
import { at, bytesOf, checkAll, edited, read, root, sigstore } from './support.ts';

// Hundreds of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** `act` may do nothing but return or throw our error. */
const onlyOurs = (act: () => unknown): void => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ProvenanceError);
  }
};

const bundle = sigstore.bundle({ timestamp: true, logV2: true });

/** Paths to everything in `value`, containers included. */
const pathsOf = (value: unknown, prefix = ''): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]) => {
        const path = prefix === '' ? key : `${prefix}.${key}`;
        return [path, ...pathsOf(member, path)];
      });

const text = fc.oneof(fc.string(), fc.json(), fc.base64String());
const bytes = fc.uint8Array({ maxLength: 300 });

test('garbage throws nothing but our error', () =>
  holds(
    fc.property(
      fc.oneof(
        bytes,
        text.map((one) => Buffer.from(one)),
      ),
      (garbage) => {
        onlyOurs(() => readBundles(garbage, 'x'));
        onlyOurs(() => readTrustedRoots(garbage, 'x'));
        onlyOurs(() => readPublicGoodRoot(garbage, 'x'));
        onlyOurs(() => readStatement(garbage));
        onlyOurs(() => readClaims(garbage));
      },
    ),
  ));

test('garbage in annotations is an error of its source', () => {
  const annotations = fc.dictionary(
    fc.constantFrom(
      'dev.sigstore.cosign/certificate',
      'dev.sigstore.cosign/bundle',
      'dev.cosignproject.cosign/signature',
      'dev.sigstore.cosign/rfc3161timestamp',
    ),
    text,
  );
  return holds(
    fc.property(
      fc.constantFrom(COSIGN_ATTESTATION, COSIGN_SIGNATURE, ''),
      annotations,
      bytes,
      (mediaType, given, content) => {
        expect(readCosignLayer({ mediaType, annotations: given, content }, 'x')).toHaveProperty('error');
      },
    ),
  );
});

test('a bundle with any one value replaced never throws, and is never accepted where what is signed changed', () => {
  const paths = pathsOf(bundle);
  const value = fc.oneof(fc.anything({ maxDepth: 2 }), fc.base64String(), fc.constant(undefined), fc.constant(null));
  return holds(
    fc.property(fc.constantFrom(...paths), value, (path, to) => {
      let changed: unknown;
      try {
        changed = JSON.parse(JSON.stringify(edited(bundle, path, to)));
      } catch {
        return; // What JSON cannot say.
      }
      const { bundles } = checkAll([changed]);
      const accepted = bundles.some(({ status }) => status === 'accepted');
      const isSigned =
        /payload|sig$|certificate|logId|canonicalizedBody|rootHash$/.test(path) &&
        !path.endsWith('inclusionProof.rootHash');
      if (
        isSigned &&
        JSON.stringify(at(changed, path.split('.')[0] ?? '')) !== JSON.stringify(at(bundle, path.split('.')[0] ?? ''))
      ) {
        expect(accepted).toBe(false);
      }
    }),
    100,
  );
});

test('flipped bits of the certificate, the timestamp and the proof never throw anything else, and never verify', () => {
  const MATERIAL = 'verificationMaterial';
  const fields = [
    `${MATERIAL}.certificate.rawBytes`,
    `${MATERIAL}.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp`,
    `${MATERIAL}.tlogEntries.0.canonicalizedBody`,
    `${MATERIAL}.tlogEntries.0.inclusionPromise.signedEntryTimestamp`,
    `${MATERIAL}.tlogEntries.1.canonicalizedBody`,
    'dsseEnvelope.payload',
    'dsseEnvelope.signatures.0.sig',
  ];
  return holds(
    fc.property(fc.constantFrom(...fields), fc.nat(), fc.integer({ min: 0, max: 7 }), (path, where, bit) => {
      const flipped = Buffer.from(at(bundle, path) as string, 'base64');
      flipped[where % flipped.length]! ^= 1 << bit;
      const signed = read(edited(bundle, path, flipped.toString('base64')));
      onlyOurs(() => {
        verifyBundle(signed, root);
        // Bytes that nothing covers: the response around a timestamp's token.
        expect(path).toContain('signedTimestamp');
      });
    }),
    60,
  );
});

test('a root with any one value replaced throws nothing but our error', () => {
  const good = sigstore.rootJson();
  const value = fc.oneof(fc.anything({ maxDepth: 2 }), fc.base64String(), fc.constant(undefined));
  return holds(
    fc.property(fc.constantFrom(...pathsOf(good)), value, (path, to) => {
      let changed: Buffer;
      try {
        changed = bytesOf(edited(good, path, to));
      } catch {
        return;
      }
      onlyOurs(() => readTrustedRoots(changed, 'x'));
    }),
  );
});
