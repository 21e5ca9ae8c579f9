import { describe, expect, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { errorResponse, packfileResponse } from '../support/pkt-line.ts';
import { expectFailure, expectRan, useStand } from './support.ts';

const stand = useStand();

test('an honest server: one request, the pinned bytes run', async () => {
  const launched = await stand.launch();
  expectRan(launched);
  expect(stand.server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /r.git/git-upload-pack']);
});

describe('answers that no git server gives', () => {
  test('a page for people with status 200', async () => {
    stand.server.behave(behave.always(behave.htmlPage()));
    const launched = await stand.launch();
    expectFailure(launched, 'protocol-malformed', 30);
    expect(launched.error).toContain('text/html');
    expect(launched.hint).toContain('web page');
  });

  test('404: no repository, said with what to do', async () => {
    const launched = await stand.launch({ REPO_URL: `${stand.server.url}/absent.git` });
    expectFailure(launched, 'repository-not-found', 40);
    expect(launched.hint).toContain('REPO_URL');
  });

  test.each([
    ['no packet', Buffer.from('hello'), 'protocol-malformed'],
    ['a packet of length 3', Buffer.from('0003'), 'protocol-malformed'],
    ['a packet that is too long', Buffer.from(`fff1${'x'.repeat(65_533)}`), 'protocol-malformed'],
    ['an unknown section', Buffer.from('000bsecret\n0000'), 'protocol-malformed'],
    ['nothing', Buffer.alloc(0), 'protocol-malformed'],
    ['no end', packfileResponse(Buffer.alloc(0), { unfinished: true }), 'connection-cut'],
    ['an empty pack', packfileResponse(Buffer.alloc(0)), 'pack-malformed'],
    [
      'a packet behind the end',
      Buffer.concat([packfileResponse(Buffer.alloc(0)), Buffer.from('0006a\n')]),
      'protocol-malformed',
    ],
    ['an unknown band', Buffer.from('000dpackfile\n0006\x07x0000'), 'protocol-malformed'],
    ['an error on the side band', packfileResponse(Buffer.alloc(0), { error: 'out of memory' }), 'server-refused'],
    ['an error packet', errorResponse('upload-pack: not our ref'), 'commit-not-served'],
  ])('%s', async (_, body, code) => {
    stand.server.behave(behave.onFetch(behave.resultOf(body)));
    const launched = await stand.launch();
    expect(launched.errorCode, launched.stderr).toBe(code);
    expect(launched.stdout).toBe('');
  });

  test('what the server says is shown without its control characters', async () => {
    stand.server.behave(behave.onFetch(behave.resultOf(errorResponse('evil \x1b[2J\u202e text'))));
    const launched = await stand.launch({}, { env: { LOG_FORMAT: 'text' } });
    expect(launched.code).toBe(40);
    expect(launched.stderr).toContain('evil \\x1b[2J\\u{202e} text');
    expect(launched.stderr).not.toMatch(/\x1b|\u202e/);
  });

  test('a compressed answer is refused: the limits count what arrives', async () => {
    const headers = { 'content-type': 'application/x-git-upload-pack-result', 'content-encoding': 'gzip' };
    stand.server.behave(behave.always({ reply: { status: 200, headers, body: 'x' } }));
    expectFailure(await stand.launch(), 'protocol-malformed', 30);
  });
});

describe('trying again', () => {
  test('5xx, then success', async () => {
    stand.server.behave(behave.serverError(2, 503));
    const launched = await stand.launch({}, { env: { TWL_LIMIT_ATTEMPTS: '3' } });
    expectRan(launched);
    expect(stand.server.requests).toHaveLength(3);
    expect(launched.warnings).toHaveLength(2);
    expect(launched.warnings[0]).toContain('trying again in');
  });

  test('5xx for ever ends after ATTEMPTS', async () => {
    stand.server.behave(behave.serverError(99, 500));
    expectFailure(await stand.launch({}, { env: { TWL_LIMIT_ATTEMPTS: '4' } }), 'server-busy', 40);
    expect(stand.server.requests).toHaveLength(4);
  });

  test('429 with Retry-After in seconds is honoured', async () => {
    stand.server.behave(behave.tooManyRequests(1, 1));
    const launched = await stand.launch();
    expectRan(launched);
    expect(launched.durationMs).toBeGreaterThan(1000);
    expect(launched.warnings[0]).toContain('trying again in 1000 ms');
  });

  test('429 with a date is honoured', async () => {
    stand.server.behave(behave.tooManyRequests(1, new Date(Date.now() + 2500)));
    const launched = await stand.launch();
    expectRan(launched);
    expect(launched.durationMs).toBeGreaterThan(1000);
  });

  test('what a server may ask for is bounded', async () => {
    stand.server.behave(behave.tooManyRequests(1, 3600));
    const launched = await stand.launch({}, { env: { TWL_LIMIT_RETRY_AFTER_MS: '300' } });
    expectRan(launched);
    expect(launched.warnings[0]).toContain('trying again in 300 ms');
  });

  test('a pause that reaches beyond the deadline is not begun', async () => {
    stand.server.behave(behave.tooManyRequests(1, 60));
    const launched = await stand.launch({}, { env: { TWL_LIMIT_TOTAL_MS: '20000' } });
    expectFailure(launched, 'server-busy', 40);
    expect(launched.durationMs).toBeLessThan(20_000);
  });

  test('429 without Retry-After, then success', async () => {
    stand.server.behave(behave.tooManyRequests(1));
    expectRan(await stand.launch());
  });

  test.each([400, 401, 403, 404, 410, 418])('%i is not tried again', async (status) => {
    stand.server.behave(behave.always({ reply: { status, body: 'no\n' } }));
    const launched = await stand.launch({}, { env: { TWL_LIMIT_ATTEMPTS: '5' } });
    expect(launched.code).toBe(40);
    expect(stand.server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('bytes that contradict the pin are not asked for again', async () => {
    stand.server.behave(behave.onFetch(behave.resultOf(packfileResponse(Buffer.from('not a pack at all, but long')))));
    expectFailure(await stand.launch({}, { env: { TWL_LIMIT_ATTEMPTS: '5' } }), 'pack-malformed', 10);
    expect(stand.server.requests).toHaveLength(1);
  });
});
