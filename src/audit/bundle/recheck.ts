/** What of a command line is the same when a bundle is checked again. */
export interface RecheckOptions {
  readonly policies: readonly string[];
  readonly profile?: string | undefined;
  readonly allowed?: string | undefined;
  readonly repository: string | undefined;
  readonly commit: string | undefined;
  readonly treeSha256: string | undefined;
  readonly appId: string | undefined;
  readonly compose: string | undefined;
  readonly base?: string | undefined;
  readonly since: string | undefined;
  readonly only: string | undefined;
  /** Named again where they were named of a bundle already. */
  readonly mockRoot?: string | undefined;
  readonly trustedRoots?: readonly string[];
  readonly collateral?: string | undefined;
  readonly bundles?: readonly string[];
  readonly source?: string | undefined;
  readonly receipt?: string | undefined;
  readonly attest?: string | undefined;
  readonly nonce?: string | undefined;
  readonly logs?: string | undefined;
  readonly rootSha256s: readonly string[];
  readonly savedSha256: string | undefined;
}

const PLAIN = /^[A-Za-z0-9_./:@=,+-]+$/;

/** A word for a POSIX shell. */
const quoted = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/**
 * The command that judges a bundle as of a time, with what was expected of it: expectations are in no bundle.
 * @param at ISO 8601 in UTC
 */
export const recheckCommand = (path: string, options: RecheckOptions, at: string): string => {
  const flags: readonly (readonly [string, readonly string[] | string | undefined])[] = [
    ['--policy', options.policies],
    ['--profile', options.profile],
    ['--allowed', options.allowed],
    ['--repo', options.repository],
    ['--commit', options.commit],
    ['--tree-sha256', options.treeSha256],
    ['--app-id', options.appId],
    ['--compose', options.compose],
    ['--base', options.base],
    ['--since', options.since],
    ['--only', options.only],
    ['--mock-root', options.mockRoot],
    ['--trusted-root', options.trustedRoots],
    ['--collateral', options.collateral],
    ['--bundle', options.bundles],
    ['--source', options.source],
    ['--receipt', options.receipt],
    ['--attest', options.attest],
    ['--nonce', options.nonce],
    ['--logs', options.logs],
    ['--root-sha256', options.rootSha256s],
    ['--saved-sha256', options.savedSha256],
    ['--at', at],
  ];
  const words = flags.flatMap(([flag, given = []]) =>
    (typeof given === 'string' ? [given] : given).flatMap((value) => [flag, value]),
  );
  // A path that begins like a flag, or is the name of standard input, would be taken for that.
  const file = path.startsWith('-') ? `./${path}` : path;
  return ['twl', 'verify', file, ...words].map(quoted).join(' ');
};
