import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { readPublicGoodRoot } from '../../provenance/public-good.ts';
import { type TrustedRoot, readTrustedRoots } from '../../provenance/trusted-root.ts';
import { PUBLIC_GOOD_RECORD, trustCache } from '../trust/trust-cache.ts';
import { readNamedFile } from './named-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** GitHub's root of six generations has 31 KiB. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The root of Sigstore's public instance that comes with the npm package; its hash is pinned in the code. Throws ProvenanceError. */
const publicGoodRoot = (): TrustedRoot =>
  readPublicGoodRoot(new TextEncoder().encode(JSON.stringify(seeds)), 'built in, from @sigstore/tuf');

/**
 * The instances of Sigstore whose signatures count: those of the files that the auditor named, else the public one. Throws
 * ProvenanceError for a file that holds no trusted root, and CollectError where it cannot be read.
 */
export const sigstoreRoots = (files: readonly string[]): readonly TrustedRoot[] =>
  files.length === 0
    ? [publicGoodRoot()]
    : files.flatMap((path) => readTrustedRoots(readNamedFile(path, MAX_FILE_BYTES), path));

/**
 * The same, but where no file is named the public instance's root is the one that `twl trust refresh` kept for this user, if that is
 * newer than the one that is built in. What is kept and cannot be used is told in the source of the root that is used instead.
 */
export const newestSigstoreRoots = async (
  files: readonly string[],
  environment: Environment,
): Promise<readonly TrustedRoot[]> => {
  const builtIn = sigstoreRoots(files);
  const cache = files.length === 0 ? trustCache(environment) : undefined;
  // Most have never refreshed, and do not wait for what reads TUF's metadata.
  if (cache?.read(PUBLIC_GOOD_RECORD) === undefined) return builtIn;
  const { keptPublicGoodRoot } = await import('../trust/kept-root.ts');
  const { root, remark } = keptPublicGoodRoot(cache);
  if (root !== undefined) return [root];
  if (remark === undefined) return builtIn;
  const note = `what \`twl trust refresh\` kept cannot be used: ${remark}`;
  return builtIn.map((one) => ({ ...one, source: `${one.source}; ${note}` }));
};
