import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import captures from '../../scripts/fixtures.json' with { type: 'json' };
import { fetchFixtures } from '../../scripts/fixtures.ts';
import { fixtures, hasFixtures, unlessFixtures } from '../support/fixtures.ts';
import { makeScratch } from '../support/scratch.ts';

const bytes = Buffer.from('what was captured');
const capture = {
  path: 'tdx/a/file.bin',
  repository: 'owner/name',
  blob: 'b'.repeat(40),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  size: bytes.length,
};

let server: Server;
let api: string;
let answer: (path: string) => { status: number; body: Buffer | string; location?: string };
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, body, location } = answer(request.url ?? '');
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterAll(() => {
  server.close();
  vi.restoreAllMocks();
});

test('a capture is fetched by its blob, and once', async () => {
  const scratch = makeScratch();
  answer = () => ({ status: 200, body: bytes });
  asked.length = 0;
  expect(await fetchFixtures(scratch.path, api, [capture])).toBe(0);
  expect(readFileSync(join(scratch.path, capture.path))).toEqual(bytes);
  expect(await fetchFixtures(scratch.path, api, [capture])).toBe(0);
  expect(asked).toEqual([`/repos/owner/name/git/blobs/${capture.blob}`]);
  scratch.remove();
});

test.each<[string, () => ReturnType<typeof answer>]>([
  ['other bytes of the same length', () => ({ status: 200, body: 'What was captured' })],
  ['more bytes', () => ({ status: 200, body: `${bytes} and more` })],
  ['fewer bytes', () => ({ status: 200, body: bytes.subarray(1) })],
  ['nothing there', () => ({ status: 404, body: 'no such blob' })],
  ['a redirect', () => ({ status: 302, body: '', location: '/elsewhere' })],
])('%s: nothing is written', async (_, respond) => {
  const scratch = makeScratch();
  answer = respond;
  expect(await fetchFixtures(scratch.path, api, [capture])).toBe(1);
  expect(existsSync(join(scratch.path, capture.path))).toBe(false);
  scratch.remove();
});

test.skipIf(!hasFixtures)(`every capture that tests may read is listed with its hashes${unlessFixtures}`, () => {
  const there = readdirSync(fixtures, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !(entry.name === 'README.md' && entry.parentPath === fixtures))
    .map((entry) => join(entry.parentPath, entry.name).slice(fixtures.length + 1))
    .sort();
  expect(captures.map(({ path }) => path).sort()).toEqual(there);
  for (const { path, blob, sha256, size } of captures) {
    const content = readFileSync(join(fixtures, path));
    expect(content.length, path).toBe(size);
    expect(createHash('sha256').update(content).digest('hex'), path).toBe(sha256);
    expect(createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex'), path).toBe(blob);
  }
});
