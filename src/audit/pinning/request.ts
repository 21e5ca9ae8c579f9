import type { Pin, RepoUrl } from '../../pin/types.ts';
import type { GivenRef } from './ref.ts';

/** As in examples/compose-mounted. */
export const DEFAULT_WORK_DIR = '/srv/workload/checkout';

/** A file that is read on this machine now, and by the launcher in its container later. */
export interface FileInBoth {
  readonly here: string;
  /** An absolute path. */
  readonly inContainer: string;
}

/** How the repository is reached, by the keys of the pin. */
export interface PinNetwork {
  readonly credential?: FileInBoth | undefined;
  readonly ca?: FileInBoth | undefined;
  readonly proxy?: string | undefined;
  readonly sshKey?: FileInBoth | undefined;
  readonly sshKnownHosts?: FileInBoth | undefined;
}

/** Where the pin goes: into the environment of a compose file, or into an image. */
export const FORMS = ['compose', 'derived-image'] as const;
export type PinForm = (typeof FORMS)[number];

/** What is to be pinned, and how. */
export interface PinRequest {
  readonly url: RepoUrl;
  readonly ref: GivenRef;
  /** Folder for the files. */
  readonly out: string;
  readonly workDir: string;
  /** `NAME@sha256:…`; undefined: a placeholder. */
  readonly image: string | undefined;
  /** Undefined: the launcher's default. */
  readonly entry: string | undefined;
  readonly network: PinNetwork;
  /** Undefined: the launcher's default. */
  readonly submodules: Pin['submodules'] | undefined;
  readonly receipt: Pin['receipt'];
  readonly form: PinForm;
  /** Write twl-attest into the compose file as well. */
  readonly attest: boolean;
  /** Write over files that are there. */
  readonly force: boolean;
}
