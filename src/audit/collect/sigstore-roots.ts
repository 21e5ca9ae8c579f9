import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { readPublicGoodRoot } from '../../provenance/public-good.ts';
import { type TrustedRoot, readTrustedRoots } from '../../provenance/trusted-root.ts';
import { readNamedFile } from './named-file.ts';

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
