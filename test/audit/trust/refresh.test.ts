import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../src/audit/trust/record.ts';
import { sha256 } from '../../../src/provenance/sha256.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { reply } from '../collect/answer-server.ts';
import { anchorAt, type Mirror, NOW, refresh, refused, useCache, useMirror } from './support.ts';
import { PAST, repository, type RepositoryOptions, TRUSTED, tufRoot } from './tuf-repository.ts';

const OTHER = new Sigstore({ name: 'later', uri: 'https://fulcio.sigstore.dev' }).root();
const record = 'public-good.json';

describe('a trusted root is brought', () => {
  test('for the first time, and kept', async () => {
    const mirror = await useMirror(repository());
    const cache = useCache();
    const out = useScratch().join('folder/root.json');
    expect(await refresh(mirror, { cache, out })).toMatchObject({
      root: { sha256: sha256(TRUSTED), instance: 'public-good', source: `${mirror.url}/, trusted_root.json` },
      tufRoot: 1,
      targets: 1,
      mirror: `${mirror.url}/`,
      before: undefined,
      remark: undefined,
      kept: true,
    });
    expect(readFileSync(out).equals(TRUSTED)).toBe(true);
    const kept = readRecord(cache.read(record)!, record);
    expect(kept).toMatchObject({ roots: [], mirror: `${mirror.url}/`, fetched: NOW });
    expect(Buffer.from(kept.trustedRoot).equals(TRUSTED)).toBe(true);
    expect(mirror.requests.map(({ url }) => url)).toEqual([
      '/2.root.json',
      '/timestamp.json',
      '/1.snapshot.json',
      '/1.targets.json',
      `/targets/${sha256(TRUSTED)}.trusted_root.json`,
    ]);
  });

  test('again, and is the same', async () => {
    const mirror = await useMirror(repository());
    const cache = useCache();
    await refresh(mirror, { cache });
    expect(await refresh(mirror, { cache })).toMatchObject({ before: sha256(TRUSTED), targets: 1, kept: true });
    // Snapshot and targets are had already; the target lay in a folder that is gone.
    expect(mirror.requests.slice(5).map(({ url }) => url)).toEqual([
      '/2.root.json',
      '/timestamp.json',
      `/targets/${sha256(TRUSTED)}.trusted_root.json`,
    ]);
  });

  test('in place of an older one', async () => {
    const mirror = await useMirror(repository());
    const cache = useCache();
    await refresh(mirror, { cache });
    mirror.files = repository({ trustedRoot: OTHER, versions: { timestamp: 2, snapshot: 2, targets: 2 } });
    expect(await refresh(mirror, { cache })).toMatchObject({
      root: { sha256: sha256(OTHER) },
      before: sha256(TRUSTED),
      targets: 2,
    });
  });

  test('without a place to keep it', async () => {
    const mirror = await useMirror(repository());
    expect(await refresh(mirror)).toMatchObject({ kept: false });
  });

  test('from below a path, with a slash at its end or without', async () => {
    const files = new Map([...repository()].map(([path, bytes]) => [`/tuf${path}`, bytes]));
    const mirror = await useMirror(files);
    for (const path of ['/tuf', '/tuf/']) {
      const anchor = anchorAt(`${mirror.url}${path}`);
      expect(await refresh(mirror, { anchor })).toMatchObject({ mirror: `${mirror.url}${path}` });
    }
  });

  test('over new TUF roots, which are kept for the next time', async () => {
    const second = tufRoot({ version: 2, keys: { root: ['new'], targets: ['new targets'] }, signers: ['root', 'new'] });
    const third = tufRoot({ version: 3, keys: { root: ['new'], targets: ['new targets'] } });
    const files = repository({ roots: [second, third], signers: { targets: 'new targets' } });
    const mirror = await useMirror(files);
    const cache = useCache();
    expect(await refresh(mirror, { cache })).toMatchObject({ tufRoot: 3 });
    const kept = readRecord(cache.read(record)!, record);
    expect(kept.roots.map((root) => Buffer.from(root).equals(second))).toEqual([true, false]);
    // The next run begins where this one ended.
    expect(await refresh(mirror, { cache })).toMatchObject({ tufRoot: 3, before: sha256(TRUSTED) });
    expect(
      mirror.requests.map(({ url }) => url).filter((url) => url.includes('root.json') && !url.includes('targets')),
    ).toEqual(['/2.root.json', '/3.root.json', '/4.root.json', '/4.root.json']);
    expect(readRecord(cache.read(record)!, record).roots).toHaveLength(2);
  });

  test('where the end of the roots is told with 403, as object stores do', async () => {
    const mirror = await useMirror(repository());
    mirror.instead = (path) => (path === '/2.root.json' ? reply(403) : undefined);
    expect(await refresh(mirror)).toMatchObject({ tufRoot: 1 });
  });

  test('from an expired first TUF root, if a later one is in force', async () => {
    const second = tufRoot({ version: 2 });
    const mirror = await useMirror(repository({ roots: [second] }));
    const anchor = anchorAt(mirror.url, tufRoot({ expires: PAST }));
    expect(await refresh(mirror, { anchor })).toMatchObject({ tufRoot: 2 });
  });

  test('although what was kept is broken, which is said', async () => {
    const mirror = await useMirror(repository());
    const cache = useCache();
    cache.write(record, Buffer.from('{'));
    expect(await refresh(mirror, { cache })).toMatchObject({
      before: undefined,
      remark: expect.stringMatching(/^public-good\.json/),
      kept: true,
    });
    expect(await refresh(mirror, { cache })).toMatchObject({ before: sha256(TRUSTED), remark: undefined });
  });

  test('and nothing is left behind in the folder for temporary files', async () => {
    const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('twl-trust-'));
    const before = left();
    const mirror = await useMirror(repository());
    await refresh(mirror);
    mirror.files = new Map();
    await refused(refresh(mirror));
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});

interface Bad {
  readonly files?: RepositoryOptions;
  readonly edit?: (mirror: Mirror) => void;
  readonly anchor?: Uint8Array;
}

describe('it is refused', () => {
  test.each<[string, Bad, string, number, RegExp]>([
    [
      'an expired timestamp',
      { files: { expires: { timestamp: PAST } } },
      'expired',
      12,
      /Final timestamp\.json is expired$/,
    ],
    ['an expired snapshot', { files: { expires: { snapshot: PAST } } }, 'expired', 12, /snapshot\.json is expired$/],
    ['expired targets', { files: { expires: { targets: PAST } } }, 'expired', 12, /targets\.json is expired$/],
    ['an expired TUF root', { anchor: tufRoot({ expires: PAST }) }, 'expired', 12, /Final root\.json is expired$/],
    [
      'a timestamp with a wrong signature',
      { files: { signers: { timestamp: 'somebody' } } },
      'not-trusted',
      10,
      /timestamp was signed by 0\/1 keys$/,
    ],
    [
      'a snapshot with a wrong signature',
      { files: { signers: { snapshot: 'somebody' } } },
      'not-trusted',
      10,
      /snapshot was signed by 0\/1 keys$/,
    ],
    [
      'targets with a wrong signature',
      { files: { signers: { targets: 'somebody' } } },
      'not-trusted',
      10,
      /targets was signed by 0\/1 keys$/,
    ],
    [
      'a next TUF root that the one before did not sign',
      { files: { roots: [tufRoot({ version: 2, keys: { root: ['somebody'] } })] } },
      'not-trusted',
      10,
      /root was signed by 0\/1 keys$/,
    ],
    [
      'a next TUF root that does not sign itself',
      { files: { roots: [tufRoot({ version: 2, keys: { root: ['new'] }, signers: ['root'] })] } },
      'not-trusted',
      10,
      /root was signed by 0\/1 keys$/,
    ],
    [
      'a next TUF root of a version that is left out',
      { files: { roots: [tufRoot({ version: 3 })] } },
      'not-trusted',
      10,
      /Expected version 2, got 3$/,
    ],
    [
      'a TUF root with one signature where it wants two',
      { anchor: tufRoot({ keys: { root: ['root', 'second'] }, threshold: 2, signers: ['root'] }) },
      'not-trusted',
      10,
      /root was signed by 1\/2 keys$/,
    ],
    [
      'a snapshot that is another than the timestamp names',
      {
        edit: ({ files }) => {
          const text = files.get('/1.snapshot.json')!.toString().replace('"version":1', '"version":2');
          files.set('/1.snapshot.json', Buffer.from(text));
        },
      },
      'not-trusted',
      10,
      /Expected hash /,
    ],
    [
      'a trusted root of the right length with other bytes',
      { files: { served: Buffer.alloc(TRUSTED.length, 32) } },
      'not-trusted',
      10,
      /Expected hash /,
    ],
    [
      'a longer trusted root',
      { files: { served: Buffer.concat([TRUSTED, Buffer.from(' ')]) } },
      'too-large',
      30,
      new RegExp(`sends more than ${TRUSTED.length} bytes$`),
    ],
    ['a shorter trusted root', { files: { served: TRUSTED.subarray(1) } }, 'not-trusted', 10, /Expected length /],
    [
      'a trusted root that is named by an unknown hash alone',
      { files: { hashes: (bytes) => ({ md5: createHash('md5').update(bytes).digest('hex') }) } },
      'malformed',
      30,
      /^the TUF targets name trusted_root\.json by no known hash$/,
    ],
    ['no trusted root', { files: { target: 'other.json' } }, 'no-root', 40, /there is no target trusted_root\.json$/],
    [
      'no timestamp',
      { edit: ({ files }) => files.delete('/timestamp.json') },
      'not-found',
      40,
      /answers with status 404$/,
    ],
    [
      'no snapshot',
      { edit: ({ files }) => files.delete('/1.snapshot.json') },
      'not-found',
      40,
      /answers with status 404$/,
    ],
    [
      'no targets',
      { edit: ({ files }) => files.delete('/1.targets.json') },
      'not-found',
      40,
      /answers with status 404$/,
    ],
    [
      'the file of the trusted root missing',
      { edit: ({ files }) => files.delete(`/targets/${sha256(TRUSTED)}.trusted_root.json`) },
      'not-found',
      40,
      /answers with status 404$/,
    ],
    [
      'a server that is busy',
      {
        edit: (mirror) => {
          mirror.instead = () => reply(503);
        },
      },
      'server-busy',
      40,
      /answers with status 503$/,
    ],
    [
      'a server that refuses',
      {
        edit: (mirror) => {
          mirror.instead = (path) => (path === '/timestamp.json' ? reply(403) : undefined);
        },
      },
      'server-refused',
      40,
      /answers with status 403$/,
    ],
    [
      'a timestamp that is no JSON',
      { edit: ({ files }) => files.set('/timestamp.json', Buffer.from('<html>')) },
      'malformed',
      30,
      /^timestamp\.json/,
    ],
    [
      'a timestamp with a key twice',
      { edit: ({ files }) => files.set('/timestamp.json', Buffer.from('{"signed":{},"signed":{}}')) },
      'malformed',
      30,
      /^timestamp\.json.*signed/,
    ],
    [
      'a timestamp that is JSON of something else',
      { edit: ({ files }) => files.set('/timestamp.json', Buffer.from('{}')) },
      'not-trusted',
      10,
      /^http:/,
    ],
    [
      'a snapshot that is no JSON',
      { edit: ({ files }) => files.set('/1.snapshot.json', Buffer.from('x')) },
      'malformed',
      30,
      /^1\.snapshot\.json/,
    ],
    [
      'a large timestamp',
      { edit: ({ files }) => files.set('/timestamp.json', Buffer.alloc(16_385, 32)) },
      'too-large',
      30,
      /sends more than 16384 bytes$/,
    ],
    [
      'a large TUF root',
      { edit: ({ files }) => files.set('/2.root.json', Buffer.alloc(512 * 1024 + 1, 32)) },
      'too-large',
      30,
      /sends more than 524288 bytes$/,
    ],
    [
      'a trusted root of another instance',
      { files: { trustedRoot: new Sigstore({ name: 'other' }).root() } },
      'other-instance',
      10,
      /^trusted_root\.json is of the instance other, not public-good$/,
    ],
    [
      'two trusted roots in one',
      { files: { trustedRoot: Buffer.concat([TRUSTED, Buffer.from('\n'), TRUSTED]) } },
      'malformed',
      30,
      /^trusted_root\.json holds 2 trusted roots, not 1$/,
    ],
    ['a trusted root that is none', { files: { trustedRoot: Buffer.from('{}') } }, 'bad-root', 30, /mediaType/],
  ])('%s', async (_what, { files, edit, anchor }, code, exitCode, message) => {
    const mirror = await useMirror(repository(files));
    edit?.(mirror);
    const cache = useCache();
    const out = useScratch().join('root.json');
    const error = await refused(refresh(mirror, { cache, out, anchor: anchorAt(mirror.url, anchor) }));
    expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code, exitCode });
    expect(error.message).toMatch(message);
    // Nothing of it stays.
    expect(cache.read(record)).toBeUndefined();
    expect(existsSync(out)).toBe(false);
  });

  test('a target that only a role below the targets speaks for', async () => {
    const mirror = await useMirror(repository({ targets: () => ({ targets: {} }) }));
    expect(await refused(refresh(mirror))).toMatchObject({ code: 'no-root', exitCode: 40 });
  });

  test.each<[string, RepositoryOptions, RegExp]>([
    [
      'an older timestamp',
      { versions: { timestamp: 1, snapshot: 2, targets: 2 } },
      /timestamp version 1 is less than current version 2$/,
    ],
    [
      'an older snapshot',
      { versions: { timestamp: 3, snapshot: 1, targets: 2 } },
      /snapshot version 1 is less than current version 2$/,
    ],
    [
      'older targets',
      { versions: { timestamp: 3, snapshot: 3, targets: 1 } },
      /New version 1 of targets\.json is less than current version 2$/,
    ],
  ])('%s than were seen before', async (_what, options, message) => {
    const mirror = await useMirror(repository({ versions: { timestamp: 2, snapshot: 2, targets: 2 } }));
    const cache = useCache();
    await refresh(mirror, { cache });
    const kept = cache.read(record);
    mirror.files = repository(options);
    const error = await refused(refresh(mirror, { cache }));
    expect(error).toMatchObject({
      code: 'not-trusted',
      exitCode: 10,
      hint: 'what was kept before stays in use; try another mirror',
    });
    expect(error.message).toMatch(message);
    expect(cache.read(record)).toEqual(kept);
  });

  test('an older timestamp too where the one that is kept has expired since', async () => {
    const mirror = await useMirror(repository({ versions: { timestamp: 2 } }));
    const cache = useCache();
    await refresh(mirror, { cache });
    // As if time had gone by: what is kept is exchanged for the same that has expired.
    const expired = repository({ versions: { timestamp: 2 }, expires: { timestamp: PAST } }).get('/timestamp.json')!;
    const json = JSON.parse(Buffer.from(cache.read(record)!).toString());
    cache.write(record, Buffer.from(JSON.stringify({ ...json, timestamp: expired.toString('base64') })));
    mirror.files = repository({ versions: { timestamp: 1 } });
    expect((await refused(refresh(mirror, { cache }))).message).toMatch(/timestamp version 1 is less than/);
  });

  test('what never ends', async () => {
    const mirror = await useMirror(repository());
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(65_536, 32);
    };
    for (const path of [
      '/2.root.json',
      '/timestamp.json',
      '/1.targets.json',
      `/targets/${sha256(TRUSTED)}.trusted_root.json`,
    ]) {
      mirror.instead = (asked) => (asked === path ? { reply: { status: 200, body: endless() } } : undefined);
      expect(await refused(refresh(mirror))).toMatchObject({ code: 'too-large', exitCode: 30 });
    }
  });

  test('what takes too long', async () => {
    const mirror = await useMirror(repository());
    mirror.instead = (path) => (path === '/timestamp.json' ? { hang: true } : undefined);
    expect(await refused(refresh(mirror, { limits: { attempts: 1, totalMs: 300 } }))).toMatchObject({
      code: 'timed-out',
      exitCode: 40,
    });
  });

  test('a mirror that is down', async () => {
    const error = await refused(refresh({ url: 'http://127.0.0.1:1' }));
    expect(error).toMatchObject({ code: 'connection-failed', exitCode: 40 });
  });

  test('a mirror that sends its callers elsewhere without TLS', async () => {
    const mirror = await useMirror(repository());
    mirror.instead = (path) =>
      path === '/timestamp.json' ? reply(302, '', { Location: 'http://example.com/timestamp.json' }) : undefined;
    expect(await refused(refresh(mirror))).toMatchObject({ code: 'redirect-refused', exitCode: 40 });
  });

  test('a private address where the user did not name it', async () => {
    const mirror = await useMirror(repository());
    const anchor = { ...anchorAt(mirror.url), mirrorNamed: false };
    expect(await refused(refresh(mirror, { anchor }))).toMatchObject({ code: 'address-refused', exitCode: 40 });
    expect(mirror.requests).toEqual([]);
  });
});
