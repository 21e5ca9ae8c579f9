import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { encodeCommit } from '../../support/git-objects.ts';
import type { Scratch } from '../../support/scratch.ts';

const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Runs a tool; undefined where the machine has none. */
export const runTool = (
  tool: string,
  args: readonly string[],
  home: string,
  input?: Uint8Array,
): Buffer | undefined => {
  const result = spawnSync(tool, args, { cwd: home, env: { PATH, HOME: home, GNUPGHOME: home, LC_ALL: 'C' }, input });
  if (result.error !== undefined) return undefined;
  if (result.status !== 0) throw new Error(`${tool} ${args[0]} failed: ${result.stderr}`);
  return result.stdout;
};

export const COMMIT = encodeCommit({
  tree: '1'.repeat(40),
  parents: ['2'.repeat(40)],
  message: 'gpgsig in a message\n',
});

/** A commit that carries a signature as git folds it. */
export const signed = (content: Buffer, signature: string, header = 'gpgsig'): Buffer => {
  const end = content.indexOf('\n\n') + 1;
  const folded = signature.replace(/\n$/, '').split('\n').join('\n ');
  return Buffer.concat([content.subarray(0, end), Buffer.from(`${header} ${folded}\n`), content.subarray(end)]);
};

export const armor = (label: string, bytes: Uint8Array, headers = ''): string => {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${headers}${lines.join('\n')}\n-----END ${label}-----\n`;
};

export interface SshSigner {
  sign(payload: Uint8Array, namespace?: string): string;
  fingerprint: string;
}

/** A key of ssh-keygen; undefined where the machine has none. */
export const sshSigner = (scratch: Scratch, type: string, bits: string): SshSigner | undefined => {
  const key = scratch.join(`${type}-${bits}`);
  if (
    runTool('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', 'x', '-f', key], scratch.path) === undefined
  ) {
    return undefined;
  }
  const line = runTool('ssh-keygen', ['-l', '-f', `${key}.pub`], scratch.path)?.toString() ?? '';
  let count = 0;
  return {
    fingerprint: line.split(' ')[1] ?? '',
    sign: (payload, namespace = 'git') => {
      const file = scratch.join(`${type}-${bits}-${count++}`);
      writeFileSync(file, payload);
      runTool('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key, file], scratch.path);
      return readFileSync(`${file}.sig`, 'utf8');
    },
  };
};
