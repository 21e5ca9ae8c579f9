import { showName } from '../../../source/objects/tree-names.ts';
import type { SourceFinding } from './finding.ts';

/** A file that names packages, the files that would hold them to exact bytes, and whether its text names any. */
interface ManifestRule {
  readonly locks: readonly string[];
  readonly names: (text: string) => boolean;
}

const always = (): boolean => true;

const npmNames = (text: string): boolean => {
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest !== 'object' || manifest === null) return true;
    const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = manifest as Record<string, object>;
    return [dependencies, devDependencies, optionalDependencies].some((one) => Object.keys(one ?? {}).length > 0);
  } catch {
    // What cannot be read is not known to name none.
    return true;
  }
};

const RULES: Readonly<Record<string, ManifestRule>> = {
  'package.json': {
    locks: ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'],
    names: npmNames,
  },
  'Cargo.toml': {
    locks: ['Cargo.lock'],
    names: (text) => /^\s*\[(?:\S+\.)?(?:build-|dev-|workspace\.)?dependencies/m.test(text),
  },
  'go.mod': { locks: ['go.sum'], names: (text) => /^\s*require\b/m.test(text) },
  'pyproject.toml': {
    locks: ['poetry.lock', 'uv.lock', 'pdm.lock', 'pylock.toml'],
    names: (text) => /^\s*dependencies\s*=\s*\[\s*[^\]\s]|^\s*\[tool\.poetry\.(?:\S+\.)?dependencies\]/m.test(text),
  },
  Pipfile: { locks: ['Pipfile.lock'], names: always },
  Gemfile: { locks: ['Gemfile.lock'], names: (text) => /^\s*gem\s/m.test(text) },
  'composer.json': { locks: ['composer.lock'], names: always },
  'flake.nix': { locks: ['flake.lock'], names: (text) => /\binputs\b/.test(text) },
};

const REQUIREMENTS = /^requirements[\w.-]*\.txt$/;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Whether a path is that of a manifest that is looked into. */
export const isManifest = (path: string): boolean =>
  Object.hasOwn(RULES, nameOf(path)) || REQUIREMENTS.test(nameOf(path));

/** Folders from that of `path` up to the top, each empty or with a slash at its end: a workspace has its lock above. */
const foldersUp = (path: string): string[] => {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at >= 0; at = path.lastIndexOf('/', at - 1)) {
    folders.push(path.slice(0, at + 1));
    if (at === 0) break;
  }
  return [...folders, ''];
};

/** Where a line ends to pip, which splits as Python's `str.splitlines`: a package behind any of them is a line of its own. */
const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

/**
 * The lines of a requirements file as pip joins them (its req_file.py, `preprocess`): one that ends in a backslash goes on in the next, but for
 * a comment, which ends with its line.
 */
function* joinedLines(text: string): Generator<{ line: number; text: string }> {
  let start = 1;
  let held: string | undefined;
  for (const [index, line] of text.split(LINE_END).entries()) {
    if (held === undefined) start = index + 1;
    const content = line.replace(/^\s*#.*/, '');
    const goesOn = content.endsWith('\\');
    held = (held ?? '') + (goesOn ? content.slice(0, -1) : content);
    if (goesOn) continue;
    yield { line: start, text: held };
    held = undefined;
  }
  // The last one may end in a backslash, too.
  if (held !== undefined) yield { line: start, text: held };
}

/** The first line of a requirements file that names a package without a hash. */
const unhashedLine = (text: string): number | undefined => {
  for (const { line, text: whole } of joinedLines(text)) {
    const requirement = whole.replace(/\s#.*/, '').trim();
    if (requirement === '' || /^-(?!e|-editable)/.test(requirement)) continue;
    if (!/\s--hash[=\s]/.test(requirement)) return line;
  }
  return undefined;
};

/**
 * Package manifests that no lock file holds to exact bytes.
 * @param paths every path of the commit, one character a byte
 * @param texts the text of each manifest; undefined for one that is too large to look into
 */
export const unlockedPackages = (
  paths: ReadonlySet<string>,
  texts: ReadonlyMap<string, string | undefined>,
): SourceFinding[] => {
  const id = 'source.unlocked-packages';
  const findings: SourceFinding[] = [];
  for (const [latin1, text] of texts) {
    const path = showName(latin1);
    const rule = RULES[nameOf(latin1)];
    if (rule === undefined) {
      const line = text === undefined ? 1 : unhashedLine(text);
      if (line !== undefined) findings.push({ id, text: `${path}:${line} names a package without --hash`, path, line });
      continue;
    }
    if (text !== undefined && !rule.names(text)) continue;
    const isLocked = foldersUp(latin1).some((folder) => rule.locks.some((lock) => paths.has(folder + lock)));
    if (isLocked) continue;
    findings.push({
      id,
      text: `${path}:1 names packages, and no lock file of the commit (${rule.locks.join(', ')}) holds them`,
      path,
      line: 1,
    });
  }
  return findings;
};
