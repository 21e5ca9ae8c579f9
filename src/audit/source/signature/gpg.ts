import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { findTool } from '../../../source/tools.ts';
import { GPG_MS } from '../limits.ts';

/** What gpg makes of a signature, with the keys that the auditor gave and no other. */
export interface GpgAnswer {
  readonly state: 'good' | 'bad' | 'not-verified';
  readonly why: string | undefined;
}

const MAX_STATUS_BYTES = 256 * 1024;

const run = (program: string, home: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const options = [
      ...['--homedir', home, '--no-options', '--batch', '--no-tty', '--no-autostart', '--disable-dirmngr'],
      ...['--no-auto-key-retrieve', '--no-auto-key-locate', '--no-auto-check-trustdb', '--trust-model', 'always'],
      ...['--status-fd', '1', ...args],
    ];
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, GNUPGHOME: home, LC_ALL: 'C' };
    const limits = { timeout: GPG_MS, maxBuffer: MAX_STATUS_BYTES, killSignal: 'SIGKILL' } as const;
    // Its exit status adds nothing to its status lines, which a failure leaves out.
    execFile(program, options, { env, cwd: home, ...limits }, (_error, stdout) => resolve(stdout));
  });

const STATUS = '[GNUPG:] ';

/** Reads gpg's status lines (doc/DETAILS of GnuPG): exactly one signature, and what it came to. */
export const readGpgStatus = (output: string): GpgAnswer => {
  const words = output
    .split('\n')
    .filter((line) => line.startsWith(STATUS))
    .map((line) => line.slice(STATUS.length).split(' ')[0] ?? '');
  const has = (word: string): boolean => words.includes(word);
  const signatures = words.filter((word) => word === 'NEWSIG').length;
  if (has('BADSIG')) return { state: 'bad', why: 'gpg says that it does not fit the commit' };
  if (has('NO_PUBKEY')) return { state: 'not-verified', why: 'the key is not among those that were given' };
  for (const [word, why] of [
    ['REVKEYSIG', 'gpg says that the key was revoked'],
    ['EXPKEYSIG', 'gpg says that the key has expired'],
    ['EXPSIG', 'gpg says that the signature has expired'],
  ] as const) {
    if (has(word)) return { state: 'not-verified', why };
  }
  if (has('GOODSIG') && has('VALIDSIG') && signatures === 1) return { state: 'good', why: undefined };
  return { state: 'not-verified', why: 'gpg could not verify it' };
};

/**
 * Holds an OpenPGP signature against the given keys, by the system's gpg in an empty home of its own: no key of the auditor's,
 * no configuration, no network.
 * @param keys public keys, armored or not
 * @param folder does not exist yet; the caller removes it
 */
export const verifyWithGpg = async (
  signature: string,
  payload: Buffer,
  keys: Uint8Array,
  folder: string,
): Promise<GpgAnswer> => {
  const program = findTool('gpg');
  if (program === undefined) return { state: 'not-verified', why: 'there is no gpg on this machine' };
  mkdirSync(folder, { mode: 0o700 });
  const file = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(`${folder}/${name}`, bytes, { mode: 0o600 });
    return `${folder}/${name}`;
  };
  await run(program, folder, ['--import', file('keys', keys)]);
  const args = ['--verify', file('signature', signature), file('payload', payload)];
  return readGpgStatus(await run(program, folder, args));
};
