import { BaseError, type ErrorDetails } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** What can go wrong on the way from a pin to placed bytes, and the exit status of each. */
const EXIT_CODES = {
  // Bytes contradict the pin or the rules: nobody who serves this commit can help.
  'commit-malformed': EXIT.rejected,
  'not-a-commit': EXIT.rejected,
  'tree-malformed': EXIT.rejected,
  'tree-name-refused': EXIT.rejected,
  'tree-mode-refused': EXIT.rejected,
  'tree-duplicate-name': EXIT.rejected,
  'tree-order': EXIT.rejected,
  'tree-entry-type': EXIT.rejected,
  'symlink-target': EXIT.rejected,
  'gitlink-refused': EXIT.rejected,
  'submodule-refused': EXIT.rejected,
  'tree-sha256-mismatch': EXIT.rejected,
  'tree-sha256-undefined': EXIT.unsupported,
  'subdir-missing': EXIT.rejected,
  'entry-missing': EXIT.rejected,
  'limit-exceeded': EXIT.rejected,
  'sha1-collision': EXIT.rejected,
  'readers-disagree': EXIT.rejected,
  // This server sent something else, or badly; another address may serve the same commit.
  'object-missing': EXIT.rejected,
  'object-unexpected': EXIT.rejected,
  'pack-malformed': EXIT.rejected,
  'pack-checksum': EXIT.rejected,
  'delta-malformed': EXIT.rejected,
  'protocol-malformed': EXIT.malformed,
  'commit-not-served': EXIT.unavailable,
  'repository-not-found': EXIT.unavailable,
  'server-refused': EXIT.unavailable,
  'access-denied': EXIT.unavailable,
  'redirect-refused': EXIT.rejected,
  'address-refused': EXIT.rejected,
  'protocol-unsupported': EXIT.unsupported,
  'object-format-mismatch': EXIT.rejected,
  // Transient: the same address may answer later.
  'server-busy': EXIT.unavailable,
  'connection-failed': EXIT.unavailable,
  'connection-cut': EXIT.unavailable,
  'timed-out': EXIT.unavailable,
  // This machine.
  'work-dir-not-ours': EXIT.environment,
  'work-dir-origin': EXIT.environment,
  'work-dir-unusable': EXIT.environment,
  'work-dir-mount': EXIT.environment,
  'work-dir-locked': EXIT.environment,
  'work-dir-lock-lost': EXIT.environment,
  'disk-full': EXIT.environment,
  'disk-read-only': EXIT.environment,
  'disk-failed': EXIT.environment,
  'tool-missing': EXIT.environment,
  'tool-failed': EXIT.environment,
  'file-unreadable': EXIT.environment,
  'local-repository': EXIT.unavailable,
} as const satisfies Record<string, ExitCode>;

export type SourceErrorCode = keyof typeof EXIT_CODES;

export interface SourceErrorDetails extends ErrorDetails {
  /** How long the server asked us to wait, in milliseconds. */
  retryAfterMs?: number;
}

/** Any failure of the source room. */
export class SourceError extends BaseError<SourceErrorCode> {
  readonly retryAfterMs: number | undefined;

  constructor(code: SourceErrorCode, message: string, details: SourceErrorDetails = {}) {
    super(code, message, { ...details, hint: details.hint ?? defaultHint(code) });
    this.retryAfterMs = details.retryAfterMs;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}

/** The same address may answer later. */
const TRANSIENT: ReadonlySet<SourceErrorCode> = new Set([
  'server-busy',
  'connection-failed',
  'connection-cut',
  'timed-out',
]);

/** What the server did; another address may do better, the same one will not. */
const OF_THE_SERVER: ReadonlySet<SourceErrorCode> = new Set([
  'object-missing',
  'object-unexpected',
  'pack-malformed',
  'pack-checksum',
  'delta-malformed',
  'protocol-malformed',
  'commit-not-served',
  'repository-not-found',
  'server-refused',
  'access-denied',
  'redirect-refused',
  'address-refused',
  'protocol-unsupported',
  'object-format-mismatch',
  'local-repository',
  'tool-failed',
]);

/** What to do next, where the place of the failure has nothing better to say. */
const defaultHint = (code: SourceErrorCode): string => {
  if (TRANSIENT.has(code)) return 'check REPO_URL and the network of this container, and start again';
  if (OF_THE_SERVER.has(code))
    return 'the server does not send what it was asked for; name another address in REPO_MIRRORS';
  return 'the pinned commit holds what git itself would not make; look at where this commit comes from';
};

/** Whether trying the same address again, or only another one, or nothing at all can help. */
export const remedyOf = (error: unknown): 'retry' | 'next-address' | 'none' => {
  if (!(error instanceof SourceError)) return 'none';
  if (TRANSIENT.has(error.code)) return 'retry';
  return OF_THE_SERVER.has(error.code) ? 'next-address' : 'none';
};

/** The error for a limit of the table, named so that the reader can raise it. */
export const limitExceeded = (name: string, what: string): SourceError =>
  new SourceError('limit-exceeded', what, {
    hint: `if this repository is meant to be that large, set TWL_LIMIT_${name} in the launcher's environment`,
  });
