import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Behaviour, SeenRequest } from './answer.ts';
import { bandLine, packfileHead } from './pkt-line.ts';

/** The POST that carries a `fetch` command, the one that a pack answers. */
export const isFetch = (request: SeenRequest): boolean =>
  request.method === 'POST' && !request.body.includes('command=ls-refs');

/** `answer` for every request. */
export const always =
  (answer: Answer): Behaviour =>
  () =>
    answer;

/** `behaviour` for the requests that a pack answers. */
export const onFetch =
  (behaviour: Behaviour | Answer): Behaviour =>
  (request, index) => {
    if (!isFetch(request)) return undefined;
    return typeof behaviour === 'function' ? behaviour(request, index) : behaviour;
  };

/** `answer` for the first `times` requests that it is asked about, then none. */
export const times = (count: number, answer: Answer): Behaviour => {
  let left = count;
  return () => (left-- > 0 ? answer : undefined);
};

/** The first of several behaviours that has an answer. */
export const firstOf =
  (...behaviours: readonly Behaviour[]): Behaviour =>
  (request, index) => {
    for (const behaviour of behaviours) {
      const answer = behaviour(request, index);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };

/** A redirect to a fixed URL, or to one made from the request's path and query. */
export const redirect =
  (target: string | ((url: string) => string | undefined), status: 301 | 302 | 303 | 307 | 308 = 301): Behaviour =>
  (request) => {
    const location = typeof target === 'string' ? target : target(request.url);
    return location === undefined ? undefined : { reply: { status, headers: { location } } };
  };

/** 401 unless the request carries these credentials. */
export const requireAuth = (secret: { user: string; password: string } | { token: string }): Behaviour => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const expected = 'token' in secret ? `Bearer ${secret.token}` : basic(`${secret.user}:${secret.password}`);
  const challenge = 'token' in secret ? 'Bearer realm="git"' : 'Basic realm="git"';
  const reply = { status: 401, headers: { 'www-authenticate': challenge }, body: 'who are you\n' };
  return (request) => (request.headers.authorization === expected ? undefined : { reply });
};

/** 429 so many times. A number is `Retry-After` in seconds, a date is written as HTTP does. */
export const tooManyRequests = (count: number, retryAfter?: number | Date): Behaviour => {
  const value = retryAfter instanceof Date ? retryAfter.toUTCString() : retryAfter;
  const headers: Record<string, string> = value === undefined ? {} : { 'retry-after': String(value) };
  return times(count, { reply: { status: 429, headers, body: 'slow down\n' } });
};

/** A server error so many times. */
export const serverError = (count: number, status = 503): Behaviour =>
  times(count, { reply: { status, body: 'out of order\n' } });

/** A page for people, as a captive portal or a sign-in wall gives it. */
export const htmlPage = (): Answer => ({
  reply: {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html><html><body>Please sign in</body></html>\n',
  },
});

/** The given bytes as a protocol v2 result, in place of git's. */
export const resultOf = (body: Uint8Array): Answer => ({
  reply: { status: 200, headers: { 'content-type': 'application/x-git-upload-pack-result' }, body },
});

async function* progressForEver(everyMs: number, text: string): AsyncGenerator<Uint8Array> {
  yield packfileHead();
  for (let i = 0; ; i++) {
    yield bandLine('progress', `${text} ${i}\r`);
    await sleep(everyMs);
  }
}

/** Side-band progress and never a pack, until client or server goes. */
export const endlessProgress = (everyMs = 5, text = 'counting'): Answer => ({
  reply: {
    status: 200,
    headers: { 'content-type': 'application/x-git-upload-pack-result' },
    body: progressForEver(everyMs, text),
  },
});
