import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { startGitServer } from '../support/git-server.ts';
import { expectFailure, expectRan, launch, type PinValues, useStand } from './support.ts';

const stand = useStand();

/** A server that takes connections and says nothing. */
const silentServer = async (): Promise<number> => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

test('server gone at the first start: 40, the address, what to do', async () => {
  const launched = await launch({ ...stand.pin(), REPO_URL: 'http://127.0.0.1:9/r.git' });
  expectFailure(launched, 'connection-failed', 40);
  expect(launched.error).toContain('127.0.0.1:9');
  expect(launched.hint).toContain('REPO_URL');
});

test('server gone at a restart: the checkout runs without it, and heals without it', async () => {
  const server = await startGitServer({ root: stand.scratch.path });
  const pin = { ...stand.pin(), REPO_URL: `${server.url}/r.git` };
  expectRan(await launch(pin));
  await server.close();
  const again = await launch(pin);
  expectRan(again);
  expect(again.log.some(({ message }) => message.includes('reusing checkout'))).toBe(true);
});

test.each([
  ['before the head', { hang: true }],
  ['in the middle of the pack', { hangAfter: 200 }],
])('a server that hangs %s', async (_, answer) => {
  stand.server.behave(behave.onFetch(answer));
  const launched = await stand.launch({}, { env: { TWL_LIMIT_IDLE_MS: '300' } });
  expectFailure(launched, 'timed-out', 40);
  expect(launched.error).toContain('waiting for data took longer than 300 ms');
  expect(launched.hint).toContain('TWL_LIMIT_IDLE_MS');
  expect(launched.durationMs).toBeLessThan(15_000);
});

test('a server that takes the connection and never greets over TLS', async () => {
  const port = await silentServer();
  const launched = await launch(
    { ...stand.pin(), REPO_URL: `https://127.0.0.1:${port}/r.git` },
    { env: { TWL_LIMIT_CONNECT_MS: '300' } },
  );
  expectFailure(launched, 'timed-out', 40);
  expect(launched.error).toContain('connecting took longer than 300 ms');
  expect(launched.hint).toContain('TWL_LIMIT_CONNECT_MS');
});

test('a server that drips is within the idle limit and ends at the deadline', async () => {
  stand.server.behave(behave.onFetch({ drip: { bytes: 1, everyMs: 20 } }));
  const launched = await stand.launch({}, { env: { TWL_LIMIT_TOTAL_MS: '1000' } });
  expectFailure(launched, 'timed-out', 40);
  expect(launched.error).toContain('all attempts together took longer than 1000 ms');
  expect(launched.hint).toContain('TWL_LIMIT_TOTAL_MS');
  expect(launched.durationMs).toBeLessThan(15_000);
});

test('progress without end', async () => {
  stand.server.behave(behave.onFetch(() => behave.endlessProgress(0, 'x'.repeat(5000))));
  const launched = await stand.launch({}, { env: { TWL_LIMIT_PROGRESS_BYTES: '100000' } });
  expectFailure(launched, 'limit-exceeded', 10);
  expect(launched.hint).toContain('TWL_LIMIT_PROGRESS_BYTES');
});

test('progress without end, slowly: the deadline', async () => {
  stand.server.behave(behave.onFetch(() => behave.endlessProgress(10)));
  expectFailure(await stand.launch({}, { env: { TWL_LIMIT_TOTAL_MS: '800' } }), 'timed-out', 40);
});

test('a greeting that hangs', async () => {
  stand.server.behave((request) => (request.method === 'POST' ? { reply: { status: 404 } } : { hangAfter: 10 }));
  expectFailure(await stand.launch({}, { env: { TWL_LIMIT_IDLE_MS: '300' } }), 'timed-out', 40);
});

test('SIGTERM while a server hangs ends the launcher, and the next start heals', async () => {
  stand.server.behave(behave.onFetch({ hangAfter: 200 }));
  const pin: PinValues = stand.pin();
  const launched = await launch(pin, { signalAtText: 'cloning', signal: 'SIGTERM' });
  expect(launched).toMatchObject({ code: 143, stdout: '' });
  stand.server.behave(undefined);
  expectRan(await launch(pin));
});
