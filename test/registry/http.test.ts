import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { RegistryErrorCode } from '../../src/registry/errors.ts';
import { readRetryAfter } from '../../src/registry/http/ask.ts';
import type { RegistryOptions } from '../../src/registry/connection.ts';
import { connectTo } from '../../src/registry/connection.ts';
import { parseReference } from '../../src/registry/reference.ts';
import { type AnswerServer, reply, useServer } from '../audit/collect/answer-server.ts';
import type { Answer } from '../support/answer.ts';
import { makeCertificates } from '../support/tls.ts';
import { useScratch } from '../support/use-scratch.ts';
import { NAME, QUICK, referenceTo } from './fake-registry.ts';
import { failure } from './failure.ts';

const get = (url: string, options: Partial<RegistryOptions> = {}, maxBytes = 1000, method: 'GET' | 'HEAD' = 'GET') => {
  const connection = connectTo(referenceTo(url), { named: true, ...options, limits: { ...QUICK, ...options.limits } });
  return connection.get({ method, url: new URL('manifests/x?secret=1', connection.base), accept: 'a/b', maxBytes });
};

test('the answer comes with its headers and where it came from; nothing about the asker is sent', async () => {
  const { url, requests } = await useServer(() => reply(200, 'body', { 'X-One': '1' }));
  const answer = await get(url);
  expect(Buffer.from(answer.body).toString()).toBe('body');
  expect(answer.body.constructor).toBe(Uint8Array);
  expect(answer.headers['x-one']).toBe('1');
  expect(answer.url.href).toBe(`${url}/v2/${NAME}/manifests/x?secret=1`);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'GET', url: `/v2/${NAME}/manifests/x?secret=1` });
  expect(requests[0]!.headers).toEqual({
    accept: 'a/b',
    'accept-encoding': 'identity',
    'user-agent': 'twl',
    host: new URL(url).host,
    connection: 'close',
  });
});

test.each<[number, RegistryErrorCode, number]>([
  [404, 'not-found', 1],
  [410, 'not-found', 1],
  [403, 'access-denied', 1],
  [400, 'server-refused', 1],
  [201, 'server-refused', 1],
  [304, 'server-refused', 1],
  [499, 'server-refused', 1],
  [600, 'server-refused', 1],
  [408, 'server-busy', 3],
  [425, 'server-busy', 3],
  [429, 'server-busy', 3],
  [500, 'server-busy', 3],
  [599, 'server-busy', 3],
])('status %d is %s', async (status, code, tries) => {
  const { url, requests } = await useServer(() => reply(status, 'x'));
  expect(await failure(() => get(url))).toMatchObject({
    code,
    exitCode: 40,
    message: `${url}/v2/${NAME}/manifests/x answers with status ${status}`,
    hint: expect.stringMatching(/./),
  });
  expect(requests).toHaveLength(tries);
});

test('a busy registry is asked again and may then answer, as may one that cuts the connection', async () => {
  const { url, requests } = await useServer((_, index) =>
    index === 0
      ? reply(429, '', { 'Retry-After': '0' })
      : index === 1
        ? { ...reply(200, 'abc'), cutAfter: 1 }
        : reply(200, 'ok'),
  );
  expect((await get(url)).body).toHaveLength(2);
  expect(requests).toHaveLength(3);
});

test('a pause that is longer than we wait, or than there is time, ends it at once', async () => {
  const { url, requests } = await useServer(() => reply(429, '', { 'Retry-After': '1' }));
  expect(await failure(() => get(url))).toMatchObject({ code: 'server-busy', retryAfterMs: 1000 });
  expect(requests).toHaveLength(1);
  const limits = { retryAfterMs: 5000, totalMs: 900 };
  expect(await failure(() => get(url, { limits }))).toMatchObject({ code: 'server-busy' });
  expect(requests).toHaveLength(2);
});

test('a pause that the registry asks for is kept', async () => {
  const { url } = await useServer((_, index) => (index === 0 ? reply(503, '', { 'Retry-After': '1' }) : reply(200)));
  const start = performance.now();
  await get(url, { limits: { retryAfterMs: 1000 } });
  expect(performance.now() - start).toBeGreaterThanOrEqual(990);
});

test.each([
  [undefined, undefined],
  ['5', 5000],
  ['0', 0],
  ['1234567890', undefined],
  ['soon', undefined],
  ['Thu, 01 Jan 1970 00:00:12 GMT', 2000],
  ['Thu, 01 Jan 1970 00:00:02 GMT', 0],
])('Retry-After %j is %j ms', (value, ms) => {
  // A number of ten digits is read as a date by some, far away.
  expect(readRetryAfter(value, 10_000)).toBe(ms);
});

const BIG = 'x'.repeat(1001);
test.each<[string, Answer, RegistryErrorCode, RegExp]>([
  ['too large by its head', reply(200, BIG, { 'Content-Length': '1001' }), 'too-large', /sends more than 1000 bytes$/],
  [
    'too large without one',
    {
      reply: {
        status: 200,
        body: (async function* () {
          yield Buffer.from(BIG);
        })(),
      },
    },
    'too-large',
    /sends more than 1000 bytes$/,
  ],
  [
    'compressed',
    reply(200, 'x', { 'Content-Encoding': 'gzip' }),
    'bad-answer',
    /compresses its answer although it was asked not to$/,
  ],
])('an answer that is %s is refused, once', async (_, answer, code, message) => {
  const { url, requests } = await useServer(() => answer);
  expect(await failure(() => get(url))).toMatchObject({ code, exitCode: 30, message: expect.stringMatching(message) });
  expect(requests).toHaveLength(1);
});

test('a body of exactly the limit is read', async () => {
  const { url } = await useServer(() =>
    reply(200, 'x'.repeat(1000), { 'Content-Length': '1000', 'Content-Encoding': 'identity' }),
  );
  expect((await get(url)).body).toHaveLength(1000);
});

test('a body is read of a GET only', async () => {
  const { url, requests } = await useServer(() =>
    reply(200, '', { 'Content-Length': '5000', 'Content-Encoding': 'gzip' }),
  );
  expect((await get(url, {}, 0, 'HEAD')).body).toHaveLength(0);
  expect(requests[0]?.method).toBe('HEAD');
});

test('what does not answer, stalls, or drips for ever is left, each by its own limit', async () => {
  const silent = await useServer(() => ({ hang: true }));
  const first = await failure(() => get(silent.url, { limits: { idleMs: 50 } }));
  expect(first).toMatchObject({ code: 'timed-out', exitCode: 40, hint: expect.stringContaining('reachable') });
  expect(first.message).toMatch(/: waiting for data took too long$/);
  expect(silent.requests).toHaveLength(1);
  const stalled = await useServer(() => ({ ...reply(200, 'abc'), hangAfter: 1 }));
  expect((await failure(() => get(stalled.url, { limits: { idleMs: 50 } }))).message).toMatch(/waiting for data/);
  const slow = await useServer(() => ({ ...reply(200, 'x'.repeat(900)), drip: { bytes: 1, everyMs: 10 } }));
  const last = await failure(() => get(slow.url, { limits: { totalMs: 200 } }));
  expect(last.message).toMatch(/: everything together took too long$/);
});

test('pauses grow, and one that would end past the deadline is not begun', async () => {
  const { url, requests } = await useServer(() => reply(503));
  const start = performance.now();
  expect(await failure(() => get(url, { limits: { backoffMs: 60 } }))).toMatchObject({ code: 'server-busy' });
  // At least half of 60, then half of 120.
  expect(performance.now() - start).toBeGreaterThanOrEqual(88);
  expect(requests).toHaveLength(3);
  const limits = { backoffMs: 4000, totalMs: 1000 };
  expect(await failure(() => get(url, { limits }))).toMatchObject({ code: 'server-busy' });
  expect(requests).toHaveLength(4);
});

test('connecting has a time of its own, which ends when there is a connection', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const options = { plainHttp: false, limits: { connectMs: 50 } };
  const error = await failure(() => get(`http://127.0.0.1:${port}`, options));
  expect(error).toMatchObject({ code: 'timed-out', message: expect.stringMatching(/: connecting took too long$/) });
  const slow = await useServer(() => ({ ...reply(200, 'ok'), delayMs: 400 }));
  expect((await get(slow.url, { limits: { connectMs: 200 } })).body).toHaveLength(2);
  const certificates = makeCertificates(useScratch().join('tls'));
  if (certificates === undefined) throw new Error('the tests need openssl');
  const secure = await useServer(() => ({ ...reply(200, 'ok'), delayMs: 900 }), certificates);
  expect((await get(secure.url, { ca: certificates.ca, limits: { connectMs: 600 } })).body).toHaveLength(2);
});

test('a server that switches to another protocol does not leave us waiting', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await failure(() => get(`http://127.0.0.1:${port}`))).toMatchObject({ code: 'connection-failed' });
});

test('past the deadline nothing is sent', async () => {
  const { url, requests } = await useServer(() => reply(200));
  expect(await failure(() => get(url, { deadline: performance.now() }))).toMatchObject({ code: 'timed-out' });
  expect(requests).toHaveLength(0);
});

test('where nobody listens the connection fails', async () => {
  const server = await useServer(() => reply(200));
  const url = server.url.replace(/\d+$/, '1');
  expect(await failure(() => get(url))).toMatchObject({
    code: 'connection-failed',
    message: expect.stringMatching(/^no connection, or it was cut: .*ECONNREFUSED/),
    hint: 'check the address, the name service and the network',
  });
});

test('a connection that is cut again and again is a failure of the connection', async () => {
  const { url, requests } = await useServer(() => ({ ...reply(200, 'abc', { 'Content-Length': '3' }), cutAfter: 1 }));
  expect(await failure(() => get(url))).toMatchObject({ code: 'connection-failed' });
  expect(requests).toHaveLength(3);
});

const redirect = (to: string, status = 302): Answer => reply(status, '', { Location: to });

test('redirects within the origin are followed, up to three', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { url, requests } = await useServer(({ url }, index) =>
      index === 0 ? redirect('/b', status) : reply(200, url),
    );
    const answer = await get(url);
    expect(Buffer.from(answer.body).toString()).toBe('/b');
    expect(answer.url.href).toBe(`${url}/b`);
    expect(requests).toHaveLength(2);
  }
  const chain = await useServer((_, index) => (index < 3 ? redirect(`/${index}`) : reply(200, 'end')));
  expect((await get(chain.url)).body).toHaveLength(3);
  const loop = await useServer(() => redirect('/again'));
  expect(await failure(() => get(loop.url))).toMatchObject({
    code: 'redirect-refused',
    message: expect.stringMatching(/\/again redirects more than 3 times$/),
    hint: expect.stringContaining('if you trust it'),
  });
  expect(loop.requests).toHaveLength(4);
});

test.each<[string, RegistryErrorCode, RegExp]>([
  [
    'http://169.254.169.254/latest/meta-data',
    'redirect-refused',
    /redirects to http:\/\/169.254.169.254\/latest\/meta-data, which is not https$/,
  ],
  ['http://127.0.0.1:1/', 'redirect-refused', /which is not https$/],
  ['file:///etc/passwd', 'redirect-refused', /which is not https$/],
  ['https://user@example.org/', 'redirect-refused', /to an address with credentials in it$/],
  ['https://:password@example.org/', 'redirect-refused', /to an address with credentials in it$/],
  ['https://', 'redirect-refused', /to something that is no address$/],
  [
    'https://169.254.169.254/',
    'address-refused',
    /^'169.254.169.254' is 169.254.169.254, which is not a public address$/,
  ],
  ['https://[::ffff:10.0.0.1]/', 'address-refused', /not a public address$/],
  ['https://2130706433/', 'address-refused', /^'127.0.0.1'/],
  ['https://localhost:1/', 'address-refused', /^'localhost' is /],
])('a redirect to %s is %s', async (to, code, message) => {
  const { url, requests } = await useServer(() => redirect(to));
  expect(await failure(() => get(url))).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(requests).toHaveLength(1);
});

test('a redirect without an address is none', async () => {
  const { url } = await useServer(() => reply(302));
  expect((await failure(() => get(url))).message).toMatch(/redirects to something that is no address$/);
});

test('a redirect to a server that the user named for something else is not followed there', async () => {
  const other = await useServer(() => reply(200));
  const { url } = await useServer(() => redirect(`${other.url}/x`));
  expect((await failure(() => get(url))).code).toBe('redirect-refused');
  expect(other.requests).toHaveLength(0);
});

test('TLS certificates are checked against the authorities given', async () => {
  const certificates = makeCertificates(useScratch().join('tls'));
  if (certificates === undefined) throw new Error('the tests need openssl');
  const server: AnswerServer = await useServer(() => reply(200, 'ok'), certificates);
  expect((await get(server.url, { ca: certificates.ca })).body).toHaveLength(2);
  expect(await failure(() => get(server.url, { plainHttp: false }))).toMatchObject({
    code: 'certificate-refused',
    message: expect.stringMatching(/^the certificate is not accepted: /),
    hint: expect.stringContaining('always checked'),
  });
  expect(server.requests).toHaveLength(1);
});

test('what evidence names is not looked for on this machine or a private network', async () => {
  const connect = (name: string, options: Partial<RegistryOptions>) =>
    connectTo(parseReference(name), { named: false, limits: QUICK, ...options });
  expect(await failure(() => connect('127.0.0.1:5000/a', {}))).toMatchObject({
    code: 'address-refused',
    message: 'the registry 127.0.0.1:5000 is on this machine',
    hint: expect.stringContaining('name the registry yourself'),
  });
  expect(await failure(() => connect('localhost/a', { plainHttp: false }))).toMatchObject({ code: 'address-refused' });
  expect(await failure(() => connect('r.io/a', { named: true, plainHttp: true }))).toMatchObject({
    code: 'address-refused',
    message: 'the registry r.io is not on loopback',
    hint: 'plain http is spoken on loopback only',
  });
  const connection = connect('10.0.0.1/a', {});
  expect(connection.base.href).toBe('https://10.0.0.1/v2/a/');
  const question = { method: 'GET' as const, url: connection.base, accept: '*/*', maxBytes: 1 };
  expect(await failure(() => connection.get(question))).toMatchObject({ code: 'address-refused' });
});

test('the scheme is https, but on loopback', () => {
  const base = (name: string, options: Partial<RegistryOptions> = {}) =>
    connectTo(parseReference(name), { named: true, ...options }).base.href;
  expect(base('alpine')).toBe('https://registry-1.docker.io/v2/library/alpine/');
  expect(base('127.0.0.1:5000/a')).toBe('http://127.0.0.1:5000/v2/a/');
  expect(base('127.0.0.1:5000/a', { ca: 'x' })).toBe('https://127.0.0.1:5000/v2/a/');
  expect(base('127.0.0.1:5000/a', { plainHttp: false })).toBe('https://127.0.0.1:5000/v2/a/');
  expect(base('127.0.0.1:5000/a', { ca: 'x', plainHttp: true })).toBe('http://127.0.0.1:5000/v2/a/');
});
