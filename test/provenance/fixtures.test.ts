import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkProvenance } from '../../src/provenance/check-provenance.ts';
import { readCosignLayer } from '../../src/provenance/cosign.ts';
import type { ProvenanceExpectations } from '../../src/provenance/expectations.ts';
import { PUBLIC_GOOD_SHA256, readPublicGoodRoot } from '../../src/provenance/public-good.ts';
import { type BundleSource, readBundles } from '../../src/provenance/read-bundles.ts';
import type { BundleReport } from '../../src/provenance/result.ts';
import { readTrustedRoots, rootAgeInDays, type TrustedRoot } from '../../src/provenance/trusted-root.ts';
import { verifyBundle } from '../../src/provenance/verify-bundle.ts';
import { expectError, failures, fixture, fixturePath, hasFixtures, NOW } from './support.ts';

const seeds = (): Buffer => readFileSync(createRequire(import.meta.url).resolve('@sigstore/tuf/seeds.json'));
const publicGood = readPublicGoodRoot(seeds(), 'seeds.json');

test('the public root comes with the npm package and has the hash that is written down', () => {
  expect(publicGood).toMatchObject({
    source: 'seeds.json, trusted_root.json',
    instance: 'public-good',
    sha256: PUBLIC_GOOD_SHA256,
    newestStart: Date.UTC(2025, 8, 23) / 1000,
    simulated: false,
  });
  expect(rootAgeInDays(publicGood, Date.UTC(2025, 8, 25) / 1000)).toBe(2);
});

const outcome = (source: BundleSource, roots: readonly TrustedRoot[], artifact?: Buffer): string => {
  if ('error' in source) return source.error.code;
  const verified = roots.filter((root) => {
    try {
      verifyBundle(source.bundle, root, artifact);
      return true;
    } catch {
      return false;
    }
  });
  return verified.map(({ instance }) => instance).join(' and ') || 'not verified';
};

describe.skipIf(!hasFixtures)('real bundles', () => {
  const github = hasFixtures ? readTrustedRoots(fixture('trusted_root.github.json'), 'github')[0]! : publicGood;
  const roots = [publicGood, github];
  const sources = (name: string): readonly BundleSource[] => readBundles(fixture(name), name);

  test("GitHub's root is told apart", () => {
    expect(github).toMatchObject({ instance: 'github', newestStart: Date.UTC(2026, 5, 12) / 1000, simulated: false });
    expect(readTrustedRoots(fixture('trusted_root.public-good.json'), 'file')[0]).toMatchObject({
      instance: 'public-good',
      sha256: PUBLIC_GOOD_SHA256,
    });
  });

  test('both roots out of one file stay two', () => {
    const lines = [fixture('trusted_root.public-good.json'), fixture('trusted_root.github.json')]
      .map((bytes) => JSON.stringify(JSON.parse(bytes.toString())))
      .join('\n');
    const both = readTrustedRoots(Buffer.from(`${lines}\n`), 'roots');
    expect(both.map(({ source, instance }) => [source, instance])).toEqual([
      ['roots, line 1', 'public-good'],
      ['roots, line 2', 'github'],
    ]);
  });

  test.each([
    ['reusable-workflow-attestation.sigstore.json', 'public-good'],
    ['MODULE.bazel.intoto.jsonl', 'public-good'],
    ['attest-build-provenance-13532655.sigstore.json', 'public-good'],
    ['attest-build-provenance-13531551.sigstore.json', 'github'],
    ['github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl', 'github'],
    ['github_provenance_demo-0.0.12-py3-none-any-bundle-missing-cert.jsonl', 'key-bundle'],
    ['github_provenance_demo-0.0.12-py3-none-any-bundle-missing-verification-material.jsonl', 'bad-bundle'],
    ['sigstoreBundle-invalid-signature.json', 'not verified'],
  ])('%s: %s', (name, expected) => {
    expect(sources(name).map((source) => outcome(source, roots))).toEqual([expected]);
  });

  const cases = hasFixtures ? readdirSync(fixturePath('conformance'), { withFileTypes: true }) : [];
  test.each(cases.filter((entry) => entry.isDirectory()).map(({ name }) => name))('conformance %s', (name) => {
    const artifact = fixture('conformance/a.txt');
    const own = join(fixturePath('conformance'), name, 'trusted_root.json');
    const root = existsSync(own) ? readTrustedRoots(readFileSync(own), 'own')[0]! : publicGood;
    // Under another name, so that nothing can be read off it.
    const [source] = readBundles(fixture(`conformance/${name}/bundle.sigstore.json`), 'bundle');
    const accepted = outcome(source!, [root], artifact) === root.instance;
    expect(accepted).toBe(!name.endsWith('_fail'));
  });

  test('a message that is another one, or is not there, does not verify', () => {
    const [source] = readBundles(fixture('conformance/happy-path-v0.3/bundle.sigstore.json'), 'bundle');
    expect(outcome(source!, [publicGood], Buffer.from('other'))).toBe('not verified');
    const bundle = source !== undefined && 'bundle' in source ? source.bundle : undefined;
    expectError(
      () => verifyBundle(bundle!, publicGood),
      'not-verified',
      'the bundle signs a message that was not given',
    );
  });

  const check = (
    given: readonly BundleSource[],
    image: string,
    expectations: ProvenanceExpectations,
    children?: readonly string[],
  ): BundleReport =>
    checkProvenance({
      bundles: given,
      subjectDigests: { image, ...(children === undefined ? {} : { children }) },
      expectations,
      roots,
      now: NOW,
    }).bundles[0]!;

  const digestOf = (name: string): string => `sha256:${createHash('sha256').update(fixture(name)).digest('hex')}`;
  const PROBER = 'sha256:bb030cb9e028ff6d4051f2103b3b08f7e3928aa80a7d3626cef6e2553dc714b8';
  const prober: ProvenanceExpectations = {
    repository: 'https://github.com/actions/attest-build-provenance',
    repositoryId: '760702757',
    ownerId: '44036562',
    commit: 'ba965ac88abfc6fa49344893ed19e5bf479a07d6',
    workflow: { path: '.github/workflows/prober.yml' },
    refs: ['refs/heads/main'],
  };

  test('the public prober passes everything', () => {
    const report = check(sources('attest-build-provenance-13532655.sigstore.json'), PROBER, prober);
    expect(Object.values(report.checks).map(({ state }) => state)).toEqual(Array(11).fill('passed'));
    expect(report).toMatchObject({
      status: 'accepted',
      reasons: [],
      instance: 'public-good',
      simulated: false,
      facts: {
        run: 'https://github.com/actions/attest-build-provenance/actions/runs/19459333539/attempts/1',
        visibility: 'public',
        signedAt: '2025-11-18T08:31:39Z',
      },
    });
  });

  test("the same source signed at GitHub's own instance passes only where that is admitted", () => {
    const image = 'sha256:b03d18ed0a16864ef2d2e559c660159a2170b9d086a1f42f570b1679326b90e6';
    const given = sources('attest-build-provenance-13531551.sigstore.json');
    expect(check(given, image, { ...prober, instances: ['github'] })).toMatchObject({
      status: 'accepted',
      instance: 'github',
    });
    expect(failures(check(given, image, prober))).toEqual(['provenance.bundle']);
  });

  test('a reusable workflow of another repository passes at its stated ref or commit', () => {
    const given = sources('reusable-workflow-attestation.sigstore.json');
    const image = digestOf('reusable-workflow-artifact');
    const path = '.github/workflows/attest.yml';
    const repository = 'https://github.com/github/artifact-attestations-workflows';
    const commit = '09b495c3f12c7881b3cc17209a327792065c1a1d';
    const source = {
      repository: 'https://github.com/malancas/attest-demo',
      commit: '95baf27389e83e6a5c48f42e190d48d7abcea19e',
    };
    const stated = check(given, image, { ...source, workflow: { repository, path, commit } });
    expect(stated).toMatchObject({ status: 'accepted', checks: { 'provenance.workflow': { state: 'passed' } } });
    const open = check(given, image, { ...source, workflow: { repository, path } });
    expect(open.checks['provenance.workflow'].state).toBe('not-checked');
    expect(failures(check(given, image, { ...source, workflow: { path } }))).toEqual(['provenance.workflow']);
  });

  test('a reusable workflow at a tag passes', () => {
    const report = check(sources('MODULE.bazel.intoto.jsonl'), digestOf('MODULE.bazel'), {
      repository: 'https://github.com/aspect-build/rules_lint.git',
      commit: '8f70009fde0c94ade6ce2a054b94718c819126ec',
      workflow: {
        repository: 'https://github.com/bazel-contrib/publish-to-bcr',
        path: '.github/workflows/publish.yaml',
        refs: ['refs/tags/v*'],
      },
    });
    expect(report.status).toBe('accepted');
  });

  test('a predicate forged under a valid signature contradicts its certificate', () => {
    const given = readBundles(fixture('conformance/happy-path-intoto-in-dsse-v3/bundle.sigstore.json'), 'bundle');
    const report = check(given, digestOf('conformance/a.txt'), {
      repository: 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon',
      commit: '82a3bfe6dd50fe9c71d6315eae66da15307856cf',
      workflow: { path: '.github/workflows/extremely-dangerous-oidc-beacon.yml' },
    });
    expect(failures(report)).toEqual(['provenance.agreement']);
    // And who believes the predicate is told where the build really came from.
    const believed = check(given, digestOf('conformance/a.txt'), {
      repository: 'https://github.com/loosebazooka/aa-test',
    });
    expect(failures(believed)).toContain('provenance.repository');
  });

  describe("cosign's annotations", () => {
    const folder = 'oci-layout-v1.10.0/container_workflow_dispatch/blobs/sha256';
    const layer = () => {
      const manifest = JSON.parse(
        fixture(`${folder}/31cc4fb663c8d34e2e6a0bd5f183d576c2811ee286e0998b4c2965e3b35a0d86`).toString(),
      );
      const { mediaType, annotations, digest } = manifest.layers[0];
      return { mediaType, annotations, content: fixture(`${folder}/${digest.slice('sha256:'.length)}`) };
    };
    const INDEX = 'sha256:e0a0a765d690a5104331cfbac88ebbbf01736c1f87aaa3cd455c516a5ea586a5';
    const expectations: ProvenanceExpectations = {
      repository: 'https://github.com/slsa-framework/example-package',
      commit: 'd37a7f740ee7404914456f24dcd90e865a0509e8',
      workflow: {
        repository: 'https://github.com/slsa-framework/slsa-github-generator',
        path: '.github/workflows/generator_container_slsa3.yml',
        refs: ['refs/tags/v1.10.0'],
      },
    };

    test('become a v0.1 bundle that verifies under the public root alone', () => {
      const source = readCosignLayer(layer(), 'layer 1');
      expect(source).toMatchObject({ origin: 'layer 1', bundle: { version: '0.1' } });
      expect(outcome(source, roots)).toBe('public-good');
    });

    test('hold provenance v0.2, which is ignored unless it is asked for', () => {
      const given = [readCosignLayer(layer(), 'layer 1')];
      expect(check(given, INDEX, expectations)).toMatchObject({
        status: 'ignored',
        reasons: ['an attestation of another kind: https://slsa.dev/provenance/v0.2'],
      });
      const asked = { ...expectations, predicateTypes: ['https://slsa.dev/provenance/v0.2'] } as const;
      const report = check(given, INDEX, asked);
      expect(Object.values(report.checks).map(({ state }) => state)).toEqual(Array(11).fill('passed'));
    });
  });
});
