import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { RegistryError } from '../errors.ts';
import type { HttpLimits } from '../limits.ts';
import { connectionError, showUrl, timedOut, tooLarge } from './failures.ts';
import { checkLiteralHost, publicLookup } from './public-address.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly accept: string;
  /** For the origin of `url` and no other. */
  readonly authorization: string | undefined;
  /** The largest body that is read. */
  readonly maxBytes: number;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Read for a 200 only. */
  readonly body: Uint8Array;
  /** What answered, after redirects. */
  readonly url: URL;
}

export interface HttpSettings {
  readonly limits: HttpLimits;
  /** Monotonic time (`performance.now()`) at which everything ends. */
  readonly deadline: number;
  /** Origins that may be on a private network: the user named them. */
  readonly trustedOrigins: ReadonlySet<string>;
  /** PEM certificates that replace the built-in roots. */
  readonly ca: string | undefined;
}

/** A timer of Node takes no longer time than this. */
const LONGEST_TIMER = 2 ** 31 - 1;

const optionsOf = ({ method, url, accept, authorization }: HttpRequest, { trustedOrigins, ca }: HttpSettings) => {
  const isTrusted = trustedOrigins.has(url.origin);
  if (!isTrusted) checkLiteralHost(url.hostname);
  return {
    method,
    agent: false,
    headers: {
      Accept: accept,
      // The bounds count what is sent.
      'Accept-Encoding': 'identity',
      'User-Agent': 'twl',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    },
    ...(isTrusted ? {} : { lookup: publicLookup }),
    ...(url.protocol === 'https:' ? { ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' as const } : {}),
  };
};

/** Not by `import`: that evaluates every lazy export of `node:http`, which costs as much as the whole start of Node. */
const requesterFor = ({ protocol }: URL) =>
  (process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http') as typeof import('node:https')).request;

const readBody = (url: URL, response: IncomingMessage, maxBytes: number, done: (body: Uint8Array) => void): void => {
  const { 'content-encoding': encoding = 'identity', 'content-length': declared = '0' } = response.headers;
  if (encoding !== 'identity') {
    response.destroy(
      new RegistryError('bad-answer', `${showUrl(url)} compresses its answer although it was asked not to`),
    );
    return;
  }
  if (Number(declared) > maxBytes) {
    response.destroy(tooLarge(url, maxBytes));
    return;
  }
  const pieces: Buffer[] = [];
  let length = 0;
  response.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length > maxBytes) response.destroy(tooLarge(url, maxBytes));
    else pieces.push(piece);
  });
  response.on('end', () => done(new Uint8Array(Buffer.concat(pieces))));
};

/**
 * Sends one request and takes the answer, whatever its status. Redirects are not followed here. Throws RegistryError
 * `timed-out`, `connection-failed`, `certificate-refused`, `address-refused`, `too-large`, `bad-answer`.
 */
export const exchange = (request: HttpRequest, settings: HttpSettings): Promise<HttpReply> =>
  new Promise((resolve, reject) => {
    const { url, method, maxBytes } = request;
    const { limits } = settings;
    const left = settings.deadline - performance.now();
    if (left <= 0) throw timedOut(url, 'everything together');
    const client: ClientRequest = requesterFor(url)(url, optionsOf(request, settings));
    // Rejected first, so that what Node says of a connection that we end does not count.
    const fail = (error: unknown): void => {
      reject(connectionError(url, error));
      client.destroy();
    };
    const total = setTimeout(() => fail(timedOut(url, 'everything together')), Math.min(left, LONGEST_TIMER));
    const connecting = setTimeout(() => fail(timedOut(url, 'connecting')), limits.connectMs);
    client.setTimeout(limits.idleMs, () => fail(timedOut(url, 'waiting for data')));
    client.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    client.on('error', fail);
    client.on('close', () => {
      clearTimeout(total);
      clearTimeout(connecting);
      // Whatever closes it without an answer, as a switch to another protocol does, must not leave the caller waiting.
      fail(new Error('the connection was closed'));
    });
    client.on('response', (response) => {
      const done = (body: Uint8Array): void => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, url });
        client.destroy();
      };
      response.on('error', fail);
      // Without an end before it the connection is gone; after one this says nothing any more.
      response.on('close', () => fail(new Error('the answer ended in the middle')));
      if (response.statusCode === 200 && method === 'GET') readBody(url, response, maxBytes, done);
      else done(new Uint8Array());
    });
    client.end();
  });
