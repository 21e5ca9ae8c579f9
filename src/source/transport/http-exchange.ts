import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { messageOf, systemCodeOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { SourceError } from '../errors.ts';
import { checkLiteralHost, publicLookup } from './address-rules.ts';
import { httpModule } from './http-module.ts';
import { connectThroughProxy } from './http-proxy.ts';
import type { HttpSettings } from './http-settings.ts';

export interface HttpRequest {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /**
   * Reads the body to its end. `take` is called for each piece as it arrives; while what it returns is pending, the network
   * waits. Fails with what `take` throws, and with a SourceError when the connection fails.
   */
  read: (take: (bytes: Buffer) => Promise<void> | undefined) => Promise<void>;
  /** Ends the connection without reading the rest. */
  abandon: () => void;
}

/**
 * Sends one request and waits for the head of the answer. Redirects are not followed here.
 * @param onSent called when all of the request has left
 */
export const exchange = async (
  request: HttpRequest,
  settings: HttpSettings,
  onSent: () => void = () => undefined,
): Promise<HttpAnswer> => {
  const { url, method, headers, body } = request;
  const { limits } = settings;
  const left = Math.min(settings.deadline - performance.now(), 2 ** 31 - 1);
  if (left <= 0) throw timedOut(url, 'all attempts together', limits.TOTAL_MS, 'TOTAL_MS');
  const isPinned = settings.pinnedHosts.has(url.hostname);
  const isSecure = url.protocol === 'https:';
  if (!isPinned) checkLiteralHost(url.hostname);
  const options: RequestOptions & Record<string, unknown> = {
    method,
    headers: body === undefined ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    agent: false,
    ...(isPinned ? {} : { lookup: publicLookup }),
    ...(isSecure ? { ca: settings.ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' } : {}),
  };
  if (settings.proxy !== undefined && isSecure) {
    const socket = await connectThroughProxy(settings.proxy, url, settings).catch((error) => {
      throw connectionError(url, error);
    });
    // With any agent, `false` too, Node would make a connection of its own, past the proxy.
    delete options.agent;
    options.createConnection = () => socket;
  }
  const { request: start } = httpModule(isSecure);
  return await new Promise((resolve, reject) => {
    const client: ClientRequest = start(url, options);
    // Why we ended it ourselves: once the head is there, Node says of the body no more than 'aborted'.
    let ended: SourceError | undefined;
    const fail = (error: SourceError): void => {
      ended ??= error;
      client.destroy(error);
    };
    const total = setTimeout(() => fail(timedOut(url, 'all attempts together', limits.TOTAL_MS, 'TOTAL_MS')), left);
    const connecting = setTimeout(
      () => fail(timedOut(url, 'connecting', limits.CONNECT_MS, 'CONNECT_MS')),
      limits.CONNECT_MS,
    );
    client.on('socket', (socket) => {
      const connected = (): void => clearTimeout(connecting);
      if (!socket.connecting && !isSecure) connected();
      socket.once(isSecure ? 'secureConnect' : 'connect', connected);
      if (settings.proxy !== undefined) connected();
    });
    client.setTimeout(limits.IDLE_MS, () => fail(timedOut(url, 'waiting for data', limits.IDLE_MS, 'IDLE_MS')));
    client.on('close', () => {
      clearTimeout(total);
      clearTimeout(connecting);
    });
    client.on('error', (error) => reject(connectionError(url, error)));
    client.on('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        read: (take) => readBody(url, response, () => ended, take),
        abandon: () => client.destroy(),
      });
    });
    client.on('finish', onSent);
    client.end(body);
  });
};

/** By events: iterating over the stream would copy what arrives once more. */
const readBody = (
  url: URL,
  response: IncomingMessage,
  endedBy: () => SourceError | undefined,
  take: (bytes: Buffer) => Promise<void> | undefined,
): Promise<void> =>
  new Promise((resolve, reject) => {
    let failed = false;
    const fail = (error: unknown): void => {
      failed = true;
      reject(error);
      response.destroy();
    };
    response.on('data', (bytes: Buffer) => {
      if (failed) return;
      try {
        const pending = take(bytes);
        if (pending === undefined) return;
        response.pause();
        pending.then(() => response.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
    response.on('end', () => resolve());
    response.on('error', (error) => reject(endedBy() ?? connectionError(url, error)));
    // Without an end before it: the connection is gone.
    response.on('close', () => reject(endedBy() ?? connectionError(url, new Error('aborted'))));
  });

/** A URL for messages: an address has no secret in it, the pin saw to that, but a redirect may add a query. */
export const showUrl = (url: URL): string => escapeText(`${url.protocol}//${url.host}${url.pathname}`);

const timedOut = (url: URL, doing: string, ms: number, limit: string): SourceError =>
  new SourceError('timed-out', `${doing} took longer than ${ms} ms at ${showUrl(url)}`, {
    hint: `check that the server is reachable from here; TWL_LIMIT_${limit} sets this limit`,
  });

const CERTIFICATE_CODES = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|UNSUITABLE_CERT)/;

const connectionError = (url: URL, error: unknown): SourceError => {
  if (error instanceof SourceError) return error;
  const code = systemCodeOf(error);
  const what = `${showUrl(url)}: ${escapeText(messageOf(error) || code)}`;
  if (CERTIFICATE_CODES.test(code)) {
    return new SourceError('access-denied', `the certificate of the server is not accepted: ${what}`, {
      hint: 'for a private certificate authority name its bundle in REPO_CA_FILE',
      cause: error,
    });
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /aborted|hang up|premature/i.test(messageOf(error))) {
    return new SourceError('connection-cut', `the connection was cut: ${what}`, { cause: error });
  }
  return new SourceError('connection-failed', `no connection: ${what}`, {
    hint: 'check REPO_URL, the name service and the network of this container',
    cause: error,
  });
};
