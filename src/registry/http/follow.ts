import { RegistryError } from '../errors.ts';
import { exchange, type HttpReply, type HttpRequest, type HttpSettings } from './exchange.ts';
import { showUrl } from './failures.ts';

const REDIRECTS = [301, 302, 303, 307, 308];

const refused = (from: URL, why: string): RegistryError =>
  new RegistryError('redirect-refused', `${showUrl(from)} redirects ${why}`, {
    hint: 'the registry may have moved: name the address that it has now, if you trust it',
  });

/**
 * Where a redirect leads: https, or the same origin; no credentials. Whether the host is public is seen on connecting.
 */
const targetOf = ({ headers, url: from }: HttpReply): URL => {
  const to = headers.location === undefined ? null : URL.parse(headers.location, from.href);
  if (to === null) throw refused(from, 'to something that is no address');
  if (to.protocol !== 'https:' && to.origin !== from.origin)
    throw refused(from, `to ${showUrl(to)}, which is not https`);
  if (to.username !== '' || to.password !== '') throw refused(from, 'to an address with credentials in it');
  return to;
};

/** One request with its redirects. What authorizes it goes to the origin that was asked first, and to no other. */
export const follow = async (request: HttpRequest, settings: HttpSettings): Promise<HttpReply> => {
  let { url, authorization } = request;
  for (let followed = 0; ; followed++) {
    const reply = await exchange({ ...request, url, authorization }, settings);
    if (!REDIRECTS.includes(reply.status)) return reply;
    if (followed >= settings.limits.redirects) throw refused(url, `more than ${settings.limits.redirects} times`);
    url = targetOf(reply);
    // Not again on the way back either.
    if (url.origin !== request.url.origin) authorization = undefined;
  }
};
