import { escapeText } from '../../base/escape.ts';
import { isLoopback } from '../../pin/host.ts';
import { RegistryError } from '../errors.ts';
import { showUrl } from '../http/failures.ts';
import { MAX_URL_LENGTH } from '../limits.ts';

const isOnLoopback = ({ hostname }: URL): boolean => isLoopback(hostname.replace(/^\[|\]$/g, ''));

const refused = (why: string): RegistryError =>
  new RegistryError('realm-refused', `the registry sends for a token to ${why}`, {
    hint: 'a token server must be at a public https address, or where the registry is that you named',
  });

/**
 * The address of the token server, which is the registry's word and so hostile: https without credentials. On http, or
 * on a private network, only at the origin of a registry that the user named, or on loopback where that registry is;
 * see {@link trustedRealm}. Throws RegistryError `realm-refused`.
 */
export const readRealm = (text: string, registry: URL, named: boolean): URL => {
  const url = text.length > MAX_URL_LENGTH ? null : URL.parse(text);
  if (url === null) throw refused(`'${escapeText(text.slice(0, 80))}', which is no address`);
  if (url.username !== '' || url.password !== '') throw refused('an address with credentials in it');
  if (url.protocol === 'https:') return url;
  if (url.protocol === 'http:' && trustedRealm(url, registry, named)) return url;
  throw refused(`${showUrl(url)}, which is not https`);
};

/** Whether the token server may be on a private network: the user named a registry that is there too. */
export const trustedRealm = (realm: URL, registry: URL, named: boolean): boolean =>
  named && (realm.origin === registry.origin || (isOnLoopback(registry) && isOnLoopback(realm)));
