import type { LauncherContext } from '../context.ts';
import { type ComposeFinding, failing, unbound, unboundBy } from '../findings.ts';
import { isHostWritten, sourceOf } from '../host-paths.ts';
import type { Mount } from '../mounts.ts';
import { isToldConfig } from '../own-places.ts';
import { doOverlap, isWithin } from '../paths.ts';
import type { LauncherProgram } from '../programs.ts';
import { belowFindings, nestedFindings } from './nested.ts';
import { volumeFindings } from './volumes.ts';

/** Where an image keeps the launcher, bash, Node, libraries and what they read. */
export const PROTECTED = '/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /nix /opt /proc /sbin /sys /usr'.split(' ');

/** Harmless ones among them: no program, and nothing that a program is loaded from. */
const HARMLESS = ['/dev/shm', '/etc/ssh/ssh_known_hosts'];

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/**
 * A mount at a place where the image has files of its own. That the pin or the command names the path makes it no better: it can
 * name the launcher itself. The program's own config folder holds nothing but configs.
 */
export const hidingFindings = (
  mount: Mount,
  target: string,
  { defaultConfig }: Pick<LauncherProgram, 'defaultConfig'>,
): ComposeFinding[] => {
  if (HARMLESS.includes(target) || isWithin(target, folderOf(defaultConfig))) return [];
  const hidden = PROTECTED.find((path) => doOverlap(target, path));
  if (hidden === undefined) return [];
  return [failing(mount, `a mount at ${target} can replace files of the image in ${hidden}`)];
};

/** A mount of which the text does not say where it is, which is also so where it does not say what it is. */
export const unreadFindings = (mount: Mount): ComposeFinding[] => {
  if (mount.variables.length > 0)
    return unboundBy(mount.variables, mount, 'what is mounted here, and where, is not decided by the text');
  return [failing(mount, 'what is mounted here cannot be read; compose and its versions may differ on it')];
};

/** What a variable may decide of a mount besides: options, the source. */
export const leftFindings = (mount: Mount): ComposeFinding[] =>
  mount.variables.map((variable) =>
    unbound({ ...mount, line: variable.line }, `this mount is left to the variable ${variable.name}`),
  );

/** The checkout, or a part of it, as files that come from the host at each boot. */
const checkoutFindings = (mount: Mount, target: string, { file, pin }: LauncherContext): ComposeFinding[] => {
  const source = sourceOf(file, mount);
  if (pin === undefined || source.kind !== 'host' || !isHostWritten(source.path)) return [];
  if (!doOverlap(target, pin.workDir)) return [];
  return [failing(mount, `the host writes ${source.path}, which is mounted over the work directory`)];
};

const mountFindings = (mount: Mount, context: LauncherContext): ComposeFinding[] => {
  const { target } = mount;
  if (target === undefined) return unreadFindings(mount);
  const hiding = isToldConfig(context, mount) ? [] : hidingFindings(mount, target, context.program);
  const definition = volumeFindings(context.file, mount);
  if (hiding.length > 0) return [...hiding, ...definition];
  return [
    ...definition,
    ...nestedFindings(context.launcher, mount, target),
    ...belowFindings(context.file, mount),
    ...checkoutFindings(mount, target, context),
    ...leftFindings(mount),
  ];
};

/** What is mounted over the launcher's own files, and what may change below it after it was checked. */
export const checkMounts = (context: LauncherContext): ComposeFinding[] =>
  context.launcher.mounts.flatMap((mount) => mountFindings(mount, context));
