import type { Pin } from '../../pin/types.ts';
import { findInUnits } from '../../source/find-path.ts';
import type { EntryKind } from '../../source/objects/tree.ts';
import { toLatin1Path } from '../../source/workdir/files.ts';
import type { BroughtUnits } from './bring-commit.ts';
import { MAX_ENTRY_BYTES } from './limits.ts';
import { fileAt, readCommitFile } from './read-file.ts';

/** What the launcher would start. */
export interface EntryFacts {
  /** REPO_SUBDIR and what stands there; undefined for the top of the commit. */
  readonly folder: { readonly path: string; readonly kind: EntryKind | undefined } | undefined;
  readonly start:
    | {
        readonly mode: 'script';
        /** From the top of the commit. */
        readonly path: string;
        readonly kind: EntryKind | undefined;
        /** Undefined where it is no regular file. */
        readonly size: number | undefined;
        /** Its bytes, where they are few enough to be shown. */
        readonly bytes: Uint8Array | undefined;
      }
    | { readonly mode: 'command'; readonly runCmd: string; readonly installCmd: string | undefined };
}

/** Path of the entry script from the top of the commit; undefined where the pin starts a command. */
export const entryPath = ({ mode, repoSubdir }: Pin): string | undefined => {
  if (mode.kind !== 'default') return undefined;
  return repoSubdir === undefined ? mode.entrypointScript : `${repoSubdir}/${mode.entrypointScript}`;
};

/** Looks up the folder and the script of the workload as the launcher does before it starts them. */
export const findEntry = (brought: BroughtUnits): EntryFacts => {
  const { pin } = brought.context;
  const { mode, repoSubdir } = pin;
  const folder =
    repoSubdir === undefined ? undefined : { path: repoSubdir, kind: findInUnits(brought.units, repoSubdir) };
  if (mode.kind === 'advanced') {
    return { folder, start: { mode: 'command', runCmd: mode.runCmd, installCmd: mode.installCmd } };
  }
  const path = entryPath(pin) ?? '';
  const kind = findInUnits(brought.units, path);
  const file = fileAt(brought, toLatin1Path(path));
  const isShown = file !== undefined && file.size <= MAX_ENTRY_BYTES;
  const bytes = isShown ? new Uint8Array(readCommitFile(brought, file)) : undefined;
  return { folder, start: { mode: 'script', path, kind, size: file?.size, bytes } };
};
