import { authorize, type Credentials, type Identity } from './auth/authorize.ts';
import { RegistryError } from './errors.ts';
import { ask } from './http/ask.ts';
import type { HttpReply, HttpSettings } from './http/exchange.ts';
import { showUrl } from './http/failures.ts';
import { HTTP_LIMITS, type HttpLimits } from './limits.ts';
import { apiHostOf, isLoopbackRegistry, type Reference } from './reference.ts';

export interface RegistryOptions {
  /**
   * Whether the user named this registry: then its own origin, and on loopback its token server, may be on a private
   * network.
   */
  readonly named: boolean;
  /** PEM certificates that replace the built-in roots. */
  readonly ca?: string;
  /** http instead of https; on loopback only, where it is the default unless `ca` is given. */
  readonly plainHttp?: boolean;
  /** Sent to the registry's own origin only. */
  readonly credentials?: Credentials;
  readonly limits?: Partial<HttpLimits>;
  /** Monotonic time (`performance.now()`) at which everything ends. Without one each operation has `limits.totalMs`. */
  readonly deadline?: number;
}

export interface Question {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly accept: string;
  readonly maxBytes: number;
}

/** One repository of a registry, with the token that it wants. */
export interface Connection {
  /** `https://host/v2/name/`. */
  readonly base: URL;
  /**
   * The answer, its status being 200. Throws RegistryError `not-found`, `access-denied`, `server-refused`, and as
   * {@link ask}.
   */
  readonly get: (question: Question) => Promise<HttpReply>;
}

const checkStatus = ({ status, url }: HttpReply): void => {
  const said = `${showUrl(url)} answers with status ${status}`;
  if (status === 200) return;
  if (status === 404 || status === 410) {
    throw new RegistryError('not-found', said, { hint: 'check the name and the digest: nothing is there' });
  }
  if (status === 401 || status === 403) {
    throw new RegistryError('access-denied', said, { hint: 'the image is private or does not exist' });
  }
  throw new RegistryError('server-refused', said, { hint: 'check that this is the address of a registry' });
};

const baseOf = ({ registry, repository }: Reference, options: RegistryOptions): URL => {
  const isLocal = isLoopbackRegistry(registry);
  if (isLocal && !options.named) {
    throw new RegistryError('address-refused', `the registry ${registry} is on this machine`, {
      hint: 'evidence may not lead to loopback; name the registry yourself if it is meant to be here',
    });
  }
  const plain = options.plainHttp ?? (isLocal && options.ca === undefined);
  if (plain && !isLocal) {
    throw new RegistryError('address-refused', `the registry ${registry} is not on loopback`, {
      hint: 'plain http is spoken on loopback only',
    });
  }
  return new URL(`${plain ? 'http' : 'https'}://${apiHostOf(registry)}/v2/${repository}/`);
};

/** A connection to the repository of `reference`. Nothing is sent yet. Throws RegistryError `address-refused`. */
export const connectTo = (reference: Reference, options: RegistryOptions): Connection => {
  const base = baseOf(reference, options);
  const limits: HttpLimits = { ...HTTP_LIMITS, ...options.limits };
  const who: Identity = {
    registry: new URL(base.origin),
    repository: reference.repository,
    named: options.named,
    credentials: options.credentials,
  };
  const trustedOrigins = new Set(options.named ? [base.origin] : []);
  let authorization: string | undefined;
  const get = async (question: Question): Promise<HttpReply> => {
    const deadline = options.deadline ?? performance.now() + limits.totalMs;
    const settings: HttpSettings = { limits, deadline, trustedOrigins, ca: options.ca };
    let reply = await ask({ ...question, authorization }, settings);
    // The registry's own word only: what it redirects to has no say in where a token comes from.
    if (reply.status === 401 && reply.url.origin === base.origin) {
      authorization = await authorize(reply, who, settings);
      reply = await ask({ ...question, authorization }, settings);
    }
    checkStatus(reply);
    return reply;
  };
  return { base, get };
};
