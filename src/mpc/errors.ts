import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

const EXIT_CODES = {
  usage: EXIT.usage,
  'setting-missing': EXIT.usage,
  'setting-invalid': EXIT.usage,

  // The operator's file.
  'user-config-unreadable': EXIT.environment,
  'user-config-malformed': EXIT.malformed,
  'key-missing': EXIT.malformed,
  'value-invalid': EXIT.malformed,
  'out-of-bounds': EXIT.malformed,
  'port-mapping-invalid': EXIT.malformed,
  'override-malformed': EXIT.malformed,
  'image-reference-invalid': EXIT.malformed,
  'reserved-key': EXIT.malformed,
  'restricted-key': EXIT.rejected,

  // The node's list.
  'hashes-unreadable': EXIT.environment,
  'hashes-malformed': EXIT.malformed,
  'hashes-empty': EXIT.malformed,
  'override-not-approved': EXIT.rejected,
  'override-without-list': EXIT.rejected,

  // What has to be there before anything is done.
  'docker-missing': EXIT.environment,
  'docker-unreachable': EXIT.environment,
  'shared-folder-unusable': EXIT.environment,
  'private-folder-failed': EXIT.environment,

  // Tags, of the config-digest profile.
  'image-not-among-tags': EXIT.rejected,
  'tags-unavailable': EXIT.unavailable,

  'pull-refused': EXIT.unavailable,
  'pull-failed': EXIT.unavailable,
  'disk-full': EXIT.environment,

  // The event in RTMR3.
  'event-other-digest': EXIT.rejected,
  'event-twice': EXIT.rejected,
  'event-before': EXIT.rejected,
  'event-not-recorded': EXIT.rejected,
  'event-log-malformed': EXIT.malformed,
  'event-not-offered': EXIT.unsupported,

  'compose-failed': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

export type MpcErrorCode = keyof typeof EXIT_CODES;

/** Any failure of `mpc-launcher` that is not the guest agent's, a registry's or a file's. No secret is in its message. */
export class MpcError extends BaseError<MpcErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
