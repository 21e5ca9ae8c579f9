import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitAddress } from '../../../src/audit/source/address.ts';
import { auditSource } from './audit-source.ts';
import { settingsFor } from '../../../src/audit/source/network.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { makeScratch } from '../../support/scratch.ts';
import { pinOf, quickLimits } from './support.ts';

const COMMIT = '1'.repeat(40);
const scratch = makeScratch();
let connections = 0;
const canary = createServer((socket) => {
  connections++;
  socket.destroy();
});
let port = 0;

beforeAll(async () => {
  canary.listen(0);
  await once(canary, 'listening');
  ({ port } = canary.address() as AddressInfo);
});

afterAll(() => void canary.close());

const refusal = (url: string, named: boolean): SourceError | undefined => {
  try {
    admitAddress({ url, named });
    return undefined;
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
};

describe('what evidence may not name', () => {
  test.each([
    ['a folder', () => '/etc', 'is a path on this machine'],
    ['a file URL', () => 'file:///etc', 'is a path on this machine'],
    ['ssh', () => `ssh://127.0.0.1:${port}/x`, 'is one of ssh'],
    ['scp form', () => 'git@example.com:x', 'is one of ssh'],
    ['an option for ssh', () => 'ssh://-oProxyCommand=id/x', 'must name a plain host'],
    ['an option', () => '--upload-pack=id', "must not start with '-'"],
    ['another transport', () => 'ext::sh -c id', 'white space'],
    ['ext without white space', () => 'ext::id', 'must not use another transport'],
    ['http', () => `http://127.0.0.1:${port}/x`, 'is not https'],
    ['loopback', () => `https://127.0.0.1:${port}/x`, 'names this machine, 127.0.0.1'],
    ['loopback by name', () => `https://localhost:${port}/x`, 'names this machine, localhost'],
    ['loopback in IPv6', () => `https://[::1]:${port}/x`, 'names this machine, ::1'],
    ['loopback mapped', () => `https://[::ffff:127.0.0.1]:${port}/x`, 'not a public address'],
    ['any address', () => `https://0.0.0.0:${port}/x`, 'not a public address'],
    ['link-local', () => 'https://169.254.169.254/latest', 'names 169.254.169.254, which is not a public address'],
    ['private', () => 'https://10.0.0.1/x', 'names 10.0.0.1, which is not a public address'],
    ['private in IPv6', () => 'https://[fd00::1]/x', 'not a public address'],
    ['link-local in IPv6', () => 'https://[fe80::1]/x', 'not a public address'],
    ['a name below localhost', () => `https://a.localhost:${port}/x`, 'no public host'],
    ['a special name', () => 'https://vault.internal/x', "names 'vault.internal', no public host"],
    ['a single label', () => 'https://intranet/x', "names 'intranet', no public host"],
    ['credentials', () => 'https://user:secret@example.com/x', 'must not contain credentials'],
    ['a number', () => `https://2130706433:${port}/x`, 'must name a plain host'],
    ['a query', () => 'https://example.com/x?y', 'must not have a query'],
  ])('%s', async (_name, make, says) => {
    const url = make();
    const error = refusal(url, false);
    expect(error).toMatchObject({ code: 'address-refused', hint: expect.stringContaining('--source') });
    expect(error?.message).toContain(says);
    expect(error?.message).toContain('comes from the evidence');
    expect(error?.message).not.toContain('secret');
    const pin = pinOf('https://example.com/x', COMMIT);
    const { outcomes, facts } = await auditSource({ pin, address: { url, named: false }, limits: quickLimits() });
    expect(outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 13 });
    expect(outcomes['source.commit'].summary).toContain(says);
    expect(outcomes['source.reachable']).toMatchObject({ state: 'not-checked' });
    expect(facts.reachability).toBeUndefined();
    expect(connections).toBe(0);
  });
});

test.each([
  'https://example.com/x',
  'https://8.8.8.8/x',
  'https://[2606:4700::1]/x',
  'https://example.com:8443/a/b.git',
])('evidence may name %s', (url) => {
  expect(admitAddress({ url, named: false })).toMatchObject({ kind: 'http', secure: true, text: url });
});

test.each([
  ['http://127.0.0.1:1/x', 'http'],
  ['https://10.0.0.1/x', 'http'],
  ['ssh://git@10.0.0.1/x', 'ssh'],
  ['git@host:x', 'ssh'],
  ['/srv/repo', 'local'],
  ['file:///srv/repo', 'local'],
])('the auditor may name %s', (url, kind) => {
  expect(admitAddress({ url, named: true }).kind).toBe(kind);
});

test.each([
  ['http://example.com/x', 'must not use http:// but on loopback'],
  ['https://a:b@example.com/x', 'must not contain credentials'],
  ['relative/folder', 'must be a URL or an absolute path'],
  ['--upload-pack=x', "must not start with '-'"],
])('the auditor may not name %s', (url, says) => {
  const error = refusal(url, true);
  expect(error).toMatchObject({ code: 'address-refused' });
  expect(error?.message).toContain(says);
  expect(error?.message).not.toContain('evidence');
  expect(error?.hint).not.toContain('--source');
});

test('an address of the evidence gets no credential, no key, and no right to a private network', () => {
  const network = { credential: 'x', ca: 'ca', proxy: 'p', sshKeyFile: 'k', sshKnownHostsFile: 'h' };
  const url = admitAddress({ url: 'https://example.com/x', named: true });
  const limits = quickLimits({ TOTAL_MS: 1000 });
  const settings = settingsFor(url, false, network, limits);
  expect(settings).toMatchObject({ ca: 'ca', proxy: 'p', primary: url, limits });
  expect([settings.credential, settings.sshKeyFile, settings.sshKnownHostsFile]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(settings.pinnedHosts.size).toBe(0);
  expect(settings.deadline - performance.now()).toBeLessThanOrEqual(1000);
  expect(settingsFor(url, true, network, limits)).toMatchObject({
    credential: 'x',
    sshKeyFile: 'k',
    sshKnownHostsFile: 'h',
    pinnedHosts: new Set(['example.com']),
  });
  expect(settingsFor({ kind: 'local', text: '/x', path: '/x' }, true, {}, limits).pinnedHosts.size).toBe(0);
});

test('files and proxies that a pin names are not touched', async () => {
  const lines = [`REPO_CREDENTIAL_FILE=${scratch.join('none')}`, `REPO_CA_FILE=${scratch.join('none')}`];
  const pin = pinOf('https://example.com/x', COMMIT, [...lines, `REPO_PROXY=http://127.0.0.1:${port}`]);
  const address = { url: 'https://10.0.0.1/x', named: false };
  await auditSource({ pin, address, limits: quickLimits() });
  const named = { url: 'https://127.0.0.1:1/x', named: true };
  const { outcomes } = await auditSource({ pin, address: named, limits: quickLimits() });
  expect(outcomes['source.commit'].summary).toContain('no connection');
  expect(connections).toBe(0);
});
