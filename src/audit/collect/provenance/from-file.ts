import { MAX_BUNDLES_BYTES } from '../../../provenance/limits.ts';
import { readNamedFile } from '../named-file.ts';
import type { ProvenanceDocument } from './document.ts';

/** The bundles of a file that the user named. Throws CollectError `file-unreadable`, `too-large`. */
export const fromFile = (path: string): ProvenanceDocument => ({
  kind: 'bundle',
  origin: path,
  bytes: readNamedFile(path, MAX_BUNDLES_BYTES),
});
