/** An absolute path of the container without `.`, `..`, doubled and trailing slashes; undefined where it is not absolute. */
export const cleanPath = (path: string): string | undefined => {
  if (!path.startsWith('/') || path.includes('\0')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
};

/** Links that machines and most images have (FHS 3.0, 5.9 and 5.13: what was `/var/run` and `/var/lock` is now in `/run`). */
const LINKS = [
  ['/var/run', '/run'],
  ['/var/lock', '/run/lock'],
] as const;

const isBelow = (path: string, folder: string): boolean =>
  path === folder || folder === '/' || path.startsWith(`${folder}/`);

/** The clean path with its first folders as the links lead. */
export const followed = (path: string): string => {
  if (!path.startsWith('/var/')) return path;
  const link = LINKS.find(([from]) => isBelow(path, from));
  return link === undefined ? path : `${link[1]}${path.slice(link[0].length)}`;
};

/**
 * Whether `path` is `folder` or lies below it; both clean. An image may lack the links, so that a path counts under both of its
 * names: what this says is for finding faults, never for taking two names for one place.
 */
export const isWithin = (path: string, folder: string): boolean =>
  isBelow(path, folder) || isBelow(followed(path), followed(folder));

/** Whether what is mounted at one place shows, or hides, something of the other. */
export const doOverlap = (one: string, other: string): boolean => isWithin(one, other) || isWithin(other, one);
