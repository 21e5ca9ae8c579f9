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

/** Whether `path` is `folder` or lies below it; both clean. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || folder === '/' || path.startsWith(`${folder}/`);

/** Whether what is mounted at one place shows, or hides, something of the other. */
export const doOverlap = (one: string, other: string): boolean => isWithin(one, other) || isWithin(other, one);
