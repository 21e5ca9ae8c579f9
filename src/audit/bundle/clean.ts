/** What is written as an address, to the next white space: none has white space in it, and all else may be a part of a secret. */
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi;
/** What a sentence puts behind an address. */
const ENDING = /[,;:.)\]}'"]+$/;

/** Up to where a query or a fragment begins. */
const plain = (text: string): string => text.replace(/[?#].*/s, '');

/** And without user and password. */
const bare = (text: string): string => plain(text).replace(/^([a-z][a-z0-9+.-]*:[\\/]*)[^\\/]*@/i, '$1');

/** Of what only looks like an address nobody can say where a password ends: up to the last @ all may be a part of one, and a ? before it, too. */
const unread = (address: string): string => {
  const shown = plain(address);
  return address.includes('@', shown.length) ? address.replace(/:\/\/.*/s, '://') : shown.replace(/:\/\/.*@/s, '://');
};

const cleaned = (address: string): string => {
  const url = URL.parse(address);
  if (url === null) return unread(address);
  if (url.username === '' && url.password === '' && !/[?#]/.test(address)) return address;
  const kept = bare(address);
  const again = URL.parse(kept);
  // Whatever a parser reads otherwise than the text looks is written as that parser reads it.
  if (again !== null && again.username === '' && again.password === '' && again.host === url.host) return kept;
  return `${url.protocol}//${url.host}${url.pathname}`;
};

/**
 * Words that say where something came from, without what may be a secret in an address (user, password, query, fragment): a bundle is handed on.
 * What a sentence puts behind an address stays.
 */
export const withoutSecrets = (text: string): string =>
  text.replaceAll(ADDRESS, (run) => {
    const address = run.replace(ENDING, '');
    return `${cleaned(address)}${run.slice(address.length)}`;
  });
