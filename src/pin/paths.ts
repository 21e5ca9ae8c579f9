import { findForbidden } from './characters.ts';
import { type Checked, fail, pass } from './checked.ts';
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from './limits.ts';

/** Folders that the system is made of: a work directory replaces all that is in it. A folder below them is fine. */
const SYSTEM_FOLDERS = new Set(
  'bin boot dev etc home lib lib32 lib64 libx32 lost+found media mnt opt proc root run sbin srv sys tmp usr var'
    .split(' ')
    .map((name) => `/${name}`),
);

/** File systems of the kernel: nothing below them is a disk. They themselves are {@link SYSTEM_FOLDERS}. */
const KERNEL_FOLDERS = /^\/(?:proc|sys|dev)\//;

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** The rules that every path keeps: no control character, nothing the kernel refuses, and no way up. */
const checkSegments = (path: string, segments: string[]): Checked<string> => {
  const tab = path.indexOf('\t');
  const forbidden = findForbidden(path);
  if (forbidden !== undefined || tab >= 0) {
    return fail('bad-path', 'must not contain control characters', 'remove them', forbidden?.index ?? tab);
  }
  if (byteLength(path) > MAX_PATH_BYTES) {
    return fail('bad-path', `must not be longer than ${MAX_PATH_BYTES} bytes`, 'choose a shorter path');
  }
  let offset = path.length - segments.join('/').length;
  for (const segment of segments) {
    if (segment === '..') return fail('bad-path', "must not contain '..'", 'name the folder itself', offset);
    if (segment === '.') return fail('bad-path', "must not contain '.' between slashes", 'leave it out', offset);
    if (segment === '') return fail('bad-path', 'must not contain empty names', 'write single slashes', offset);
    if (byteLength(segment) > MAX_NAME_BYTES) {
      return fail(
        'bad-path',
        `must not hold a name of more than ${MAX_NAME_BYTES} bytes`,
        'choose a shorter name',
        offset,
      );
    }
    offset += segment.length + 1;
  }
  return pass(path);
};

const withoutTrailingSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);

/** An absolute path of a file, as `CHILD_ENV_FILE` needs it: no `.`, `..` or empty name, no trailing slash. */
export const absoluteFile = (text: string): Checked<string> =>
  text.startsWith('/')
    ? checkSegments(text, text.slice(1).split('/'))
    : fail('bad-path', 'must be an absolute path', 'begin the path with /');

/** An absolute path of a folder, without the one trailing slash it may have. */
export const absoluteFolder = (text: string): Checked<string> => absoluteFile(withoutTrailingSlash(text) || text);

const OWN_FOLDER_HINT = 'name a folder of its own, such as /srv/workload';

const notOfTheSystem = (path: string): Checked<string> => {
  if (SYSTEM_FOLDERS.has(path)) return fail('bad-path', 'must not be a folder of the system', OWN_FOLDER_HINT);
  if (KERNEL_FOLDERS.test(path)) return fail('bad-path', 'must not be under /proc, /sys or /dev', OWN_FOLDER_HINT);
  return pass(path);
};

/**
 * The rule of `WORK_DIR`: an absolute folder that is not `/`, no top-level system folder, and no file system of the
 * kernel.
 */
export const workDir = (text: string): Checked<string> => {
  if (/^\/+$/.test(text)) return fail('bad-path', 'must not be the root folder', OWN_FOLDER_HINT);
  const path = absoluteFolder(text);
  return path.ok ? notOfTheSystem(path.value) : path;
};

const relative = (text: string): Checked<string> => {
  if (text.startsWith('/')) {
    return fail('bad-path', 'must be relative', 'name it from the top of the repository, without the leading /');
  }
  const skipped = text.startsWith('./') ? 2 : 0;
  const path = text.slice(skipped);
  const checked = checkSegments(path, path.split('/'));
  if (!checked.ok) return { ok: false, fault: { ...checked.fault, offset: checked.fault.offset + skipped } };
  // `bash -x` and `bash +x` would be options and not files.
  if (/^[-+]/.test(path)) {
    return fail('bad-path', `must not start with '${path[0]}'`, 'rename it in the repository', skipped);
  }
  const git = path.search(/(?<=^|\/)\.git(?=\/|$)/i);
  if (git !== -1) return fail('bad-path', "must not contain '.git'", 'a commit holds no such name', skipped + git);
  return checked;
};

/**
 * The rule of `ENTRYPOINT_SCRIPT`: a file of the commit, relative to the workload's folder. One leading `./` is
 * dropped.
 */
export const relativeFile = (text: string): Checked<string> => relative(text);

/**
 * The rule of `REPO_SUBDIR`: a folder of the commit; undefined for its top, which `.` names. One trailing slash is
 * dropped.
 */
export const relativeFolder = (text: string): Checked<string | undefined> =>
  text === '.' || text === './' ? pass(undefined) : relative(withoutTrailingSlash(text) || text);
