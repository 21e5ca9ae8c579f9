import type { RepoUrl } from '../../pin/types.ts';
import type { GivenRef } from './ref.ts';

/** As in examples/compose. */
export const DEFAULT_WORK_DIR = '/srv/workload/checkout';

/** What is to be pinned, and how. */
export interface PinRequest {
  readonly url: RepoUrl;
  readonly ref: GivenRef;
  /** Folder for the two files. */
  readonly out: string;
  readonly workDir: string;
  /** `NAME@sha256:…`; undefined: a placeholder. */
  readonly image: string | undefined;
  /** Undefined: the launcher's default. */
  readonly entry: string | undefined;
  /** Write over files that are there. */
  readonly force: boolean;
}
