import type { NewFile } from '../../state/atomic-write.ts';
import { readNamedFile } from '../collect/named-file.ts';
import { sha256Hex } from '../bundle/sha256.ts';
import { asciiJson } from '../report/ascii-json.ts';
import { summaryStatement, type Summarized } from './statement.ts';
import type { Resource } from './subjects.ts';

/** Whoever may read the folder may read it. */
const FILE_MODE = 0o644;
/** As policies are bounded when they are read: these were. */
const MAX_POLICY_BYTES = 1024 * 1024;

/** The policies of a run by their hashes. Throws CollectError where one cannot be read any more. */
export const policyResources = (paths: readonly string[]): readonly Resource[] =>
  paths.map((name) => ({ name, digest: { sha256: sha256Hex(readNamedFile(name, MAX_POLICY_BYTES)) } }));

/** The statement, to be written at `path`. */
export const summaryFile = (path: string, run: Summarized): NewFile => ({
  path,
  bytes: new TextEncoder().encode(asciiJson(summaryStatement(run))),
  mode: FILE_MODE,
});
