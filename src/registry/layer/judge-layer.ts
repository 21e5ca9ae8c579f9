import { escapeText } from '../../base/escape.ts';
import type { TarEntry } from './read-tar.ts';

/** What is wrong with an entry of a layer that should add a config and nothing else. */
export type LayerProblem =
  | 'bad-path'
  | 'whiteout'
  | 'link'
  | 'special-file'
  | 'outside'
  | 'folder'
  | 'repeated'
  | 'privileged'
  | 'writable'
  | 'executable'
  | 'owner'
  | 'attributes';

export interface LayerFinding {
  readonly problem: LayerProblem;
  /** As the layer has it. */
  readonly path: string;
  /** One sentence, escaped. */
  readonly message: string;
}

/**
 * The path below `/`, without `./` in front and `/` at the end; empty for the root itself. Undefined where it is not
 * plain.
 */
export const plainPath = (path: string): string | undefined => {
  const bare = path.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '');
  if (bare === '' || bare === '.') return '';
  const isPlain = bare.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  return isPlain && !/[\\\p{Cc}]/u.test(bare) ? bare : undefined;
};

const isAbove = (path: string, place: string): boolean => path === '' || place.startsWith(`${path}/`);

/** OCI image specification, "Whiteouts": such a name removes, or hides all of a folder. */
const WHITEOUT = '.wh.';

const SPECIAL_BITS = 0o7000;
const WRITABLE_BY_OTHERS = 0o022;
const EXECUTABLE = 0o111;

const problemsOf = (entry: TarEntry, path: string | undefined, places: readonly string[]): [LayerProblem, string][] => {
  if (path === undefined) return [['bad-path', "has a path with '..', empty parts or control characters"]];
  const problems: [LayerProblem, string][] = [];
  const add = (problem: LayerProblem, why: string): void => void problems.push([problem, why]);
  if (path.split('/').some((part) => part.startsWith(WHITEOUT))) add('whiteout', 'removes what lies below');
  if (entry.type === 'symlink' || entry.type === 'hard link') {
    add('link', `is a ${entry.type} to ${escapeText(entry.linkName)}`);
  } else if (entry.type === 'device' || entry.type === 'fifo') add('special-file', `is a ${entry.type}`);
  // Builders write the folders above what they copy.
  const isFolderAbove = entry.type === 'folder' && places.some((place) => isAbove(path, place));
  if (!isFolderAbove && !places.includes(path)) add('outside', 'is neither the config nor a folder above it');
  else if (!isFolderAbove && entry.type === 'folder') add('folder', 'is a folder where the config should be');
  if ((entry.mode & SPECIAL_BITS) !== 0) add('privileged', 'is setuid, setgid or sticky');
  if ((entry.mode & WRITABLE_BY_OTHERS) !== 0) add('writable', 'can be written by others than its owner');
  // A pin may be a script as well: it is there to be read.
  if (entry.type === 'file' && places.includes(path) && (entry.mode & EXECUTABLE) !== 0)
    add('executable', 'can be executed');
  if (entry.uid !== 0 || entry.gid !== 0) add('owner', `belongs to ${entry.uid}:${entry.gid}, not to root`);
  if (entry.attributes.length > 0)
    add('attributes', `has extended attributes: ${escapeText(entry.attributes.join(', '))}`);
  return problems;
};

/**
 * What keeps a layer from being one that adds a config and nothing else; empty where it is one. `configPaths` are absolute paths of files.
 * Admitted: regular files there that cannot be executed, and folders above, of root and writable by root only.
 */
export const judgeLayer = (entries: readonly TarEntry[], configPaths: readonly string[]): readonly LayerFinding[] => {
  const places = configPaths
    .map((path) => plainPath(path))
    .filter((path) => path !== undefined && path !== '') as string[];
  const seen = new Set<string>();
  return entries.flatMap((entry) => {
    const path = plainPath(entry.path);
    const problems = problemsOf(entry, path, places);
    if (path !== undefined && seen.has(path)) problems.push(['repeated', 'is there twice']);
    seen.add(path ?? '..');
    return problems.map(([problem, why]) => ({
      problem,
      path: entry.path,
      message: `${escapeText(entry.path)} ${why}`,
    }));
  });
};
