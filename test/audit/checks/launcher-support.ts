import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { ProvenancePolicy } from '../../../src/audit/policy/policy.ts';
import type { BundleSource } from '../../../src/provenance/read-bundles.ts';
import { readBundles } from '../../../src/provenance/read-bundles.ts';
import { readTrustedRoots, type TrustedRoot } from '../../../src/provenance/trusted-root.ts';
import { composeFile } from '../../mocks/deployment/app-compose.ts';
import { type BundleOptions, Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { changed, goodInfo, LAUNCHER, stated } from './support.ts';

/** The instance that built the launcher, and its root. */
export const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev' });
export const rootOf = (instance: Sigstore): TrustedRoot => readTrustedRoots(instance.root(), 'root.json')[0]!;
export const sigstoreRoots = [rootOf(sigstore)];

/** The digest of the launcher's image in hex. */
export const DIGEST = LAUNCHER.digest.slice('sha256:'.length);

export const sourcesOf = (bundle: unknown, name = 'bundle.json'): readonly BundleSource[] =>
  readBundles(Buffer.from(JSON.stringify(bundle)), name);

/** A bundle about the launcher's image. */
export const bundleOf = (options: BundleOptions = {}, name?: string): readonly BundleSource[] =>
  sourcesOf(sigstore.bundle({ digest: DIGEST, ...options }), name);

/** Good evidence with these bundles beside it. */
export const withBundles = (bundles: readonly BundleSource[], image = LAUNCHER.digest): AuditEvidence =>
  changed({ provenance: { origin: 'bundle.json', value: { image, bundles } } }, goodInfo);

/** What an auditor expects of the build that the mock tells of by default. */
export const provenance: ProvenancePolicy = {
  repository: stated('https://github.com/acme/launcher', 'org.toml line 20'),
  commit: stated('1f2e3d4c5b6a79880f1e2d3c4b5a69788796a5b4', 'org.toml line 21'),
  workflow: stated('.github/workflows/release.yml', 'org.toml line 22'),
};

export const expectingBuild = (changes: Partial<ProvenancePolicy> = {}): Partial<Expectations> => ({
  sigstoreRoots,
  policy: {
    services: [],
    scripts: [],
    tcbStatuses: [],
    advisories: [],
    developmentImages: [],
    findings: [],
    required: [],
    provenance: { ...provenance, ...changes },
  },
});

/** The recommended compose file with `to` in place of `from`, which has to be there. */
export const composeWith = (from: string | RegExp, to: string): string => {
  const text = composeFile();
  const changedText = text.replace(from, to);
  if (changedText === text) throw new Error(`no ${from} in the compose file`);
  return changedText;
};
