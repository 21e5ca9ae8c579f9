/**
 * Runs cases in the layout of sigstore-conformance's `test/assets/bundle-verify`: a folder a case, with `bundle.sigstore.json` and, where
 * they differ from what is usual, `trusted_root.json`, `artifact` and `key.pub`; `a.txt` beside the folders is the usual artifact. By the
 * suite's convention a name that ends in `_fail` must be refused. The reader is not told the name.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../../src/base/json.ts';
import { readBundle, readKeyBundle } from '../../../src/provenance/bundle.ts';
import { ProvenanceError } from '../../../src/provenance/errors.ts';
import { MAX_BUNDLE_BYTES, MAX_DEPTH } from '../../../src/provenance/limits.ts';
import { readPublicKey } from '../../../src/provenance/public-key.ts';
import { readTrustedRoots } from '../../../src/provenance/trusted-root.ts';
import { verifyArtifact, verifyArtifactByKey } from '../../../src/provenance/verify-artifact.ts';
import type { Artifact } from '../../../src/provenance/verify-bundle.ts';

/** The identity that all bundles of the suite are signed with, and that its client asks for. */
export const BEACON = {
  subject:
    'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
} as const;

/** What the suite calls the parts of a case. */
export const FILES = {
  bundle: 'bundle.sigstore.json',
  root: 'trusted_root.json',
  artifact: 'artifact',
  key: 'key.pub',
};
export const USUAL_ARTIFACT = 'a.txt';

/** The bytes of a case, without its name. */
export interface CaseFiles {
  readonly bundle: Uint8Array;
  readonly root: Uint8Array | undefined;
  readonly artifact: Uint8Array;
  readonly key: Uint8Array | undefined;
}

export interface SuiteCase {
  readonly name: string;
  readonly good: boolean;
  readonly files: CaseFiles;
}

/** The cases of a folder. */
export const readCases = (folder: string): readonly SuiteCase[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, FILES.bundle)))
    .map(({ name }) => {
      const at = (file: string): Buffer | undefined => {
        const path = join(folder, name, file);
        return existsSync(path) ? readFileSync(path) : undefined;
      };
      return {
        name,
        good: !name.endsWith('_fail'),
        files: {
          bundle: at(FILES.bundle)!,
          root: at(FILES.root),
          artifact: at(FILES.artifact) ?? readFileSync(join(folder, USUAL_ARTIFACT)),
          key: at(FILES.key),
        },
      };
    });

const verify = ({ bundle, root, key }: CaseFiles, usualRoot: Uint8Array, artifact: Artifact): void => {
  const json = parseJson(bundle, { maxBytes: MAX_BUNDLE_BYTES, maxDepth: MAX_DEPTH, name: 'bundle' });
  const roots = readTrustedRoots(root ?? usualRoot, 'root', key === undefined ? 'certificates' : 'keys');
  if (roots.length !== 1) throw new Error('a case has one root');
  if (key === undefined) verifyArtifact(readBundle(json, 'bundle'), roots[0]!, artifact, BEACON);
  else verifyArtifactByKey(readKeyBundle(json, 'bundle'), roots[0]!, artifact, readPublicKey(key, 'key'));
};

/** Why a case is refused; undefined where it is accepted. Throws where the two ways to give the artifact do not come to the same. */
export const refusal = (files: CaseFiles, usualRoot: Uint8Array): string | undefined => {
  const reasonOf = (artifact: Artifact): Error | undefined => {
    try {
      verify(files, usualRoot, artifact);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };
  const byBytes = reasonOf(files.artifact);
  const byDigest = reasonOf({ sha256: createHash('sha256').update(files.artifact).digest('hex') });
  const notByDigest = byDigest instanceof ProvenanceError && byDigest.message.includes('the message itself');
  if (!notByDigest && (byBytes === undefined) !== (byDigest === undefined)) {
    throw new Error(
      `by the bytes: ${byBytes?.message ?? 'accepted'}; by the digest: ${byDigest?.message ?? 'accepted'}`,
    );
  }
  return byBytes?.message;
};
