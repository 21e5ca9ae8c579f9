import { escapeText } from '../../base/escape.ts';
import { SourceError } from '../errors.ts';
import type { OpenSink, PackSink } from './pack-sink.ts';
import { exchange, type HttpAnswer, showUrl } from './http-exchange.ts';
import type { HttpSettings } from './http-settings.ts';
import {
  AGENT,
  type Advertisement,
  AdvertisementReader,
  checkCapabilities,
  encodeFetchV0,
  encodeFetchV2,
  FetchAnswerReader,
  type Want,
} from './protocol.ts';

export const SERVICE = 'git-upload-pack';
export const RESULT_TYPE = `application/x-${SERVICE}-result`;
const ADVERTISEMENT_TYPE = `application/x-${SERVICE}-advertisement`;

export interface HttpFetchOptions {
  url: URL;
  want: Want;
  settings: HttpSettings;
  /** Value of an `Authorization` header for the origin of `url`, and for no other. */
  authorization: string | undefined;
  openSink: OpenSink;
}

/**
 * Brings the pack of one commit over smart HTTP. One request where the server speaks protocol version 2 and is where the
 * URL says; else the server is asked first what it is (which follows redirects), and then again.
 */
export const fetchOverHttp = async (options: HttpFetchOptions): Promise<void> => {
  let sink: PackSink | undefined;
  const openSink: OpenSink = async () => {
    sink ??= await options.openSink();
    return sink;
  };
  const opened = { ...options, openSink };
  try {
    await fetchAt(opened, options.url, 2);
    return;
  } catch (error) {
    if ((sink?.received ?? 0) > 0 || !worthAsking(error)) throw error;
  }
  const { base, version, capabilities } = await discover(options);
  await fetchAt(opened, base, version, capabilities);
};

/** What a server answers that does not know version 2, or that has moved. */
const MOVED_OR_OLD: ReadonlySet<string> = new Set([
  'redirect-refused',
  'protocol-malformed',
  'server-refused',
  'repository-not-found',
  'protocol-unsupported',
]);

const worthAsking = (error: unknown): boolean => error instanceof SourceError && MOVED_OR_OLD.has(error.code);

const fetchAt = async (
  options: HttpFetchOptions,
  base: URL,
  version: 0 | 2,
  capabilities: ReadonlySet<string> = new Set(),
): Promise<void> => {
  const { want, settings } = options;
  const url = serviceUrl(base, `/${SERVICE}`);
  const sent = Promise.withResolvers<void>();
  const answering = exchange(
    {
      method: 'POST',
      url,
      headers: {
        ...commonHeaders(options, url),
        Accept: RESULT_TYPE,
        'Content-Type': `application/x-${SERVICE}-request`,
        ...(version === 2 ? { 'Git-Protocol': 'version=2' } : {}),
      },
      body: version === 2 ? encodeFetchV2(want) : encodeFetchV0(want, capabilities),
    },
    settings,
    sent.resolve,
  );
  await Promise.race([sent.promise, answering]);
  // While the server is at work. A failure here must not leave the connection behind.
  const sink = await options.openSink().catch((error) => {
    answering.then(({ abandon }) => abandon()).catch(() => undefined);
    throw error;
  });
  const answer = await answering;
  try {
    checkAnswer(answer, url, RESULT_TYPE, options.authorization !== undefined);
    const reader = new FetchAnswerReader(version, settings.limits, (bytes) => sink.push(bytes));
    let isEmpty = true;
    await answer.read((bytes) => {
      isEmpty = false;
      reader.push(bytes);
      return sink.settle();
    });
    // So answers a git that does not know version 2.
    if (isEmpty) throw new SourceError('protocol-malformed', `${showUrl(url)} answers with nothing`);
    reader.finish();
  } finally {
    answer.abandon();
  }
};

/** What is needed to ask a server anything. */
export type HttpAddress = Pick<HttpFetchOptions, 'url' | 'want' | 'settings' | 'authorization'>;

/**
 * Asks the server what it is and where, following redirects that stay within the rules.
 * @param onRef told of each line of a version 0 server's list of refs
 */
export const discover = async (
  options: HttpAddress,
  onRef?: (line: string) => void,
): Promise<Advertisement & { base: URL }> => {
  const { settings, want } = options;
  const suffix = `/info/refs`;
  let url = serviceUrl(options.url, suffix, `service=${SERVICE}`);
  for (let followed = 0; ; followed++) {
    const headers = { ...commonHeaders(options, url), Accept: '*/*', 'Git-Protocol': 'version=2' };
    const answer = await exchange({ method: 'GET', url, headers }, settings);
    try {
      const next = redirectTarget(answer, url);
      if (next !== undefined) {
        if (followed >= settings.limits.REDIRECTS) throw redirectRefused(url, `more than ${followed} redirects`);
        checkRedirect(url, next, suffix);
        url = next;
        continue;
      }
      checkAnswer(answer, url, ADVERTISEMENT_TYPE, options.authorization !== undefined);
      const reader = new AdvertisementReader(settings.limits, onRef);
      await answer.read((bytes) => {
        reader.push(bytes);
        return undefined;
      });
      if (reader.result === undefined)
        throw new SourceError('connection-cut', `the greeting of ${showUrl(url)} ended in the middle`);
      checkCapabilities(reader.result, want);
      const base = new URL(url);
      base.pathname = base.pathname.slice(0, -suffix.length);
      base.search = '';
      return { base, ...reader.result };
    } finally {
      answer.abandon();
    }
  }
};

export const serviceUrl = (base: URL, suffix: string, query = ''): URL => {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + suffix;
  url.search = query;
  return url;
};

export const commonHeaders = (options: HttpAddress, url: URL): Record<string, string> => ({
  'User-Agent': AGENT,
  // A server that compresses regardless is refused: the pack is compressed already, and its size is what the limits count.
  'Accept-Encoding': 'identity',
  ...(options.authorization !== undefined && url.origin === options.url.origin
    ? { Authorization: options.authorization }
    : {}),
});

const redirectTarget = ({ status, headers }: HttpAnswer, url: URL): URL | undefined => {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  try {
    return new URL(headers.location ?? '', url);
  } catch {
    throw redirectRefused(url, 'to something that is no address');
  }
};

/** https stays https, http may only become https; the service stays the service; no credentials. Hosts are checked on connecting. */
const checkRedirect = (from: URL, to: URL, suffix: string): void => {
  const sameOrigin = from.origin === to.origin;
  if (to.protocol !== 'https:' && !sameOrigin) throw redirectRefused(from, `to ${showUrl(to)}, which is not https`);
  if (to.username !== '' || to.password !== '') throw redirectRefused(from, 'to an address with credentials in it');
  if (!to.pathname.endsWith(suffix) || to.searchParams.get('service') !== SERVICE) {
    throw redirectRefused(from, `to ${showUrl(to)}, which is not the same service`);
  }
};

const redirectRefused = (from: URL, why: string): SourceError =>
  new SourceError('redirect-refused', `${showUrl(from)} redirects ${why}`, {
    hint: 'put the address that the repository has now into REPO_URL',
  });

export const checkAnswer = (answer: HttpAnswer, url: URL, type: string, authorized: boolean): void => {
  const { status, headers } = answer;
  const where = showUrl(url);
  const saying = `${where} answers with status ${status}`;
  if (status >= 300 && status < 400) throw redirectRefused(url, `(status ${status})`);
  const retryAfter = retryAfterMs(headers['retry-after']);
  const retry = retryAfter === undefined ? {} : { retryAfterMs: retryAfter };
  if (status === 429 || status === 408 || status >= 500 || (status === 403 && retryAfter !== undefined)) {
    throw new SourceError('server-busy', saying, {
      hint: 'the server is busy or limits requests; try again later',
      ...retry,
    });
  }
  if (status === 401 || status === 403) {
    throw new SourceError('access-denied', saying, {
      hint: authorized
        ? 'the credential in REPO_CREDENTIAL_FILE is not accepted there; it may have expired'
        : 'the repository is private or does not exist; name a credential in REPO_CREDENTIAL_FILE or check REPO_URL',
    });
  }
  if (status === 404 || status === 410) {
    throw new SourceError('repository-not-found', saying, {
      hint: 'check REPO_URL; a private repository may answer like this too',
    });
  }
  if (status !== 200) throw new SourceError('server-refused', saying, { hint: 'check REPO_URL' });
  const said = headers['content-type'] ?? '';
  if (said.split(';')[0]?.trim().toLowerCase() !== type) {
    throw new SourceError(
      'protocol-malformed',
      `${where} answers with '${escapeText(said.slice(0, 80))}' and not as a git server does`,
      {
        hint: 'check that REPO_URL is the address of a git repository and not of a web page',
      },
    );
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new SourceError('protocol-malformed', `${where} compresses its answer although it was asked not to`);
  }
};

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
export const retryAfterMs = (value: string | undefined, now = Date.now()): number | undefined => {
  if (value === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};
