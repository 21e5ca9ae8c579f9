import { expect, test } from 'vitest';
import { follow } from '../../src/registry/http/follow.ts';
import { HTTP_LIMITS } from '../../src/registry/limits.ts';
import { reply, useServer } from '../audit/collect/answer-server.ts';
import { makeCertificates } from '../support/tls.ts';
import { useScratch } from '../support/use-scratch.ts';

test('what authorizes goes to the first origin only: not to where it redirects, not on the way back', async () => {
  const certificates = makeCertificates(useScratch().join('tls'));
  if (certificates === undefined) throw new Error('the tests need openssl');
  const first = await useServer(
    ({ url }) => (url === '/back' ? reply(200, 'ok') : reply(307, '', { Location: storage.url })),
    certificates,
  );
  const storage: { url: string; requests: readonly { headers: Record<string, unknown> }[] } = await useServer(
    () => reply(307, '', { Location: `${first.url}/back` }),
    certificates,
  );
  const reached = await follow(
    { method: 'GET', url: new URL(`${first.url}/a`), accept: '*/*', authorization: 'Bearer t', maxBytes: 10 },
    {
      limits: HTTP_LIMITS,
      deadline: performance.now() + 5000,
      trustedOrigins: new Set([first.url, storage.url]),
      ca: certificates.ca,
    },
  );
  expect(reached.url.href).toBe(`${first.url}/back`);
  expect(first.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer t', undefined]);
  expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});
