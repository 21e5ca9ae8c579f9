import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { changedSettings } from '../../src/registry/compare-config.ts';
import { judgeLayer, type LayerProblem } from '../../src/registry/layer/judge-layer.ts';
import type { TarEntry } from '../../src/registry/layer/read-tar.ts';
import { unpackLayer } from '../../src/registry/layer/unpack-layer.ts';
import { failure } from './failure.ts';
import { sha256 } from './fake-registry.ts';

const entry = (path: string, more: Partial<TarEntry> = {}): TarEntry => ({
  path,
  type: path.endsWith('/') ? 'folder' : 'file',
  mode: path.endsWith('/') ? 0o755 : 0o644,
  uid: 0,
  gid: 0,
  linkName: '',
  attributes: [],
  content: new Uint8Array(),
  ...more,
});
const PLACES = ['/etc/git-launcher/config.conf', '/config/a'];
const judge = (...entries: readonly TarEntry[]) => judgeLayer(entries, PLACES);

test('the config and the folders above it are what may be added', () => {
  expect(
    judge(
      entry('./'),
      entry('etc/'),
      entry('/etc/git-launcher/'),
      entry('./etc/git-launcher/config.conf'),
      entry('config/'),
      entry('config/a'),
    ),
  ).toEqual([]);
  expect(judge(entry('/'), entry('config/a'))).toEqual([]);
  expect(judge()).toEqual([]);
});

test.each<[TarEntry, LayerProblem, string]>([
  [entry('etc/passwd'), 'outside', 'is neither the config nor a folder above it'],
  [entry('etc'), 'outside', 'is neither'],
  [entry('.', { type: 'file' }), 'outside', 'is neither'],
  [entry('usr/'), 'outside', 'is neither'],
  [entry('etc/git-launcher/config.conf2'), 'outside', 'is neither'],
  [entry('configuration'), 'outside', 'is neither'],
  [entry('config'), 'outside', 'is neither'],
  [entry('config/ab'), 'outside', 'is neither'],
  [entry('config/a/b'), 'outside', 'is neither'],
  [entry('config/a/b/'), 'outside', 'is neither'],
  [entry('config/a/'), 'folder', 'is a folder where the config should be'],
  [entry('config/a', { type: 'symlink', linkName: '/x\n' }), 'link', 'is a symlink to /x\\n'],
  [entry('config/a', { type: 'hard link', linkName: 'b' }), 'link', 'is a hard link to b'],
  [entry('config/a', { type: 'device' }), 'special-file', 'is a device'],
  [entry('config/a', { type: 'fifo' }), 'special-file', 'is a fifo'],
  [entry('config/a', { mode: 0o4644 }), 'privileged', 'is setuid, setgid or sticky'],
  [entry('config/a', { mode: 0o2644 }), 'privileged', 'is setuid'],
  [entry('config/', { mode: 0o1755 }), 'privileged', 'is setuid'],
  [entry('config/a', { mode: 0o664 }), 'writable', 'can be written by others'],
  [entry('config/a', { mode: 0o646 }), 'writable', 'can be written by others'],
  [entry('config/a', { mode: 0o744 }), 'executable', 'can be executed'],
  [entry('config/a', { mode: 0o654 }), 'executable', 'can be executed'],
  [entry('config/a', { mode: 0o645 }), 'executable', 'can be executed'],
  [entry('config/a', { uid: 1 }), 'owner', 'belongs to 1:0, not to root'],
  [entry('etc/', { gid: 2 }), 'owner', 'belongs to 0:2, not to root'],
  [entry('config/a', { attributes: ['a', 'b\n'] }), 'attributes', 'has extended attributes: a, b\\n'],
  [entry('config/../etc/passwd'), 'bad-path', "has a path with '..'"],
  [entry('../config/a'), 'bad-path', "has a path with '..'"],
  [entry('..'), 'bad-path', 'has a path'],
  [entry('config//a'), 'bad-path', 'has a path'],
  [entry('config/./a'), 'bad-path', 'has a path'],
  [entry('config/a\\b'), 'bad-path', 'has a path'],
  [entry('config/a\x7f'), 'bad-path', 'control characters'],
])('%j is not', (one, problem, why) => {
  const findings = judge(one);
  expect(findings.map((finding) => finding.problem)).toEqual([problem]);
  expect(findings[0]?.path).toBe(one.path);
  expect(findings[0]?.message).toContain(why);
  expect(findings[0]?.message).not.toMatch(/[\n\x7f]/);
});

test.each(['config/.wh.a', 'config/.wh..wh..opq', 'config/.wh.x/b', '.wh.config', 'config/a/.wh.b'])(
  'what removes from the layers below is told as that: %s',
  (path) => {
    const [first, second, ...more] = judge(entry(path));
    expect([first?.problem, second?.problem, more]).toEqual(['whiteout', 'outside', []]);
    expect(first?.message).toBe(`${path} removes what lies below`);
  },
);

test('all that is wrong with an entry is said, and what is there twice', () => {
  const bad = entry('bin/.wh.sh', { type: 'symlink', mode: 0o6777, uid: 5, attributes: ['x'] });
  expect(judge(bad).map(({ problem }) => problem)).toEqual([
    'whiteout',
    'link',
    'outside',
    'privileged',
    'writable',
    'owner',
    'attributes',
  ]);
  expect(judge(entry('config/a'), entry('./config/a'))).toEqual([
    { problem: 'repeated', path: './config/a', message: './config/a is there twice' },
  ]);
  expect(judge(entry('a/../b'), entry('c/../d')).map(({ problem }) => problem)).toEqual(['bad-path', 'bad-path']);
});

test('a place that is the root, or no plain path, admits nothing', () => {
  expect(judgeLayer([entry('a')], ['/', '', '/x/../a', '.']).map(({ problem }) => problem)).toEqual(['outside']);
  expect(judgeLayer([entry('a')], []).map(({ problem }) => problem)).toEqual(['outside']);
});

const TAR = 'application/vnd.oci.image.layer.v1.tar';
const tar = Buffer.alloc(1024);

test.each([
  [TAR, tar],
  [`${TAR}+gzip`, gzipSync(tar)],
  [`${TAR}+zstd`, zstdCompressSync(tar)],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', gzipSync(tar)],
])('a layer of the type %s is unpacked', (type, bytes) => {
  expect(Buffer.compare(unpackLayer(bytes, type, sha256(tar), 'it'), tar)).toBe(0);
});

test('a layer that is not what it says is refused', async () => {
  const id = sha256(tar);
  const other = sha256('other');
  expect(await failure(() => unpackLayer(tar, 'toString', id, 'it'))).toMatchObject({
    code: 'media-type',
    exitCode: 20,
    message: "it has the media type 'toString', which is not read",
  });
  expect(await failure(() => unpackLayer(tar, `${TAR}+gzip`, id, 'it'))).toMatchObject({
    code: 'bad-layer',
    message: 'it is no gzip: incorrect header check',
    cause: expect.anything(),
  });
  expect(await failure(() => unpackLayer(tar, `${TAR}+zstd`, id, 'it'))).toMatchObject({ code: 'bad-layer' });
  expect(await failure(() => unpackLayer(gzipSync(tar).subarray(0, 20), `${TAR}+gzip`, id, 'it'))).toMatchObject({
    code: 'bad-layer',
  });
  expect(await failure(() => unpackLayer(gzipSync(tar), `${TAR}+gzip`, other, 'it'))).toMatchObject({
    code: 'digest-mismatch',
    message: `the tar of it hashes to ${id}, not to ${other}`,
  });
});

test('what inflates to more than 16 MiB is refused, whatever it is packed with', async () => {
  const most = Buffer.alloc(16 * 1024 * 1024);
  const more = Buffer.alloc(16 * 1024 * 1024 + 1);
  expect(unpackLayer(gzipSync(most), `${TAR}+gzip`, sha256(most), 'it')).toHaveLength(most.length);
  expect(unpackLayer(most, TAR, sha256(most), 'it')).toHaveLength(most.length);
  for (const [type, bytes] of [
    [TAR, more],
    [`${TAR}+gzip`, gzipSync(more)],
    [`${TAR}+zstd`, zstdCompressSync(more)],
  ] as const) {
    expect(await failure(() => unpackLayer(bytes, type, sha256(more), 'it'))).toMatchObject({
      code: 'too-large',
      message: 'it inflates to more than 16777216 bytes',
      hint: 'a layer that adds a config is small',
    });
  }
});

test('what a derived image changes of the settings is named, less what has no effect', () => {
  const base = { Entrypoint: ['/a'], Env: ['A=1'], User: '', Labels: { a: '1' }, WorkingDir: '/', ArgsEscaped: false };
  expect(changedSettings(base, { ...base })).toEqual([]);
  expect(
    changedSettings(base, { ...base, Labels: { a: '2' }, Volumes: null, Cmd: [], OnBuild: null, User: null }),
  ).toEqual([]);
  expect(changedSettings(base, { ...base, User: '0', Env: ['A=1', 'B=2'], Cmd: ['x'] })).toEqual([
    'Cmd',
    'Env',
    'User',
  ]);
  expect(changedSettings(base, { Entrypoint: ['/b'] })).toEqual(['Entrypoint', 'Env']);
  expect(changedSettings(base, { ...base, WorkingDir: '/x' })).toEqual(['WorkingDir']);
  expect(changedSettings({ Cmd: '/' }, {})).toEqual(['Cmd']);
  expect(changedSettings({ X: 0 }, {})).toEqual(['X']);
});
