import { escapeText } from '../base/escape.ts';
import { cleanPath } from '../compose/paths.ts';
import { LAUNCHER_PROGRAMS, type LauncherName } from '../compose/programs.ts';

/** What a container of an image starts. */
export type EntryPoint = { readonly program: LauncherName } | { readonly other: string };

/** Of an entry point in a message; a hostile one has megabytes. */
const MAX_SHOWN = 120;

const NAMES = Object.keys(LAUNCHER_PROGRAMS) as LauncherName[];

const programAt = (path: string): LauncherName | undefined =>
  cleanPath(path) === path ? NAMES.find((name) => path.endsWith(`/${name}`)) : undefined;

/**
 * Whether it is the launcher and nothing else: its program by an absolute path, alone, so that what a command adds is the launcher's argument.
 * The image of this project has it so (docker/Dockerfile), and its program goes by the name that it is called by (docker/entry.sh). An entry
 * point of another form, or none, starts something else: `other` says what, escaped.
 * @param entryPoint `Entrypoint` of an image's config, as it stands there
 */
export const readEntryPoint = (entryPoint: unknown): EntryPoint => {
  if (entryPoint === undefined || entryPoint === null) return { other: 'none' };
  const [word, ...rest]: readonly unknown[] = Array.isArray(entryPoint) ? entryPoint : [];
  const program = typeof word === 'string' && rest.length === 0 ? programAt(word) : undefined;
  return program === undefined ? { other: escapeText(JSON.stringify(entryPoint).slice(0, MAX_SHOWN)) } : { program };
};

/** The one name by which all images of a digest start the launcher; or what is wrong with that, escaped. */
export const readEntryPoints = (entryPoints: readonly EntryPoint[]): { program: LauncherName } | { flaw: string } => {
  const [first, ...rest] = entryPoints;
  if (first === undefined) return { flaw: 'its entry point is not known' };
  const other = entryPoints.find((one) => 'other' in one);
  if (other !== undefined) return { flaw: `its entry point is ${other.other}` };
  const { program } = first as { program: LauncherName };
  const isOne = rest.every((one) => 'program' in one && one.program === program);
  return isOne ? { program } : { flaw: 'its images for linux/amd64 start the launcher by different names' };
};
