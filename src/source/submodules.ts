import { parseRepoUrl } from '../pin/url.ts';
import type { RepoUrl } from '../pin/types.ts';
import { escapeText } from '../base/escape.ts';
import { SourceError } from './errors.ts';

/** Bytes of a `.gitmodules` that are looked at; git's fsck warns beyond the same order. */
export const MAX_GITMODULES_BYTES = 1024 * 1024;

const refused = (path: string, why: string): SourceError =>
  new SourceError('submodule-refused', `the submodule at '${escapeText(path)}' is refused: ${why}`, {
    hint: 'fix .gitmodules in the repository, or set SUBMODULES=ignore to leave its folder empty',
  });

/** `path` -> `url` as `.gitmodules` gives them: read as data; nothing else in it has a meaning here. */
export const parseGitmodules = (text: string): Map<string, string> => {
  const urls = new Map<string, string>();
  const ambiguous = new Set<string>();
  let path: string | undefined;
  let url: string | undefined;
  const close = (): void => {
    if (path !== undefined && url !== undefined) {
      if (urls.has(path)) ambiguous.add(path);
      urls.set(path, url);
    }
    path = undefined;
    url = undefined;
  };
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('[')) close();
    const setting = /^(path|url)\s*=\s*("?)([^"#;]*)\2$/i.exec(trimmed);
    if (setting === null) continue;
    if (setting[1]!.toLowerCase() === 'path') path = setting[3]!.trim();
    else url = setting[3]!.trim();
  }
  close();
  for (const twice of ambiguous) urls.delete(twice);
  return urls;
};

/** A URL that starts with `./` or `../` is relative to that of the repository around it (gitsubmodules). */
const resolveRelative = (base: string, relative: string): string => {
  let stem = base.replace(/\/+$/, '');
  let rest = relative;
  for (;;) {
    if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('../')) {
      rest = rest.slice(3);
      const cut = stem.search(/[/:][^/:]*$/);
      if (cut < 0) return '';
      stem = stem.slice(0, stem[cut] === ':' ? cut + 1 : cut);
    } else return stem.endsWith(':') ? stem + rest : `${stem}/${rest}`;
  }
};

/**
 * Where a submodule is fetched from. The same rules as for REPO_URL; a local path only inside a repository that is local.
 * @param parent address of the repository around it
 * @throws SourceError `submodule-refused`
 */
export const submoduleUrl = (path: string, urls: ReadonlyMap<string, string>, parent: RepoUrl): RepoUrl => {
  const written = urls.get(path);
  if (written === undefined) throw refused(path, 'no section, or more than one, of .gitmodules gives its url');
  const text = /^\.\.?\//.test(written) ? resolveRelative(parent.text, written) : written;
  const parsed = parseRepoUrl(text);
  if (!parsed.ok) throw refused(path, `its url ${parsed.fault.message}`);
  if (parsed.value.kind === 'local' && parent.kind !== 'local')
    throw refused(path, 'its url is a path on this machine');
  return parsed.value;
};
