import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../../base/error.ts';
import { SourceError, type SourceErrorCode } from '../../source/errors.ts';
import { type Limits, defaultLimits } from '../../source/limits.ts';
import { exchange, type HttpAnswer, showUrl } from '../../source/transport/http-exchange.ts';
import { retryAfterMs } from '../../source/transport/http-fetch.ts';
import { CollectError, type CollectErrorCode } from './errors.ts';
import type { HttpLimits } from './limits.ts';

export interface HttpReply {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** What answered, after redirects. */
  readonly url: URL;
}

export interface OnceOptions {
  readonly limits: HttpLimits;
  /** Monotonic time (`performance.now()`) at which everything ends. */
  readonly deadline: number;
  /** The origin that the user named, which may be on a private network; undefined where nobody named one. */
  readonly namedOrigin: string | undefined;
  /** PEM certificates that replace the built-in roots. */
  readonly ca: string | undefined;
  readonly maxBytes: number;
}

/** What the house's client says, in the words of an audit: its own hints are about a launch. */
const FAILURES: Partial<Record<SourceErrorCode, { code: CollectErrorCode; hint: string }>> = {
  'timed-out': { code: 'timed-out', hint: 'check that the server is reachable from here, and try again' },
  'address-refused': { code: 'address-refused', hint: 'name the final address yourself if it is meant to be private' },
  'access-denied': {
    code: 'certificate-refused',
    hint: 'TLS certificates are always checked; look at who answers there',
  },
  'connection-cut': { code: 'connection-failed', hint: 'try again; the server ended the connection' },
};
const NO_CONNECTION = {
  code: 'connection-failed',
  hint: 'check the address, the name service and the network',
} as const;

const translated = (error: unknown): unknown => {
  if (!(error instanceof SourceError)) return error;
  const { code, hint } = FAILURES[error.code] ?? NO_CONNECTION;
  return new CollectError(code, messageOf(error), { hint, cause: error });
};

const toLimits = ({ connectMs, idleMs, totalMs }: HttpLimits): Limits => ({
  ...defaultLimits(),
  CONNECT_MS: connectMs,
  IDLE_MS: idleMs,
  TOTAL_MS: totalMs,
});

const REDIRECTS = [301, 302, 303, 307, 308];
const BUSY = [408, 425, 429];

const refusedRedirect = (from: URL, why: string): CollectError =>
  new CollectError('redirect-refused', `${showUrl(from)} redirects ${why}`, {
    hint: 'name the address that it has now, if you trust it',
  });

/** Where a redirect leads: https, or the same origin; no credentials. Whether the host is public is seen on connecting. */
const redirectTarget = ({ headers }: HttpAnswer, from: URL): URL => {
  const to = headers.location === undefined ? null : URL.parse(headers.location, from.href);
  if (to === null) throw refusedRedirect(from, 'to something that is no address');
  if (to.protocol !== 'https:' && to.origin !== from.origin) {
    throw refusedRedirect(from, `to ${showUrl(to)}, which is not https`);
  }
  if (to.username !== '' || to.password !== '') throw refusedRedirect(from, 'to an address with credentials in it');
  return to;
};

/** Throws unless the status says that the body is what was asked for. */
const checkStatus = ({ status, headers }: HttpAnswer, url: URL): void => {
  const said = `${showUrl(url)} answers with status ${status}`;
  if (status === 200) return;
  if (status === 404 || status === 410) {
    throw new CollectError('not-found', said, { hint: 'check the address: nothing is there' });
  }
  if (BUSY.includes(status) || (status >= 500 && status <= 599)) {
    const wait = retryAfterMs(headers['retry-after']);
    const hint = 'the server is busy or limits requests; try again later';
    throw new CollectError('server-busy', said, wait === undefined ? { hint } : { hint, retryAfterMs: wait });
  }
  throw new CollectError('server-refused', said, { hint: 'check the address' });
};

const readBody = async (answer: HttpAnswer, url: URL, maxBytes: number): Promise<Uint8Array> => {
  const { 'content-encoding': encoding = 'identity', 'content-length': declared = '0' } = answer.headers;
  const tooLarge = (): CollectError =>
    new CollectError('too-large', `${showUrl(url)} sends more than ${maxBytes} bytes`, {
      hint: 'check that this is the address that was meant',
    });
  if (encoding !== 'identity') {
    throw new CollectError('bad-answer', `${showUrl(url)} compresses its answer although it was asked not to`);
  }
  if (Number(declared) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let length = 0;
  await answer.read((bytes) => {
    length += bytes.length;
    if (length > maxBytes) throw tooLarge();
    pieces.push(bytes);
    return undefined;
  });
  return new Uint8Array(Buffer.concat(pieces));
};

/** One GET with its redirects. Throws CollectError. */
export const getOnce = async (start: URL, options: OnceOptions): Promise<HttpReply> => {
  const { limits, deadline, namedOrigin, ca, maxBytes } = options;
  let url = start;
  for (let followed = 0; ; followed++) {
    const pinnedHosts = new Set(url.origin === namedOrigin ? [url.hostname] : []);
    const settings = { limits: toLimits(limits), deadline, pinnedHosts, ca, proxy: undefined };
    // Asked not to compress: the bound on what is read counts what was sent.
    const headers = { Accept: '*/*', 'Accept-Encoding': 'identity', 'User-Agent': 'twl' };
    try {
      const answer = await exchange({ method: 'GET', url, headers }, settings);
      try {
        if (!REDIRECTS.includes(answer.status)) {
          checkStatus(answer, url);
          return { headers: answer.headers, body: await readBody(answer, url, maxBytes), url };
        }
        if (followed >= limits.redirects) throw refusedRedirect(url, `more than ${limits.redirects} times`);
        url = redirectTarget(answer, url);
      } finally {
        answer.abandon();
      }
    } catch (error) {
      throw translated(error);
    }
  }
};
