import type { Socket } from 'node:net';
import { SourceError } from '../errors.ts';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { httpModule } from './http-module.ts';
import type { HttpSettings } from './http-settings.ts';

/**
 * A TLS connection to `target` through an HTTP proxy (RFC 9110, CONNECT). The proxy sees the host's name and nothing else.
 * @throws SourceError `connection-failed`, `access-denied`, `timed-out`
 */
export const connectThroughProxy = async (proxy: URL, target: URL, settings: HttpSettings): Promise<Socket> => {
  const { request } = httpModule(proxy.protocol === 'https:');
  const { connect } = process.getBuiltinModule('node:tls');
  const { CONNECT_MS } = settings.limits;
  const authority = `${target.hostname}:${target.port || '443'}`;
  return await new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown): void =>
      reject(
        new SourceError(
          'connection-failed',
          `the proxy ${proxy.host} gives no connection to ${authority}: ${escapeText(what)}`,
          {
            hint: 'check REPO_PROXY',
            cause,
          },
        ),
      );
    const client = request(proxy, { method: 'CONNECT', path: authority, headers: { Host: authority }, agent: false });
    client.setTimeout(CONNECT_MS, () => client.destroy(new Error(`no answer within ${CONNECT_MS} ms`)));
    client.on('error', (error) => fail(messageOf(error), error));
    client.on('response', (response) => {
      response.destroy();
      fail(`status ${response.statusCode}`);
    });
    client.on('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        fail(`status ${response.statusCode}`);
        return;
      }
      socket.setTimeout(0);
      const secure = connect({
        socket,
        servername: target.hostname,
        ca: settings.ca,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
      });
      const silent = setTimeout(() => {
        secure.destroy();
        fail(`no TLS answer from behind it within ${CONNECT_MS} ms`);
      }, CONNECT_MS);
      secure.once('close', () => clearTimeout(silent));
      secure.once('error', reject);
      secure.once('secureConnect', () => {
        clearTimeout(silent);
        secure.off('error', reject);
        resolve(secure);
      });
    });
    client.end();
  });
};
