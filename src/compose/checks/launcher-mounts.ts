import type { Pin } from '../../pin/types.ts';
import type { Service } from '../document.ts';
import { type ComposeFinding, failing, unbound, unboundBy } from '../findings.ts';
import type { Mount } from '../mounts.ts';
import { doOverlap, isWithin } from '../paths.ts';
import type { LauncherProgram } from '../programs.ts';

/** Where an image keeps the launcher, bash, Node, libraries and what they read. */
const PROTECTED = '/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /nix /opt /proc /sbin /sys /usr'.split(' ');

/** Harmless ones among them: no program, and nothing that a program is loaded from. */
const HARMLESS = ['/dev/shm', '/etc/ssh/ssh_known_hosts'];

/** Files that the pin itself names may lie anywhere. */
const namedFiles = (pin: Pin | undefined): string[] =>
  [pin?.childEnvFile, pin?.repoCredentialFile, pin?.repoCaFile, pin?.sshKeyFile, pin?.sshKnownHostsFile].filter(
    (path) => path !== undefined,
  );

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const mountFindings = (
  mount: Mount,
  pinPath: string,
  { defaultConfig }: LauncherProgram,
  pin: Pin | undefined,
): ComposeFinding[] => {
  const { target, variables, kind } = mount;
  if (kind === 'unknown' || target === undefined) {
    if (variables.length > 0)
      return unboundBy(variables, mount, 'what is mounted here, and where, is not decided by the text');
    return [failing(mount, 'what is mounted here cannot be read; compose and its versions may differ on it')];
  }
  const isOwn =
    [pinPath, ...HARMLESS, ...namedFiles(pin)].includes(target) || isWithin(target, folderOf(defaultConfig));
  const hidden = isOwn ? undefined : PROTECTED.find((path) => doOverlap(target, path));
  if (hidden !== undefined) return [failing(mount, `a mount at ${target} can replace files of the image in ${hidden}`)];
  // What else a variable may decide: options, the source.
  return variables.map((variable) =>
    unbound({ ...mount, line: variable.line }, `this mount is left to the variable ${variable.name}`),
  );
};

/** What is mounted over the launcher's own files. @param pinPath where the launcher reads its pin, if from a file */
export const checkMounts = (
  { mounts }: Service,
  pinPath: string,
  program: LauncherProgram,
  pin: Pin | undefined,
): ComposeFinding[] => mounts.flatMap((mount) => mountFindings(mount, pinPath, program, pin));
