import { objectOf, optional, parseJson, stringOf } from '../../base/json.ts';
import { guarded, RegistryError } from '../errors.ts';
import { ask } from '../http/ask.ts';
import type { HttpReply, HttpSettings } from '../http/exchange.ts';
import { showUrl } from '../http/failures.ts';
import { MAX_DEPTH, MAX_TOKEN_ANSWER_BYTES, MAX_TOKEN_LENGTH } from '../limits.ts';
import { type Challenge, readChallenges } from './challenge.ts';
import { readRealm, trustedRealm } from './realm.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Identity {
  /** The origin of the registry. */
  readonly registry: URL;
  readonly repository: string;
  /** Whether the user named the registry. */
  readonly named: boolean;
  /** Sent to the registry's own origin only: a token server elsewhere is asked without. */
  readonly credentials: Credentials | undefined;
}

const denied = (url: URL, why: string): RegistryError =>
  new RegistryError('access-denied', `${showUrl(url)} ${why}`, {
    hint: 'the image is private or does not exist; it is asked for without credentials',
  });

const basic = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

/** RFC 6750, 2.1: what a header can carry as a token. */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

const readToken = ({ body, url }: HttpReply): string => {
  const what = `the answer of ${showUrl(url)}`;
  const answer = guarded('bad-answer', () => {
    const fields = objectOf(
      parseJson(body, { name: what, maxBytes: MAX_TOKEN_ANSWER_BYTES, maxDepth: MAX_DEPTH }),
      what,
    );
    // The older name and OAuth's, which mean the same (distribution specification of Docker, "Token Authentication").
    return optional(stringOf, fields.token, `${what}: token`) ?? stringOf(fields.access_token, `${what}: access_token`);
  });
  if (answer.length > MAX_TOKEN_LENGTH || !BEARER_TOKEN.test(answer)) {
    throw new RegistryError('bad-answer', `${what} holds no token that a header can carry`);
  }
  return answer;
};

const fetchToken = async (challenge: Challenge, who: Identity, settings: HttpSettings): Promise<string> => {
  const realm = readRealm(challenge.parameters.get('realm') ?? '', who.registry, who.named);
  const service = challenge.parameters.get('service');
  if (service !== undefined) realm.searchParams.set('service', service);
  // What we ask to do, never what the registry would like us to ask for.
  realm.searchParams.set('scope', `repository:${who.repository}:pull`);
  const isOwn = realm.origin === who.registry.origin;
  const request = {
    method: 'GET' as const,
    url: realm,
    accept: 'application/json',
    authorization: isOwn && who.credentials !== undefined ? basic(who.credentials) : undefined,
    maxBytes: MAX_TOKEN_ANSWER_BYTES,
  };
  const trusted = trustedRealm(realm, who.registry, who.named) ? [realm.origin] : [];
  const reply = await ask(request, { ...settings, trustedOrigins: new Set(trusted) });
  if (reply.status !== 200) throw denied(reply.url, `gives no token: status ${reply.status}`);
  return readToken(reply);
};

/**
 * What to send in `Authorization` after a 401. Throws RegistryError `access-denied`, `auth-unsupported`,
 * `realm-refused`, and as {@link ask}.
 */
export const authorize = async (refusal: HttpReply, who: Identity, settings: HttpSettings): Promise<string> => {
  const header = refusal.headers['www-authenticate'];
  const challenges = readChallenges(header ?? '');
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer, who, settings)}`;
  if (challenges.some(({ scheme }) => scheme === 'basic')) {
    if (who.credentials === undefined) throw denied(refusal.url, 'asks for a user and a password');
    return basic(who.credentials);
  }
  throw new RegistryError('auth-unsupported', `${showUrl(refusal.url)} asks for no known way to authenticate`, {
    hint: 'Bearer tokens and Basic are known',
  });
};
