import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { type Certificates, makeCertificates } from '../support/tls.ts';
import { makeScratch } from '../support/scratch.ts';
import { expectFailure, expectRan, launch, type Launched, type PinValues, useStand } from './support.ts';

const certificates: Certificates | undefined = makeCertificates(makeScratch().path);
const foreign: Certificates | undefined = makeCertificates(makeScratch().path);

interface Proxy {
  url: string;
  /** What was asked for, in order. */
  seen: string[];
}

type OnConnect = (authority: string, socket: Socket) => void;

/** Joins the two ends, as an honest proxy does. */
const tunnel: OnConnect = (authority, socket) => {
  const [host = '', port = ''] = authority.split(':');
  const other = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  other.on('error', () => socket.destroy());
  socket.pipe(other).pipe(socket);
};

const startProxy = async (onConnect: OnConnect): Promise<Proxy> => {
  const seen: string[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer((_, response) => response.end());
  server.on('connect', (request, socket) => {
    sockets.push(socket as Socket);
    socket.on('error', () => undefined);
    seen.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    onConnect(request.url ?? '', socket as Socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
};

describe.skipIf(certificates === undefined)('https', () => {
  const stand = useStand();
  let server: GitServer;
  beforeAll(async () => {
    server = await startGitServer({ root: stand.scratch.path, tls: certificates! });
  });
  afterAll(() => server.close());

  const run = (values: PinValues, env: Record<string, string> = {}): Promise<Launched> =>
    launch(stand.pin({ REPO_URL: `${server.url}/r.git`, REPO_CA_FILE: certificates!.caFile, ...values }), { env });

  test('with the authority that the pin names', async () => {
    expectRan(await run({}));
  });

  test('without it, or with another one: refused, and said what to do', async () => {
    for (const REPO_CA_FILE of [undefined, foreign!.caFile]) {
      const launched = await run({ REPO_CA_FILE });
      expectFailure(launched, 'access-denied', 40);
      expect(launched.error).toContain('certificate');
      expect(launched.hint).toContain('REPO_CA_FILE');
    }
  });

  test('the environment cannot switch the check off, nor add an authority', async () => {
    const env = {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_EXTRA_CA_CERTS: certificates!.caFile,
      SSL_CERT_FILE: certificates!.caFile,
      NODE_OPTIONS: '--use-openssl-ca',
      GIT_SSL_NO_VERIFY: '1',
    };
    expectFailure(await run({ REPO_CA_FILE: undefined }, env), 'access-denied', 40);
  });

  test('a host that the certificate does not name', async () => {
    const port = new URL(server.url).port;
    expectFailure(await run({ REPO_URL: `https://127.0.0.2:${port}/r.git` }), 'connection-failed', 40);
    const wide = await startGitServer({ root: stand.scratch.path, tls: foreign! });
    onTestFinished(() => wide.close());
    expectFailure(await run({ REPO_URL: `${wide.url}/r.git` }), 'access-denied', 40);
  });

  test('a CA file that is none', async () => {
    expectFailure(await run({ REPO_CA_FILE: '/nonexistent/ca.pem' }), 'file-unreadable', 50);
  });

  test('through a proxy, which sees the host only', async () => {
    const proxy = await startProxy(tunnel);
    expectRan(await run({ REPO_PROXY: proxy.url }));
    expect(proxy.seen).toEqual([`127.0.0.1:${server.port}`]);
  });

  test('a server that only the proxy reaches', async () => {
    const proxy = await startProxy((_, socket) => tunnel(`127.0.0.1:${server.port}`, socket));
    expectRan(await run({ REPO_URL: 'https://localhost:9/r.git', REPO_PROXY: proxy.url }));
    expect(proxy.seen).toEqual(['localhost:9']);
    expectFailure(await run({ REPO_URL: 'https://localhost:9/r.git' }), 'connection-failed', 40);
  });

  test('a proxy of the environment is not used', async () => {
    const proxy = await startProxy(tunnel);
    const env = { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, ALL_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' };
    expectRan(await run({}, env));
    expect(proxy.seen).toEqual([]);
  });

  test.each<[string, OnConnect, string]>([
    ['refuses', (_, socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'), 'connection-failed'],
    ['hangs up', (_, socket) => socket.destroy(), 'connection-failed'],
    ['says nothing', () => undefined, 'connection-failed'],
    ['says yes and then nothing', (_, socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n'), 'connection-failed'],
    ['says yes and hangs up', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), 'connection-cut'],
    [
      'is no tunnel but a man in the middle',
      (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
      '',
    ],
  ])('a proxy that %s', async (_, onConnect, code) => {
    const proxy = await startProxy(onConnect);
    const launched = await run({ REPO_PROXY: proxy.url }, { TWL_LIMIT_CONNECT_MS: '400', TWL_LIMIT_TOTAL_MS: '5000' });
    expect(launched.stdout).toBe('');
    expect(launched.code, launched.stderr).toBe(40);
    if (code !== '') expect(launched.errorCode, launched.stderr).toBe(code);
    expect(launched.durationMs).toBeLessThan(20_000);
  });

  test('a server behind a proxy whose certificate is not accepted', async () => {
    const proxy = await startProxy(tunnel);
    const launched = await run({ REPO_PROXY: proxy.url, REPO_CA_FILE: undefined });
    expectFailure(launched, 'access-denied', 40);
    expect(launched.hint).toContain('REPO_CA_FILE');
  });

  test('a proxy that is not there', async () => {
    const launched = await run({ REPO_PROXY: 'http://127.0.0.1:9' });
    expectFailure(launched, 'connection-failed', 40);
    expect(launched.hint).toContain('REPO_PROXY');
  });
});
