/** User and password of an address, and all that stands behind `?` or `#`: that is where tokens are. */
const USER = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi;
const QUERY = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s?#,]*)[?#][^\s,]*/gi;

/** Words that say where something came from, without what may be a secret in an address: a bundle is handed on. */
export const withoutSecrets = (text: string): string => text.replaceAll(USER, '$1').replaceAll(QUERY, '$1');
