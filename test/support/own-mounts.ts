import { spawnSync } from 'node:child_process';

/** `command` after `mounts`, a shell line, in mounts of its own that nobody else sees. */
export const inMounts = (mounts: string, ...command: string[]): [string, string[]] => [
  '/usr/bin/unshare',
  ['--mount', '/bin/sh', '-c', `${mounts} && shift && exec "$@"`, 'sh', '--', ...command],
];

const whyNot = ([program, args]: [string, string[]]): string | undefined => {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? (stderr.trim() || `status ${status}`));
};

/** Why nothing can be mounted here, or undefined where it can. */
export const whyNoMounts = (): string | undefined => whyNot(inMounts('true', '/bin/true'));

/** `command` as it runs on a machine without git: where git's program is, there is no program. */
export const withoutGit = (...command: string[]): [string, string[]] =>
  inMounts('mount --bind /dev/null /usr/bin/git', ...command);

/** Why git cannot be hidden here, or undefined where it can. */
export const whyGitStays = (): string | undefined => whyNot(withoutGit('/bin/sh', '-c', '! git --version'));
