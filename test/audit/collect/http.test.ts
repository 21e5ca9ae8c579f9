import { expect, test } from 'vitest';
import { CollectError, type CollectErrorCode } from '../../../src/audit/collect/errors.ts';
import { httpGet, type HttpOptions } from '../../../src/audit/collect/http-get.ts';
import { HTTP_LIMITS, type HttpLimits } from '../../../src/audit/collect/limits.ts';
import { makeCertificates } from '../../support/tls.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { reply, useServer } from './answer-server.ts';

/** Limits at which a test is quick. */
const QUICK: Partial<HttpLimits> = { backoffMs: 2, connectMs: 2000, idleMs: 2000, totalMs: 4000 };

const get = (url: string, options: Partial<HttpOptions> = {}) =>
  httpGet(new URL(url), { maxBytes: 1000, named: true, ...options, limits: { ...QUICK, ...options.limits } });

const failure = async (promise: Promise<unknown>): Promise<CollectError> => {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof CollectError) return error;
  throw error;
};

test('the body of a 200 comes back with its headers and where it came from', async () => {
  const { url, requests } = await useServer(() => reply(200, 'body', { 'X-One': '1' }));
  const answer = await get(`${url}/a?b=c`);
  expect(Buffer.from(answer.body).toString()).toBe('body');
  expect(answer.headers['x-one']).toBe('1');
  expect(answer.url.href).toBe(`${url}/a?b=c`);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'GET', url: '/a?b=c' });
  expect(requests[0]!.headers).toMatchObject({ accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'twl' });
  expect(Object.keys(requests[0]!.headers)).not.toContain('authorization');
});

test.each<[number, CollectErrorCode, string, number]>([
  [404, 'not-found', 'nothing is there', 1],
  [410, 'not-found', 'nothing is there', 1],
  [400, 'server-refused', 'check the address', 1],
  [401, 'server-refused', 'check the address', 1],
  [201, 'server-refused', 'check the address', 1],
  [304, 'server-refused', 'check the address', 1],
  [499, 'server-refused', 'check the address', 1],
  [408, 'server-busy', 'try again later', 3],
  [425, 'server-busy', 'try again later', 3],
  [429, 'server-busy', 'try again later', 3],
  [500, 'server-busy', 'try again later', 3],
  [599, 'server-busy', 'try again later', 3],
  [600, 'server-refused', 'check the address', 1],
])('status %d is %s', async (status, code, hint, tries) => {
  const { url, requests } = await useServer(() => reply(status, 'x'));
  const error = await failure(get(`${url}/p?secret=1`, { limits: { attempts: 3 } }));
  expect(error).toMatchObject({ code, exitCode: 40, message: `${url}/p answers with status ${status}` });
  expect(error.hint).toContain(hint);
  expect(requests).toHaveLength(tries);
});

test('a busy server is asked again and may then answer', async () => {
  const { url, requests } = await useServer((_, index) => (index < 2 ? reply([503, 429][index]!) : reply(200, 'ok')));
  expect((await get(url)).body).toHaveLength(2);
  expect(requests).toHaveLength(3);
});

test('a connection that is cut is tried again, before the head and in the body', async () => {
  const { url, requests } = await useServer((_, index) =>
    index === 0 ? { ...reply(200, 'whole'), cutAfter: 2 } : reply(200, 'whole'),
  );
  expect(Buffer.from((await get(url)).body).toString()).toBe('whole');
  expect(requests).toHaveLength(2);
});

test('a connection that is always cut ends as such', async () => {
  const { url, requests } = await useServer(() => ({ ...reply(200, 'whole'), cutAfter: 2 }));
  const error = await failure(get(url, { limits: { attempts: 2 } }));
  expect(error).toMatchObject({
    code: 'connection-failed',
    exitCode: 40,
    hint: 'try again; the server ended the connection',
  });
  expect(requests).toHaveLength(2);
});

test('nobody there is no connection', async () => {
  const error = await failure(get('http://127.0.0.1:1/', { limits: { attempts: 1 } }));
  expect(error).toMatchObject({
    code: 'connection-failed',
    hint: 'check the address, the name service and the network',
  });
  expect(error.message).toContain('http://127.0.0.1:1/');
});

test('Retry-After is waited for, up to the limit and never past the deadline', async () => {
  const { url, requests } = await useServer((_, index) =>
    index === 0 ? reply(429, '', { 'Retry-After': '1' }) : reply(200),
  );
  const before = performance.now();
  await get(url);
  expect(performance.now() - before).toBeGreaterThan(990);
  expect(requests).toHaveLength(2);
});

test.each([
  ['longer than we wait for', { retryAfterMs: 999 }],
  ['past the deadline', { totalMs: 900 }],
])('a Retry-After %s ends it at once', async (_, limits) => {
  const { url, requests } = await useServer(() => reply(503, '', { 'Retry-After': '1' }));
  const before = performance.now();
  expect(await failure(get(url, { limits }))).toMatchObject({ code: 'server-busy', retryAfterMs: 1000 });
  expect(performance.now() - before).toBeLessThan(800);
  expect(requests).toHaveLength(1);
});

test('pauses double', async () => {
  const { url } = await useServer(() => reply(500));
  const before = performance.now();
  await failure(get(url, { limits: { attempts: 4, backoffMs: 40 } }));
  const took = performance.now() - before;
  // Between half and all of 40 + 80 + 160.
  expect(took).toBeGreaterThan(135);
  expect(took).toBeLessThan(1000);
});

test.each([
  [10, 10, undefined],
  [11, 10, 'too-large'],
])('a body of %d bytes at a bound of %d', async (size, maxBytes, code) => {
  const whole = await useServer(() => reply(200, 'x'.repeat(size), { 'Content-Length': String(size) }));
  const chunked = await useServer(() => reply(200, 'x'.repeat(size)));
  for (const { url, requests } of [whole, chunked]) {
    const outcome = await get(url, { maxBytes }).catch((error: unknown) => error);
    if (code === undefined) {
      expect(outcome).toMatchObject({ body: expect.objectContaining({ length: size }) });
    } else {
      expect(outcome).toMatchObject({ code, exitCode: 30, message: `${url}/ sends more than 10 bytes` });
      expect((outcome as CollectError).hint).toContain('the address that was meant');
    }
    expect(requests).toHaveLength(1);
  }
});

test('an endless body ends at the bound', async () => {
  async function* endless() {
    for (;;) yield Buffer.alloc(100_000);
  }
  const { url, requests } = await useServer(() => ({ reply: { status: 200, body: endless() } }));
  expect(await failure(get(url, { maxBytes: 1_000_000 }))).toMatchObject({ code: 'too-large' });
  expect(requests[0]!.responseBytes).toBeLessThan(50_000_000);
});

test('what comes compressed is refused', async () => {
  const { url } = await useServer(() => reply(200, 'x', { 'Content-Encoding': 'gzip' }));
  const error = await failure(get(url));
  expect(error).toMatchObject({ code: 'bad-answer', exitCode: 30 });
  expect(error.message).toBe(`${url}/ compresses its answer although it was asked not to`);
  const identity = await useServer(() => reply(200, 'x', { 'Content-Encoding': 'identity' }));
  expect((await get(identity.url)).body).toHaveLength(1);
});

test('a server that says nothing, or drips, ends in time and is not asked again', async () => {
  const silent = await useServer(() => ({ hang: true }));
  const idle = await failure(get(silent.url, { limits: { idleMs: 100 } }));
  expect(idle).toMatchObject({ code: 'timed-out', exitCode: 40 });
  expect(idle.message).toContain('waiting for data took longer than 100 ms');
  expect(idle.hint).toContain('reachable from here');
  expect(silent.requests).toHaveLength(1);
  const dripping = await useServer(() => ({ ...reply(200, 'x'.repeat(1000)), drip: { bytes: 1, everyMs: 20 } }));
  const before = performance.now();
  const total = await failure(get(dripping.url, { limits: { idleMs: 200, totalMs: 300 } }));
  expect(total).toMatchObject({ code: 'timed-out' });
  expect(total.message).toContain('300 ms');
  expect(performance.now() - before).toBeLessThan(2000);
});

test('a deadline that several requests share is kept', async () => {
  const { url, requests } = await useServer(() => reply(200));
  expect(await failure(get(url, { deadline: performance.now() - 1 }))).toMatchObject({ code: 'timed-out' });
  expect(requests).toHaveLength(0);
});

test('redirects on the same origin are followed, so many and no more', async () => {
  const { url, requests } = await useServer(({ url: path }) => {
    const left = Number(path.slice(1));
    return left === 0 ? reply(200, 'end') : reply([301, 302, 303, 307, 308][left]!, '', { Location: `/${left - 1}` });
  });
  const answer = await get(`${url}/3`, { limits: { redirects: 3 } });
  expect(answer.url.href).toBe(`${url}/0`);
  expect(requests).toHaveLength(4);
  const error = await failure(get(`${url}/4`, { limits: { redirects: 3 } }));
  expect(error).toMatchObject({
    code: 'redirect-refused',
    exitCode: 40,
    message: `${url}/1 redirects more than 3 times`,
  });
  expect(error.hint).toContain('if you trust it');
  expect(HTTP_LIMITS.redirects).toBe(3);
});

test.each<[string, CollectErrorCode, string]>([
  ['http://127.0.0.1:1/', 'redirect-refused', 'redirects to http://127.0.0.1:1/, which is not https'],
  ['http://example.org/', 'redirect-refused', 'redirects to http://example.org/, which is not https'],
  ['file:///etc/passwd', 'redirect-refused', 'redirects to file:///etc/passwd, which is not https'],
  ['https://user@example.org/', 'redirect-refused', 'redirects to an address with credentials in it'],
  ['https://:pw@example.org/', 'redirect-refused', 'redirects to an address with credentials in it'],
  ['https://', 'redirect-refused', 'redirects to something that is no address'],
  ['https://127.0.0.1:1/', 'address-refused', 'not a public address'],
  ['https://10.0.0.1/', 'address-refused', 'not a public address'],
  ['https://192.168.1.1/', 'address-refused', 'not a public address'],
  ['https://169.254.169.254/latest/meta-data', 'address-refused', 'not a public address'],
  ['https://[::1]/', 'address-refused', 'not a public address'],
  ['https://[fe80::1]/', 'address-refused', 'not a public address'],
  ['https://[::ffff:10.0.0.1]/', 'address-refused', 'not a public address'],
  ['https://2130706433/', 'address-refused', 'not a public address'],
  ['https://localhost:1/', 'address-refused', 'not a public address'],
])('a redirect to %s is not followed', async (location, code, message) => {
  const { url, requests } = await useServer(() => reply(302, '', { Location: location }));
  const error = await failure(get(url));
  expect(error).toMatchObject({ code, exitCode: 40 });
  expect(error.message).toContain(message);
  expect(requests).toHaveLength(1);
});

test('a redirect without an address is not followed', async () => {
  const { url } = await useServer(() => reply(302));
  expect((await failure(get(url))).message).toBe(`${url}/ redirects to something that is no address`);
});

test('a private address that nobody named is not asked', async () => {
  const { url, requests } = await useServer(() => reply(200));
  const error = await failure(get(url, { named: false }));
  expect(error).toMatchObject({ code: 'address-refused', exitCode: 40 });
  expect(error.hint).toContain('name the final address yourself');
  expect(requests).toHaveLength(0);
});

test('over TLS the certificate is verified', async ({ skip }) => {
  const certificates = makeCertificates(useScratch().join('tls'));
  if (certificates === undefined) return skip('no openssl here');
  const server = await useServer(() => reply(200, 'secret'), certificates);
  expect(Buffer.from((await get(server.url, { ca: certificates.ca })).body).toString()).toBe('secret');
  const error = await failure(get(server.url));
  expect(error).toMatchObject({ code: 'certificate-refused', exitCode: 40 });
  expect(error.hint).toContain('always checked');
  expect(server.requests).toHaveLength(1);
  const downgrade = await useServer(
    () => reply(302, '', { Location: server.url.replace('https:', 'http:') }),
    certificates,
  );
  expect(await failure(get(downgrade.url, { ca: certificates.ca }))).toMatchObject({ code: 'redirect-refused' });
});
