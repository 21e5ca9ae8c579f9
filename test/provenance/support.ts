import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readBundle, type SignedBundle } from '../../src/provenance/bundle.ts';
import { checkProvenance } from '../../src/provenance/check-provenance.ts';
import { ProvenanceError, type ProvenanceErrorCode } from '../../src/provenance/errors.ts';
import type { ProvenanceExpectations } from '../../src/provenance/expectations.ts';
import { readBundles } from '../../src/provenance/read-bundles.ts';
import type { BundleReport, ProvenanceResult } from '../../src/provenance/result.ts';
import type { SubjectDigests } from '../../src/provenance/subject-digests.ts';
import { readTrustedRoots, type TrustedRoot } from '../../src/provenance/trusted-root.ts';
import { GOOD_BUILD } from '../mocks-sigstore/claims.ts';
import { type BundleOptions, IMAGE, Sigstore } from '../mocks-sigstore/sigstore.ts';

const FIXTURES = fileURLToPath(new URL('../../../shared/fixtures/sigstore/', import.meta.url));

/** Whether the real bundles lie beside the project. Tests that need them are skipped where not. */
export const hasFixtures = existsSync(FIXTURES);
if (!hasFixtures) console.info('skipped: no real Sigstore bundles in ../shared/fixtures/sigstore');

export const fixturePath = (name: string): string => join(FIXTURES, name);
export const fixture = (name: string): Buffer => readFileSync(fixturePath(name));
export const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The root of a mock or of any other bytes. */
export const rootOf = (from: Sigstore | Uint8Array): TrustedRoot =>
  readTrustedRoots(from instanceof Sigstore ? from.root() : from, 'root')[0]!;

/** An instance with logs, under which nearly all mock bundles are made. */
export const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev' });
export const root = rootOf(sigstore);
export const github = new Sigstore({ name: 'private', shape: 'github' });
export const githubRoot = rootOf(github);

/** First of June 2026: after everything that the mocks sign. */
export const NOW = Date.UTC(2026, 5, 1) / 1000;

export const EXPECTED: ProvenanceExpectations = {
  repository: 'https://github.com/acme/launcher',
  commit: GOOD_BUILD.commit,
  workflow: { path: '.github/workflows/release.yml' },
};

export const read = (value: unknown): SignedBundle => readBundle(value, 'bundle');

export interface Given {
  readonly roots?: readonly TrustedRoot[];
  readonly expectations?: ProvenanceExpectations;
  readonly subjectDigests?: SubjectDigests;
  readonly now?: number;
}

/** Checks bundles of parsed JSON, each as a file of its own. */
export const checkAll = (bundles: readonly unknown[], given: Given = {}): ProvenanceResult =>
  checkProvenance({
    bundles: bundles.flatMap((bundle, index) => readBundles(bytesOf(bundle), `bundle ${index + 1}`)),
    subjectDigests: given.subjectDigests ?? { image: `sha256:${IMAGE}` },
    expectations: { ...EXPECTED, ...given.expectations },
    roots: given.roots ?? [root],
    now: given.now ?? NOW,
  });

/** Checks one bundle of the mock. */
export const check = (options: BundleOptions = {}, given: Given = {}): BundleReport =>
  checkAll([sigstore.bundle(options)], given).bundles[0]!;

/** The ids of the checks of a bundle that failed. */
export const failures = ({ checks }: BundleReport): string[] =>
  Object.entries(checks).flatMap(([id, { state }]) => (state === 'failed' ? [id] : []));

/** Runs `act`, which must throw a {@link ProvenanceError} of this code with exactly this message. */
export const expectError = (
  act: () => unknown,
  code: ProvenanceErrorCode,
  message: string | RegExp,
): ProvenanceError => {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ProvenanceError);
  const error = thrown as ProvenanceError;
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
  return error;
};

type Json = Record<string, unknown>;

/** A copy of `value` in which what lies at `path` ("a.b.0.c") is replaced, or removed where `to` is undefined. */
export const edited = (value: unknown, path: string, to: unknown): Json => {
  const copy = structuredClone(value) as Json;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Json>((object, key) => object[key] as Json, copy);
  if (to === undefined) delete holder[last];
  else holder[last] = to;
  return copy;
};

/** What lies at `path`. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((object, key) => (object as Json)[key], value);
