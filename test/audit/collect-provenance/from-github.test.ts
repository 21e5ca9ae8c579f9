import { expect, test } from 'vitest';
import type { ProvenanceDocument } from '../../../src/audit/collect/provenance/document.ts';
import { fromGithub, GITHUB_API } from '../../../src/audit/collect/provenance/from-github.ts';
import { sha256 } from '../../registry/fake-registry.ts';
import type { Answer } from '../../support/answer.ts';
import { reply, useServer } from '../collect/answer-server.ts';
import { failure } from './failure.ts';
import { pack } from './snappy-writer.ts';

const IMAGE = sha256('image');
const PATH = `/repos/acme/app.x/attestations/${IMAGE}`;
const LIMITS = { backoffMs: 1, attempts: 2, idleMs: 2000, totalMs: 4000, connectMs: 2000 };
const BUNDLE = { mediaType: 'a/b', ä: '"' };

const ask = (api: string, repository = 'acme/app.x', digest = IMAGE) =>
  fromGithub(repository, digest, { api, limits: LIMITS });
const page = (attestations: unknown, link?: string): Answer =>
  reply(200, JSON.stringify({ attestations }), link === undefined ? {} : { Link: link });
const shown = (document: ProvenanceDocument) => {
  if (document.kind === 'bundle') return [document.origin, JSON.parse(Buffer.from(document.bytes).toString('utf8'))];
  if (document.kind === 'unavailable') return [document.origin, document.error.code, document.error.message];
  return [document.kind];
};
const ORIGIN = "GitHub's attestations of acme/app.x";

test('bundles come from the answer, and from where it says that they are, packed or plain; no token is sent', async () => {
  const server: Awaited<ReturnType<typeof useServer>> = await useServer(({ url }) => {
    if (url === '/packed?sig=1')
      return reply(200, pack(Buffer.from(JSON.stringify({ packed: 1 }))), { 'Content-Type': 'application/x-snappy' });
    if (url === '/plain') return reply(200, JSON.stringify({ plain: 1 }), { 'Content-Type': 'application/x-snappy' });
    return page([
      { repository_id: 1, bundle: BUNDLE, bundle_url: 'https://169.254.169.254/' },
      { bundle: null, bundle_url: `${server.url}/packed?sig=1` },
      { bundle_url: `${server.url}/plain` },
    ]);
  });
  const found = await ask(server.url);
  expect(found.map(shown)).toEqual([
    [`${ORIGIN}, number 1`, BUNDLE],
    [`${ORIGIN}, number 2`, { packed: 1 }],
    [`${ORIGIN}, number 3`, { plain: 1 }],
  ]);
  expect(server.requests.map(({ url }) => url)).toEqual([`${PATH}?per_page=100`, '/packed?sig=1', '/plain']);
  expect(server.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test('the API may be below a path, as on an instance of one’s own', async () => {
  const { url, requests } = await useServer(() => page([]));
  expect(await ask(`${url}/api/v3/`)).toEqual([]);
  expect(requests[0]!.url).toBe(`/api/v3${PATH}?per_page=100`);
  expect(await ask(`${url}?a=b`)).toEqual([]);
  expect(requests[1]!.url).toBe(`${PATH}?per_page=100`);
  expect(GITHUB_API).toBe('https://api.github.com');
});

test('a second page is asked for by its cursor, at our own address; there are no more than two', async () => {
  const link = (after: string): string =>
    `<https://169.254.169.254/x?after=${after}&per_page=1>; rel="next", <https://a/>; rel="prev"`;
  const two = await useServer((_, index) =>
    index === 0
      ? page([{ bundle: BUNDLE }], link('c%3D1'))
      : page([{ bundle: { ...BUNDLE, second: 1 } }], '<https://a/?after=1>; rel="prev"'),
  );
  expect((await ask(two.url)).map(({ origin }) => origin)).toEqual([`${ORIGIN}, number 1`, `${ORIGIN}, number 2`]);
  expect(two.requests.map(({ url }) => url)).toEqual([`${PATH}?per_page=100`, `${PATH}?per_page=100&after=c%3D1`]);
  const endless = await useServer((_, index) => page([{ bundle: { index } }], link(String(index))));
  const found = await ask(endless.url);
  expect(endless.requests).toHaveLength(2);
  expect(found).toHaveLength(3);
  expect(shown(found[2]!)).toEqual([
    ORIGIN,
    'too-large',
    'there are more than 2 pages of attestations; these are looked at',
  ]);
});

test.each<[string, unknown, string, RegExp]>([
  ['no object', 5, 'bad-answer', /number 1 is of type number, not an object$/],
  ['neither bundle nor place', { bundle: null }, 'bad-answer', /number 1 has neither a bundle nor a place of it$/],
  ['a place that is null', { bundle_url: null }, 'bad-answer', /number 1 has neither a bundle nor a place of it$/],
  ['a place that is no text', { bundle_url: 5 }, 'bad-answer', /number 1: bundle_url is of type number, not a string$/],
  [
    'a local path',
    { bundle_url: 'file:///etc/passwd' },
    'bad-answer',
    /number 1 names a place that is not fetched from: file:\/\/\/etc\/passwd is not https$/,
  ],
  [
    'a path',
    { bundle_url: '/etc/passwd' },
    'bad-answer',
    /number 1 names a place that is not fetched from: \/etc\/passwd is not a URL$/,
  ],
  ['http', { bundle_url: 'http://example.org/' }, 'bad-answer', /is http and not on loopback$/],
  [
    'http on loopback',
    { bundle_url: 'http://127.0.0.1:1/' },
    'address-refused',
    /^the bundle is at http:\/\/127\.0\.0\.1:1, which is not https$/,
  ],
  ['https on loopback', { bundle_url: 'https://127.0.0.1:1/' }, 'address-refused', /not a public address/],
  ['a link-local address', { bundle_url: 'https://169.254.169.254/latest' }, 'address-refused', /not a public address/],
  ['a private address', { bundle_url: 'https://[fd00::1]/' }, 'address-refused', /not a public address/],
  ['credentials', { bundle_url: 'https://a:b@example.org/' }, 'bad-answer', /is given with credentials$/],
])('an attestation with %s is unavailable, and does not hide the next', async (_, item, code, message) => {
  const { url, requests } = await useServer(() => page([item, { bundle: BUNDLE }]));
  const [first, second] = await ask(url);
  expect(first).toMatchObject({
    kind: 'unavailable',
    origin: `${ORIGIN}, number 1`,
    error: { code, message: expect.stringMatching(message) },
  });
  expect(second).toMatchObject({ kind: 'bundle' });
  expect(requests).toHaveLength(1);
});

test('a place that gives nothing, or what does not unpack, is said', async () => {
  const server: Awaited<ReturnType<typeof useServer>> = await useServer(({ url }) => {
    if (url === '/bad') return reply(200, Buffer.of(3, 8, 97));
    return url === '/none'
      ? reply(403)
      : page([{ bundle_url: `${server.url}/bad` }, { bundle_url: `${server.url}/none` }]);
  });
  expect((await ask(server.url)).map(shown)).toEqual([
    [`${ORIGIN}, number 1`, 'bad-answer', 'the snappy block ends in the middle'],
    [`${ORIGIN}, number 2`, 'server-refused', `${server.url}/none answers with status 403`],
  ]);
});

test.each<[string, Answer, string, RegExp]>([
  ['404', reply(404), 'not-found', /status 404$/],
  ['401', reply(401), 'server-refused', /status 401$/],
  ['no JSON', reply(200, 'x'), 'bad-answer', /the answer of http:\/\/127\.0\.0\.1:\d+\/repos\/acme/],
  ['no object', reply(200, '[]'), 'bad-answer', /is an array, not an object$/],
  ['no list', reply(200, '{}'), 'bad-answer', /: attestations is missing$/],
  [
    'too long a page',
    page(Array(101).fill({ bundle: BUNDLE })),
    'bad-answer',
    /has 101 attestations, more than the 100 of a page$/,
  ],
  [
    'a next page without a cursor',
    page([], '<https://a/?before=1>; rel="next"'),
    'bad-answer',
    /has a next page without a cursor$/,
  ],
  [
    'a next page that is no address',
    page([], '<https://>; rel="next"'),
    'bad-answer',
    /has a next page without a cursor$/,
  ],
])('an API that answers %s gives that reason', async (_, answer, code, message) => {
  const { url } = await useServer(() => answer);
  const found = await ask(url);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    kind: 'unavailable',
    origin: ORIGIN,
    error: { code, message: expect.stringMatching(message) },
  });
});

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ bundle: { at: from + at } }));

test('a page of a hundred is read, and of more as many', async () => {
  const { url } = await useServer(() => page(numbered(0, 100)));
  expect(await ask(url)).toHaveLength(100);
  const two = await useServer((_, index) =>
    index === 0 ? page(numbered(0, 99), '<https://a/?after=1>; rel="next"') : page(numbered(99, 3)),
  );
  const found = (await ask(two.url)).map(shown);
  expect(found).toHaveLength(101);
  expect(found[99]).toEqual([`${ORIGIN}, number 100`, { at: 99 }]);
  expect(found[100]).toEqual([ORIGIN, 'too-large', '2 more are left out: 100 documents and 32 MiB are looked at']);
});

test('the same bundle counts once, and what lies behind the last is not fetched', async () => {
  const twice = await useServer(() => page([...Array(100).fill({ bundle: BUNDLE })]));
  expect((await ask(twice.url)).map(shown)).toEqual([[`${ORIGIN}, number 1`, BUNDLE]]);
  const server: Awaited<ReturnType<typeof useServer>> = await useServer(({ url: at }) => {
    if (at.startsWith('/large')) return reply(200, JSON.stringify({ at, x: 'x'.repeat(12 * 1024 * 1024) }));
    return page([1, 2, 3, 4].map((n) => ({ bundle_url: `${server.url}/large${n}` })));
  });
  const found = await ask(server.url);
  expect(found.map(({ kind }) => kind)).toEqual(['bundle', 'bundle', 'unavailable']);
  expect(found[2]).toMatchObject({
    error: { message: '2 more are left out: 100 documents and 32 MiB are looked at' },
  });
  expect(server.requests.map(({ url }) => url).slice(1)).toEqual(['/large1', '/large2', '/large3']);
});

test('all that is fetched has one deadline', async () => {
  const server: Awaited<ReturnType<typeof useServer>> = await useServer(({ url }) =>
    url === '/slow' ? { hang: true } : page(Array(5).fill({ bundle_url: `${server.url}/slow` })),
  );
  const start = performance.now();
  const found = await fromGithub('acme/app.x', IMAGE, { api: server.url, limits: { ...LIMITS, totalMs: 300 } });
  expect(performance.now() - start).toBeLessThan(1500);
  expect(found.map((one) => one.kind === 'unavailable' && one.error.code)).toEqual(Array(5).fill('timed-out'));
});

test.each([
  '',
  'acme',
  'acme/',
  '/app',
  'acme/app/x',
  'acme/..',
  'acme/.',
  'ac me/app',
  '-a/b',
  'a_b/c',
  `${'a'.repeat(40)}/b`,
  `a/${'b'.repeat(101)}`,
  'a/b?c',
  'a/b\n',
])('%j is no repository of GitHub, and nothing is asked', async (repository) => {
  const { url, requests } = await useServer(() => page([]));
  const error = await failure(() => ask(url, repository));
  expect(error).toMatchObject({ code: 'unsupported-target', exitCode: 2, hint: 'write owner/name' });
  expect(error.message).toMatch(/^'.*' is no repository of GitHub$/);
  expect(requests).toHaveLength(0);
});

test('names of the longest kind are taken', async () => {
  const { url } = await useServer(() => page([]));
  expect(await ask(url, `${'a'.repeat(39)}/${'b'.repeat(100)}`)).toEqual([]);
  expect(await ask(url, 'A-1/...')).toEqual([]);
});

test('what is no digest is not asked for, nor an API that is no address', async () => {
  const { url, requests } = await useServer(() => page([]));
  expect(await failure(() => ask(url, 'a/b', 'sha256:../x' as never))).toMatchObject({
    code: 'unsupported-target',
    message: "'sha256:../x' is no digest",
  });
  expect(await failure(() => ask('http://example.org'))).toMatchObject({ code: 'unsupported-target' });
  expect(requests).toHaveLength(0);
});
