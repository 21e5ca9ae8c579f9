import { expect, test } from 'vitest';
import { reply } from '../audit/collect/answer-server.ts';
import type { Answer } from '../support/answer.ts';
import { NAME, OCI_INDEX, OCI_MANIFEST, sha256, Shelf, useRegistry } from './fake-registry.ts';
import { failure } from './failure.ts';

const IMAGE = sha256('image');
const TAG = IMAGE.replace(':', '-');
const one = { mediaType: OCI_MANIFEST, digest: sha256('1'), size: 1 };
const two = { mediaType: OCI_MANIFEST, digest: sha256('2'), size: 2 };
const indexOf = (manifests: readonly object[]): string =>
  JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
const page = (manifests: readonly object[], link?: string): Answer =>
  reply(200, indexOf(manifests), { 'Content-Type': OCI_INDEX, ...(link === undefined ? {} : { Link: link }) });
const PATH = `/v2/${NAME}/referrers/${IMAGE}`;
const digests = ({ descriptors }: { descriptors: readonly { digest: string }[] }) =>
  descriptors.map(({ digest }) => digest);

test('the API is asked, page after page, each digest counted once', async () => {
  const { repository, requests } = await useRegistry(new Shelf(), (_, index) =>
    index === 0 ? page([one], `<${PATH}?n=2>; rel="next"`) : page([two, one]),
  );
  const found = await repository.referrers(IMAGE);
  expect(found.via).toBe('referrers');
  expect(digests(found)).toEqual([one.digest, two.digest]);
  expect(requests.map(({ url }) => url)).toEqual([PATH, `${PATH}?n=2`]);
  expect(requests[0]!.headers.accept).toBe(OCI_INDEX);
});

test.each<[string, Answer]>([
  ['404', reply(404)],
  ['400', reply(400)],
  ['405', reply(405)],
  ['a page of HTML', reply(200, '<html>', { 'Content-Type': 'text/html' })],
  ['JSON of another type', reply(200, indexOf([two]), { 'Content-Type': 'application/json' })],
  ['a manifest', reply(200, '{}', { 'Content-Type': OCI_MANIFEST })],
  ['an empty list', page([])],
])('where the API answers %s the tag stands in for it', async (_, answer) => {
  const shelf = new Shelf();
  shelf.index([one, one], TAG);
  const { repository, requests } = await useRegistry(shelf, ({ url }) => (url === PATH ? answer : undefined));
  const found = await repository.referrers(IMAGE);
  expect(found.via).toBe('tag');
  expect(digests(found)).toEqual([one.digest]);
  expect(requests.map(({ url }) => url)).toEqual([PATH, `/v2/${NAME}/manifests/${TAG}`]);
});

test('where there is neither, nothing refers to it; which of the two is said', async () => {
  const none = await useRegistry(new Shelf());
  expect(await none.repository.referrers(IMAGE)).toEqual({ via: undefined, descriptors: [] });
  const empty = await useRegistry(new Shelf(), ({ url }) => (url === PATH ? page([]) : undefined));
  expect(await empty.repository.referrers(IMAGE)).toEqual({ via: 'referrers', descriptors: [] });
});

test('a tag that holds no index is an error', async () => {
  const shelf = new Shelf();
  shelf.image({}, TAG);
  const { repository } = await useRegistry(shelf);
  expect(await failure(() => repository.referrers(IMAGE))).toMatchObject({
    code: 'bad-manifest',
    message: `the tag ${TAG} holds no index, so no list of referrers`,
  });
});

test.each([403, 503])(
  'a failure that says nothing of the API (%d) is one, and the tag is not asked',
  async (status) => {
    const { repository, requests } = await useRegistry(new Shelf(), () => reply(status));
    expect((await failure(() => repository.referrers(IMAGE))).exitCode).toBe(40);
    expect(requests.every(({ url }) => url === PATH)).toBe(true);
  },
);

test('a failure of the tag is one', async () => {
  const { repository } = await useRegistry(new Shelf(), ({ url }) => (url === PATH ? undefined : reply(403)));
  expect(await failure(() => repository.referrers(IMAGE))).toMatchObject({ code: 'access-denied' });
});

const next = (target: string): string => `<${target}>; rel="next"`;
test.each<[string, string, RegExp]>([
  ['to itself', next(PATH), /does not end after 1 pages$/],
  [
    'to another host',
    next(`http://127.0.0.1:1${PATH}?a`),
    /continues at http:\/\/127\.0\.0\.1:1.*, which is another list$/,
  ],
  ['to metadata', next('http://169.254.169.254/'), /which is another list$/],
  ['to another path', next('/v2/x/referrers/y'), /which is another list$/],
  ['to nothing', 'next', /has a Link header that is no link to a next page$/],
  ['to an address that is none', next('http://'), /has a Link header that is no link/],
  ['to what came before', `<${PATH}?b>; rel="prev"`, /has a Link header that is no link/],
])('a list that continues %s is refused', async (_, link, message) => {
  const { repository, requests } = await useRegistry(new Shelf(), () => page([one], link));
  expect(await failure(() => repository.referrers(IMAGE))).toMatchObject({
    code: 'bad-answer',
    exitCode: 30,
    message: expect.stringMatching(message),
  });
  expect(requests).toHaveLength(1);
});

test('a loop of two pages, and a list without an end, are left', async () => {
  const loop = await useRegistry(new Shelf(), ({ url }) => page([one], next(url === PATH ? `${PATH}?b` : PATH)));
  expect((await failure(() => loop.repository.referrers(IMAGE))).message).toMatch(/does not end after 2 pages$/);
  const endless = await useRegistry(new Shelf(), (_, index) => page([], next(`${PATH}?${index}`)));
  expect((await failure(() => endless.repository.referrers(IMAGE))).message).toMatch(/does not end after 32 pages$/);
  expect(endless.requests).toHaveLength(32);
  const long = await useRegistry(new Shelf(), (_, index) =>
    page([one], index < 31 ? `<${PATH}?${index}>;rel=next` : undefined),
  );
  expect(digests(await long.repository.referrers(IMAGE))).toEqual([one.digest]);
});

test('more than 1024 referrers are refused', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ ...one, digest: sha256(String(at)) }));
  const most = await useRegistry(new Shelf(), () => page(many(1024)));
  expect((await most.repository.referrers(IMAGE)).descriptors).toHaveLength(1024);
  const more = await useRegistry(new Shelf(), (_, index) =>
    index === 0 ? page(many(1024), next(`${PATH}?2`)) : page([one]),
  );
  expect(await failure(() => more.repository.referrers(IMAGE))).toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/lists more than 1024 referrers$/),
  });
});

test('a list that does not read is an error', async () => {
  const { repository } = await useRegistry(new Shelf(), () => reply(200, '{', { 'Content-Type': OCI_INDEX }));
  const error = await failure(() => repository.referrers(IMAGE));
  expect(error.code).toBe('bad-manifest');
  expect(error.message).toContain(`the referrers of ${IMAGE}`);
});
