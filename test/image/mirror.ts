import { existsSync, readFileSync } from 'node:fs';

const SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];

/**
 * Where Debian's archive is for this machine: below it lie `debian` and `debian-security`. On another distribution, Debian's own
 * address.
 */
export const machineMirror = (): string => {
  for (const path of SOURCES.filter((file) => existsSync(file))) {
    const [, mirror] = /^(?:URIs: *|deb (?:\[.*\] )?)(\S+)\/debian\/?(?: |$)/m.exec(readFileSync(path, 'utf8')) ?? [];
    if (mirror !== undefined) return mirror;
  }
  return 'http://deb.debian.org';
};
