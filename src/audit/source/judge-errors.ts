import { BaseError } from '../../base/error.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { SourceError, type SourceErrorCode } from '../../source/errors.ts';
import { resourceOf } from './audit-limits.ts';
import { failed, notChecked, type Outcome, thrown } from '../outcome.ts';

/** The repository has the id, but not as that commit, or says that it has not. */
const OF_THE_COMMIT: ReadonlySet<SourceErrorCode> = new Set([
  'not-a-commit',
  'commit-malformed',
  'commit-not-served',
  'object-format-mismatch',
]);

/** Nothing was had because nothing was asked: no byte contradicts anything. */
const NOT_ASKED: ReadonlySet<SourceErrorCode> = new Set(['address-refused', 'redirect-refused']);

/** Words of a hint that is about a launch and its pin: an auditor has neither to change. */
const ABOUT_A_LAUNCH = /REPO_|WORK_DIR|TWL_LIMIT_|container|use an image|SSH_K|with git fsck$/;

const PRIVATE = 'if it is private, name a clone that you have, or an address that you may read, with --source';
const NETWORK = 'check the network of this machine, and try again';
const REFUSED = 'the launcher refuses it too, unless its limits were raised';

/** The same for an audit. */
const HINTS: Partial<Record<SourceErrorCode, string>> = {
  'access-denied': PRIVATE,
  'repository-not-found': PRIVATE,
  'server-refused': PRIVATE,
  'commit-not-served':
    'the commit may have been force-pushed away: ask the owners, or name a clone that has it with --source',
  'object-format-mismatch': 'a SHA-1 repository has commits of 40 digits, a SHA-256 repository of 64',
  'address-refused': 'if it is meant to be private, name it yourself with --source',
  'redirect-refused': 'name the address that the repository has now with --source, if you trust it',
  'protocol-malformed': 'check that the address is that of a git repository',
  'connection-failed': NETWORK,
  'connection-cut': NETWORK,
  'timed-out': NETWORK,
  'server-busy': NETWORK,
  'limit-exceeded': REFUSED,
  'tool-missing': 'install it on this machine',
  'disk-full': 'make room where TMPDIR points',
  'disk-failed': 'look at the disk where TMPDIR points',
};

const hintOf = (error: BaseError<string>): { hint?: string } => {
  const { hint } = error;
  if (hint === undefined) return {};
  if (!ABOUT_A_LAUNCH.test(hint)) return { hint };
  const resource = resourceOf(error);
  if (resource !== undefined) {
    return { hint: `if you have the room for more, set TWL_LIMIT_${resource} in the environment of twl` };
  }
  const other = error instanceof SourceError ? HINTS[error.code] : undefined;
  return other === undefined ? {} : { hint: other };
};

/** Where a failure to bring the commit belongs. */
export type FailureOf = 'commit' | 'tree' | 'neither';

/** Whether what was thrown on the way says something about the commit, about what it holds, or only that it was not had. */
export const failureOf = (error: unknown): FailureOf => {
  if (!(error instanceof SourceError)) return error instanceof BaseError ? 'neither' : 'tree';
  if (OF_THE_COMMIT.has(error.code)) return 'commit';
  // The auditor's own room ended, not the launcher's: that contradicts nothing.
  if (resourceOf(error) !== undefined) return 'neither';
  return error.exitCode === EXIT.rejected && !NOT_ASKED.has(error.code) ? 'tree' : 'neither';
};

/** What was not had, and why: not checked, with the exit code of the reason. Bytes that a server garbled contradict nothing. */
export const notHad = (error: unknown, what: string): Outcome => {
  if (!(error instanceof BaseError)) return thrown(error);
  const { message, exitCode } = error;
  const remarks = { summary: `${what}: ${message}`, ...hintOf(error) };
  return notChecked(remarks, exitCode === EXIT.rejected ? EXIT.incomplete : exitCode);
};

/** What was had and is wrong, in the words of the reader that refused it. */
export const contradicted = (error: unknown): Outcome => {
  if (!(error instanceof BaseError)) return thrown(error);
  return failed({ summary: error.message, ...hintOf(error) }, error.exitCode);
};
