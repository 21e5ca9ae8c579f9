import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { type Certificates, makeCertificates } from '../support/tls.ts';
import { makeScratch } from '../support/scratch.ts';
import { expectFailure, expectRan, launch, type PinValues, useStand } from './support.ts';

const certificates: Certificates | undefined = makeCertificates(makeScratch().path);
const stand = useStand();
const renamed = behave.redirect((url) =>
  url.startsWith('/old.git/') ? url.replace('/old.git/', '/r.git/') : undefined,
);

test.each([301, 302, 307, 308] as const)('a renamed repository at the same server, by status %i', async (status) => {
  const target = behave.redirect(
    (url) => (url.startsWith('/old.git/') ? url.replace('/old.git', '/r.git') : undefined),
    status,
  );
  stand.server.behave(target);
  expectRan(await stand.launch({ REPO_URL: `${stand.server.url}/old.git` }));
  expect(stand.server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /old.git/git-upload-pack',
    'GET /old.git/info/refs?service=git-upload-pack',
    'GET /r.git/info/refs?service=git-upload-pack',
    'POST /r.git/git-upload-pack',
  ]);
});

test('a server that redirects the greeting only, and does not know the old name else', async () => {
  stand.server.behave((request, index) =>
    request.method === 'POST' && request.url.startsWith('/old.git')
      ? { reply: { status: 404 } }
      : renamed(request, index),
  );
  expectRan(await stand.launch({ REPO_URL: `${stand.server.url}/old.git` }));
});

describe('redirects that are refused', () => {
  const refused = async (target: string | ((url: string) => string | undefined), code = 'redirect-refused') => {
    stand.server.behave(behave.redirect(target));
    // By this name, so that the pin names no address literal.
    const launched = await stand.launch({ REPO_URL: `http://localhost:${stand.server.port}/r.git` });
    expectFailure(launched, code, 10);
    return launched;
  };
  const REFS = 'info/refs?service=git-upload-pack';

  test('to http at another host', async () => {
    expect((await refused(`http://example.com/r.git/${REFS}`)).error).toContain('not https');
  });

  test('to http at another port of the same host', async () => {
    await refused(`http://127.0.0.1:1/r.git/${REFS}`);
  });

  test.each([
    'https://169.254.169.254',
    'https://10.0.0.1',
    'https://192.168.1.1:8443',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[fd00::1]',
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1.2.3',
    'https://127.0.0.1',
    'https://0.0.0.0',
  ])('to %s, which the pin does not name', async (origin) => {
    expect((await refused(`${origin}/r.git/${REFS}`, 'address-refused')).error).toContain('not a public address');
  });

  test('to an address with credentials in it', async () => {
    const launched = await refused(`https://me:hunter2@127.0.0.1/r.git/${REFS}`);
    expect(launched.stderr).not.toContain('hunter2');
  });

  test('to another service or another page', async () => {
    await refused('https://127.0.0.1/r.git/info/refs?service=git-receive-pack');
    await refused('https://127.0.0.1/login');
  });

  test.each(['file:///etc/passwd', 'javascript:1', 'git://127.0.0.1/r.git', 'https://', ''])(
    'to %j',
    async (target) => {
      await refused(target);
    },
  );

  test('in a circle', async () => {
    stand.server.behave(behave.redirect((url) => url));
    const launched = await stand.launch();
    expectFailure(launched, 'redirect-refused', 10);
    expect(launched.error).toContain('more than 5 redirects');
    expect(stand.server.requests.length).toBeLessThan(10);
    stand.server.requests.length = 0;
    expect((await stand.launch({}, { env: { TWL_LIMIT_REDIRECTS: '2' } })).error).toContain('more than 2 redirects');
  });

  test('of the pack itself, once the greeting was had', async () => {
    stand.server.behave((request) =>
      request.method === 'POST' ? { reply: { status: 302, headers: { location: 'https://127.0.0.1/x' } } } : undefined,
    );
    expectFailure(await stand.launch(), 'redirect-refused', 10);
  });
});

describe.skipIf(certificates === undefined)('from https to https', () => {
  let first: GitServer;
  let second: GitServer;
  let secret: string;
  beforeAll(async () => {
    const tls = certificates!;
    [first, second] = await Promise.all([
      startGitServer({ root: stand.scratch.path, tls }),
      startGitServer({ root: stand.scratch.path, tls }),
    ]);
    secret = stand.scratch.join('token');
    writeFileSync(secret, 'hunter2');
  });
  afterAll(() => Promise.all([first.close(), second.close()]));

  const run = (values: PinValues = {}) => {
    for (const server of [first, second]) server.requests.length = 0;
    const REPO_CA_FILE = certificates!.caFile;
    return launch(stand.pin({ REPO_URL: `${first.url}/r.git`, REPO_CA_FILE, REPO_CREDENTIAL_FILE: secret, ...values }));
  };

  test('another origin of a host that the pin names is followed, without the credential', async () => {
    first.behave(behave.redirect((url) => `${second.url}${url}`));
    expectRan(await run());
    expect(first.requests.every(({ headers }) => headers.authorization !== undefined)).toBe(true);
    expect(second.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(second.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test('a private host that the pin does not name is not connected to', async () => {
    first.behave(behave.redirect((url) => `https://localhost:${second.port}${url}`));
    expectFailure(await run(), 'address-refused', 10);
    expect(second.requests).toEqual([]);
    // The same host is fine where the pin names it.
    expectRan(await run({ REPO_MIRRORS: `https://localhost:${second.port}/absent.git` }));
    expect(second.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test('never down to http', async () => {
    first.behave(behave.redirect((url) => `${stand.server.url}${url}`));
    expectFailure(await run(), 'redirect-refused', 10);
    expect(stand.server.requests).toEqual([]);
  });
});
