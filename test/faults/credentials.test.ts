import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { startLauncher } from '../support/run-launcher.ts';
import { expectFailure, expectRan, pinText, readResult, useStand } from './support.ts';

const stand = useStand();
const SECRET = 'hunter2-secret';
const AS_TOKEN = `Basic ${Buffer.from(`x-access-token:${SECRET}`).toString('base64')}`;

const credentialFile = (content: string): string => {
  const path = stand.scratch.join(`credential${Math.random()}`);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

const secondServer = async (): Promise<GitServer> => {
  const server = await startGitServer({ root: stand.scratch.path });
  onTestFinished(() => server.close());
  return server;
};

const authorizationsAt = (server: GitServer): unknown[] =>
  server.requests.map(({ headers }) => headers.authorization).filter((value) => value !== undefined);

/** Every byte of every file below a folder. */
const allBytes = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

const secretForms = [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 12), AS_TOKEN.slice(6)];

test('401 without a credential says so', async () => {
  stand.server.behave(behave.requireAuth({ user: 'me', password: SECRET }));
  const launched = await stand.launch();
  expectFailure(launched, 'access-denied', 40);
  expect(launched.hint).toContain('REPO_CREDENTIAL_FILE');
});

test('user:password, with and without a line feed', async () => {
  stand.server.behave(behave.requireAuth({ user: 'me', password: SECRET }));
  for (const content of [`me:${SECRET}`, `me:${SECRET}\n`]) {
    expectRan(await stand.launch({ REPO_CREDENTIAL_FILE: credentialFile(content) }));
  }
});

test('a token', async () => {
  stand.server.behave(behave.requireAuth({ user: 'x-access-token', password: SECRET }));
  expectRan(await stand.launch({ REPO_CREDENTIAL_FILE: credentialFile(`${SECRET}\n`) }));
});

test('a credential that is not accepted', async () => {
  stand.server.behave(behave.requireAuth({ user: 'me', password: 'other' }));
  const launched = await stand.launch({ REPO_CREDENTIAL_FILE: credentialFile(`me:${SECRET}\n`) });
  expectFailure(launched, 'access-denied', 40);
  expect(launched.hint).toContain('not accepted');
  for (const form of secretForms) expect(launched.stderr).not.toContain(form);
});

test.each([
  ['empty', ''],
  ['a line feed only', '\n'],
  ['two lines', 'one\ntwo\n'],
  ['a header of its own', 'token\r\nX-Evil: 1'],
])('a credential file that holds %s is refused before anything is asked', async (_, content) => {
  const launched = await stand.launch({ REPO_CREDENTIAL_FILE: credentialFile(content) });
  expectFailure(launched, 'file-unreadable', 50);
  expect(stand.server.requests).toEqual([]);
});

test('a credential file that is not there', async () => {
  const launched = await stand.launch({ REPO_CREDENTIAL_FILE: '/nonexistent/credential' });
  expectFailure(launched, 'file-unreadable', 50);
  expect(launched.error).toContain('REPO_CREDENTIAL_FILE');
});

test('the credential is in no log, process list, environment or work directory', async () => {
  stand.server.behave(behave.onFetch({ delayMs: 1000 }));
  const pin = stand.pin({ REPO_CREDENTIAL_FILE: credentialFile(`${SECRET}\n`) });
  const running = startLauncher({ config: pinText(pin), env: { LOG_FORMAT: 'json' } });
  for (let i = 0; i < 1000 && stand.server.requests.length === 0; i++) await sleep(10);
  const lists = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => {
      try {
        return (
          readFileSync(`/proc/${id}/cmdline`, 'latin1') +
          (id === String(process.pid) ? '' : readFileSync(`/proc/${id}/environ`, 'latin1'))
        );
      } catch {
        return '';
      }
    })
    .join('\n');
  const launched = readResult(await running.result);
  expectRan(launched);
  expect(authorizationsAt(stand.server)).toEqual([AS_TOKEN]);
  for (const form of secretForms) {
    expect(lists).not.toContain(form);
    expect(launched.stderr).not.toContain(form);
    expect(allBytes(pin.WORK_DIR)).not.toContain(form);
  }
});

test('a mirror is not given the credential', async () => {
  const mirror = await secondServer();
  stand.server.behave(behave.serverError(99));
  const launched = await stand.launch({
    REPO_CREDENTIAL_FILE: credentialFile(SECRET),
    REPO_MIRRORS: `${mirror.url}/r.git`,
  });
  expectRan(launched);
  expect(authorizationsAt(stand.server).length).toBeGreaterThan(0);
  expect(mirror.requests).toHaveLength(1);
  expect(authorizationsAt(mirror)).toEqual([]);
});

test('a mirror at the same origin is', async () => {
  stand.server.behave((request) => (request.url.startsWith('/gone') ? { reply: { status: 404 } } : undefined));
  const launched = await stand.launch({
    REPO_URL: `${stand.server.url}/gone.git`,
    REPO_CREDENTIAL_FILE: credentialFile(SECRET),
    REPO_MIRRORS: `${stand.server.url}/r.git`,
  });
  expectRan(launched);
  expect(stand.server.requests.at(-1)!.headers.authorization).toBe(AS_TOKEN);
});
