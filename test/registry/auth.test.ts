import { expect, test } from 'vitest';
import { readChallenges } from '../../src/registry/auth/challenge.ts';
import { readRealm, trustedRealm } from '../../src/registry/auth/realm.ts';
import type { RegistryOptions } from '../../src/registry/connection.ts';
import { connectTo } from '../../src/registry/connection.ts';
import type { RegistryErrorCode } from '../../src/registry/errors.ts';
import { reply, useServer } from '../audit/collect/answer-server.ts';
import type { Answer } from '../support/answer.ts';
import { NAME, QUICK, referenceTo } from './fake-registry.ts';
import { failure } from './failure.ts';

const parsed = (header: string) =>
  readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test.each<[string, unknown[]]>([
  [
    'Bearer realm="https://a/t",service="s",scope="x:y:pull,push"',
    [['bearer', { realm: 'https://a/t', service: 's', scope: 'x:y:pull,push' }]],
  ],
  ['BEARER Realm = "a\\"b\\\\c" , service=plain', [['bearer', { realm: 'a"b\\c', service: 'plain' }]]],
  [' Basic realm="r" ', [['basic', { realm: 'r' }]]],
  ['Negotiate', [['negotiate', {}]]],
  ['Bearer ', [['bearer', {}]]],
  ['Bearer realm=""', [['bearer', { realm: '' }]]],
  [
    'Bearer realm="a", Basic realm="b"',
    [
      ['bearer', { realm: 'a' }],
      ['basic', { realm: 'b' }],
    ],
  ],
  [
    'Negotiate, Basic realm="b",Bearer realm="a, c"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'b' }],
      ['bearer', { realm: 'a, c' }],
    ],
  ],
  ['', []],
  [' ', []],
  ['"x"', []],
  ['Bearer realm="a" realm="b"', []],
  ['Bearer realm="a",REALM="b"', []],
  ['Basic realm="a", Bearer realm="b" realm="c"', []],
  ['Bearer realm="a', []],
  ['Bearer realm="a" ;x', []],
  ['Bearer;realm="a"', []],
])('the challenges of %j', (header, result) => {
  expect(parsed(header)).toEqual(result);
});

test('challenges have at most 4096 characters', () => {
  const header = (length: number): string => `Bearer r="${'x'.repeat(length - 11)}"`;
  expect(readChallenges(header(4096))[0]?.parameters.get('r')).toHaveLength(4085);
  expect(readChallenges(header(4097))).toEqual([]);
});

const PUBLIC = new URL('https://r.io/');
const LOCAL = new URL('http://127.0.0.1:5000/');
const PRIVATE = new URL('https://10.0.0.1/');

test.each<[string, URL, boolean]>([
  ['https://auth.r.io/token?x=1', PUBLIC, false],
  ['https://10.0.0.1/token', PUBLIC, false],
  ['http://127.0.0.1:6000/t', LOCAL, true],
  ['http://localhost/t', LOCAL, true],
  ['http://[::1]:1/t', LOCAL, true],
])('the realm %s is taken from %s', (text, registry, named) => {
  expect(readRealm(text, registry, named).href).toBe(new URL(text).href);
});

test.each<[string, URL, boolean, string]>([
  ['http://auth.r.io/token', PUBLIC, true, 'http://auth.r.io/token, which is not https'],
  ['http://127.0.0.1/token', PUBLIC, true, 'which is not https'],
  ['http://127.0.0.1/token', PRIVATE, true, 'which is not https'],
  ['http://10.0.0.1/token', LOCAL, true, 'which is not https'],
  ['http://127.0.0.1:5000/t', LOCAL, false, 'which is not https'],
  ['file:///etc/passwd', LOCAL, true, 'file:///etc/passwd, which is not https'],
  ['https://a:b@r.io/', PUBLIC, true, 'an address with credentials in it'],
  ['https://:b@r.io/', PUBLIC, true, 'an address with credentials in it'],
  ['', PUBLIC, true, "'', which is no address"],
  ['token', PUBLIC, true, "'token', which is no address"],
  [`https://r.io/${'x'.repeat(2036)}`, PUBLIC, true, 'which is no address'],
])('the realm %s is not taken from %s', async (text, registry, named, why) => {
  const error = await failure(() => readRealm(text, registry, named));
  expect(error).toMatchObject({ code: 'realm-refused', exitCode: 40, hint: expect.stringContaining('public https') });
  expect(error.message).toMatch(/^the registry sends for a token to /);
  expect(error.message).toContain(why);
});

test('a realm has at most 2048 characters', () => {
  expect(readRealm(`https://r.io/${'x'.repeat(2035)}`, PUBLIC, false).href).toHaveLength(2048);
});

test.each<[string, URL, boolean, boolean]>([
  ['https://10.0.0.1/t', PRIVATE, true, true],
  ['https://10.0.0.1/t', PRIVATE, false, false],
  ['https://10.0.0.2/t', PRIVATE, true, false],
  ['https://127.0.0.1/t', PRIVATE, true, false],
  ['https://10.0.0.1/t', LOCAL, true, false],
  ['https://127.0.0.2/t', LOCAL, true, true],
  ['https://127.0.0.2/t', LOCAL, false, false],
  ['http://[::1]/t', LOCAL, true, true],
])('whether the realm %s may be private for %s (named: %j): %j', (realm, registry, named, yes) => {
  expect(trustedRealm(new URL(realm), registry, named)).toBe(yes);
});

const get = (url: string, options: Partial<RegistryOptions> = {}) => {
  const connection = connectTo(referenceTo(url), { named: true, ...options, limits: { ...QUICK, ...options.limits } });
  const question = {
    method: 'GET' as const,
    url: new URL('manifests/x', connection.base),
    accept: '*/*',
    maxBytes: 100,
  };
  return { once: () => connection.get(question) };
};
const challenge = (header: string): Answer => reply(401, '', { 'WWW-Authenticate': header });
const json = (value: unknown): Answer => reply(200, JSON.stringify(value));

test('a token is fetched for pulling this repository, whatever the registry would like to be asked for', async () => {
  const tokens = await useServer(() => json({ token: 'abc.d-e_f~g+/==', expires_in: 60 }));
  const { url, requests } = await useServer(({ headers }) =>
    headers.authorization === 'Bearer abc.d-e_f~g+/=='
      ? reply(200, 'ok')
      : challenge(`Bearer realm="${tokens.url}/token?a=b",service="the service",scope="repository:${NAME}:push"`),
  );
  const { once } = get(url);
  expect((await once()).body).toHaveLength(2);
  expect((await once()).body).toHaveLength(2);
  expect(tokens.requests.map((request) => request.url)).toEqual([
    `/token?a=b&service=the+service&scope=repository%3Ateam%2Fapp%3Apull`,
  ]);
  expect(tokens.requests[0]!.headers).toMatchObject({ accept: 'application/json' });
  expect(tokens.requests[0]!.headers.authorization).toBeUndefined();
  // Once without, then with the token that is kept.
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    'Bearer abc.d-e_f~g+/==',
    'Bearer abc.d-e_f~g+/==',
  ]);
});

test('OAuth calls the token access_token; without a service none is sent; one that expired is renewed', async () => {
  const tokens = await useServer((_, index) => json({ access_token: `t${index}` }));
  let valid = 't0';
  const { url } = await useServer(({ headers }) =>
    headers.authorization === `Bearer ${valid}` ? reply(200, 'ok') : challenge(`Bearer realm="${tokens.url}/t"`),
  );
  const { once } = get(url);
  await once();
  valid = 't1';
  await once();
  expect(tokens.requests.map((request) => request.url)).toEqual(
    Array(2).fill('/t?scope=repository%3Ateam%2Fapp%3Apull'),
  );
});

test('a token that does not help is not asked for twice', async () => {
  const tokens = await useServer(() => json({ token: 't' }));
  const { url, requests } = await useServer(() => challenge(`Bearer realm="${tokens.url}/t"`));
  expect(await failure(get(url).once)).toMatchObject({
    code: 'access-denied',
    message: `${url}/v2/${NAME}/manifests/x answers with status 401`,
    hint: 'the image is private or does not exist',
  });
  expect(requests).toHaveLength(2);
  expect(tokens.requests).toHaveLength(1);
});

test.each<[string, RegistryErrorCode, RegExp]>([
  [
    'Bearer realm="http://169.254.169.254/t"',
    'realm-refused',
    /^the registry sends for a token to http:\/\/169.254.169.254\/t, which is not https$/,
  ],
  ['Bearer realm="https://169.254.169.254/t"', 'address-refused', /not a public address$/],
  ['Bearer realm="https://192.168.0.1/t"', 'address-refused', /not a public address$/],
  ['Bearer service="s"', 'realm-refused', /'', which is no address$/],
  ['Negotiate', 'auth-unsupported', /asks for no known way to authenticate$/],
  ['Bearer realm="x', 'auth-unsupported', /asks for no known way to authenticate$/],
  ['Basic realm="r"', 'access-denied', /asks for a user and a password$/],
])('the challenge %s leads nowhere', async (header, code, message) => {
  const { url, requests } = await useServer(() => challenge(header));
  const error = await failure(get(url).once);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/./) });
  expect(requests).toHaveLength(1);
});

test('a 401 without a challenge leads nowhere', async () => {
  const { url } = await useServer(() => reply(401));
  expect(await failure(get(url).once)).toMatchObject({
    code: 'auth-unsupported',
    exitCode: 20,
    hint: 'Bearer tokens and Basic are known',
  });
});

test.each<[string, Answer, RegistryErrorCode, RegExp]>([
  ['refuses', reply(403), 'access-denied', /\/t gives no token: status 403$/],
  ['says that it is busy', reply(503), 'server-busy', /status 503$/],
  ['sends no JSON', reply(200, 'x'), 'bad-answer', /the answer of http.*\/t/],
  ['sends no object', json([]), 'bad-answer', /an array, not an object/],
  ['sends no token', json({}), 'bad-answer', /: access_token is missing$/],
  ['sends a number', json({ token: 5 }), 'bad-answer', /: token is of type number, not a string$/],
  ['sends a header', json({ token: 'a\r\nX: y' }), 'bad-answer', /holds no token that a header can carry$/],
  ['sends an empty one', json({ token: '' }), 'bad-answer', /holds no token/],
  ['sends a long one', json({ token: 'x'.repeat(16 * 1024 + 1) }), 'bad-answer', /holds no token/],
  ['sends very much', reply(200, 'x'.repeat(64 * 1024 + 1)), 'too-large', /sends more than 65536 bytes$/],
])('a token server that %s', async (_, answer, code, message) => {
  const tokens = await useServer(() => answer);
  const { url } = await useServer(() => challenge(`Bearer realm="${tokens.url}/t"`));
  expect(await failure(get(url).once)).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('the longest token is sent', async () => {
  const token = 'x'.repeat(16 * 1024 - 200);
  const tokens = await useServer(() => json({ token }));
  const { url } = await useServer(({ headers }) =>
    headers.authorization === undefined ? challenge(`Bearer realm="${tokens.url}/t"`) : reply(431),
  );
  // Node's own server takes 16 KiB of headers.
  expect(await failure(get(url).once)).toMatchObject({ code: 'server-refused' });
});

const credentials = { user: 'me', password: 'päss' };
const BASIC = `Basic ${Buffer.from('me:päss').toString('base64')}`;

test('credentials go to the registry and its own token server, and to no other', async () => {
  const plain = await useServer(({ headers }) =>
    headers.authorization === BASIC ? reply(200, 'ok') : challenge('Basic realm="r"'),
  );
  expect((await get(plain.url, { credentials }).once()).body).toHaveLength(2);
  expect(plain.requests[0]!.headers.authorization).toBeUndefined();

  const own = await useServer(({ url, headers }) => {
    if (url.startsWith('/t?')) return json({ token: headers.authorization === BASIC ? 'good' : 'bad' });
    return headers.authorization === 'Bearer good'
      ? reply(200, 'ok')
      : challenge(`Bearer realm="http://${headers.host}/t"`);
  });
  expect((await get(own.url, { credentials }).once()).body).toHaveLength(2);

  const elsewhere = await useServer(() => json({ token: 't' }));
  const registry = await useServer(({ headers }) =>
    headers.authorization === 'Bearer t' ? reply(200, 'ok') : challenge(`Bearer realm="${elsewhere.url}/t"`),
  );
  await get(registry.url, { credentials }).once();
  expect(elsewhere.requests[0]!.headers.authorization).toBeUndefined();
});

test('a token stays at the origin it is for, and does not come back by a detour', async () => {
  const tokens = await useServer(() => json({ token: 't' }));
  const { url, requests } = await useServer(({ url, headers }) => {
    if (headers.authorization === undefined) return challenge(`Bearer realm="${tokens.url}/t"`);
    return url === '/blob' ? reply(200, 'ok') : reply(307, '', { Location: '/blob' });
  });
  await get(url).once();
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer t', 'Bearer t']);
});

test('of several challenges the one for a token counts, wherever it stands', async () => {
  const tokens = await useServer(() => json({ token: 't' }));
  const { url } = await useServer(({ headers }) =>
    headers.authorization === 'Bearer t'
      ? reply(200, 'ok')
      : challenge(`Basic realm="r", Bearer realm="${tokens.url}/t"`),
  );
  expect((await get(url, { credentials }).once()).body).toHaveLength(2);
});
