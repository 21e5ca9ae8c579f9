import { beforeAll, expect, test } from 'vitest';
import { LIMIT_TABLE, type LimitName } from '../../src/source/limits.ts';
import * as behave from '../support/behaviours.ts';
import { deltaBetween } from '../support/delta.ts';
import { encodeCommit, encodeTree, hashObject } from '../support/git-objects.ts';
import { buildPack, type PackEntry } from '../support/pack-builder.ts';
import { packfileResponse } from '../support/pkt-line.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { ENTRY, expectFailure, expectRan, useStand } from './support.ts';

const stand = useStand({ files: { 'deep/er/still/file': 'x', big: 'b'.repeat(30_000) } });
const repositories: Record<string, Repository> = {};

beforeAll(async () => {
  const add = async (name: string, files: Record<string, { gitlink: string } | string>): Promise<Repository> => {
    repositories[name] = await makeRepository({
      path: stand.scratch.join(`${name}.git`),
      files: { 'tee-launch.sh': ENTRY, ...files },
    });
    return repositories[name];
  };
  const module = (name: string): string =>
    `[submodule "${name}"]\n\tpath = ${name}\n\turl = ${stand.server.url}/${name}.git\n`;
  const inner = await add('inner', {});
  const middle = await add('middle', { '.gitmodules': module('inner'), inner: { gitlink: inner.commit } });
  await add('outer', { '.gitmodules': module('middle'), middle: { gitlink: middle.commit } });
});

/** What each limit says when it is exceeded by an honest repository; those of time and retry are below and elsewhere. */
const OF_BYTES: [LimitName, string, RegExp, string?][] = [
  ['PACK_BYTES', '300', /a pack of more than 300 bytes/],
  ['OBJECT_BYTES', '20000', /an object of 30000 bytes, more than 20000/],
  ['INFLATED_BYTES', '25000', /expands to more than 25000 bytes/],
  ['OBJECTS', '3', /\d+ objects, more than 3/],
  ['PATHS', '3', /more than 3 paths/],
  ['CHECKOUT_BYTES', '20000', /files of the commit come to more than 20000 bytes/],
  ['PATH_BYTES', '12', /path '.*' is longer than 12 bytes/],
  ['NAME_BYTES', '8', /'tee-launch.sh'.* longer than 8 bytes/],
  ['TREE_DEPTH', '2', /more than 2 deep/],
  ['TREE_BYTES', '60', /trees of the commit come to more than 60 bytes/],
  ['COMMIT_BYTES', '50', /the commit has \d+ bytes/],
  ['SUBMODULES', '1', /more than 1 submodules/, 'outer'],
  ['SUBMODULE_DEPTH', '1', /more than 1 deep/, 'outer'],
];

test.each(OF_BYTES)('%s', async (name, value, message, repository) => {
  const of = repository === undefined ? stand.repository : repositories[repository]!;
  const pin = {
    REPO_URL: repository === undefined ? undefined : `${stand.server.url}/${repository}.git`,
    COMMIT_SHA: of.commit,
    SUBMODULES: 'yes',
  };
  const values = Object.fromEntries(Object.entries(pin).filter(([, text]) => text !== undefined));
  const launched = await stand.launch(values, { env: { [`TWL_LIMIT_${name}`]: value } });
  const code = name === 'NAME_BYTES' ? 'tree-name-refused' : 'limit-exceeded';
  expectFailure(launched, code, 10);
  expect(launched.error).toMatch(message);
  if (code === 'limit-exceeded') expect(launched.hint).toContain(`TWL_LIMIT_${name}`);
});

test('DELTA_DEPTH: a chain of 4095 is read, one more is not, nor where the variable says less', async () => {
  const script = Buffer.from('#!/bin/bash\necho workload ran\n');
  const texts = Array.from({ length: 4098 }, (_, i) => Buffer.from(`line ${i}\n${'same '.repeat(20)}\n`));
  const make = (depth: number): { pack: Buffer; commit: string } => {
    const used = texts.slice(0, depth + 1);
    const id = (bytes: Uint8Array): string => hashObject('blob', bytes);
    const tree = encodeTree([
      ...used.map((bytes, i) => ({ mode: '100644', name: `f${String(i).padStart(5, '0')}`, oid: id(bytes) })),
      { mode: '100755', name: 'tee-launch.sh', oid: id(script) },
    ]);
    const commit = encodeCommit({ tree: hashObject('tree', tree) });
    const chain = used.map(
      (bytes, i): PackEntry =>
        i === 0
          ? { type: 'blob', bytes }
          : { type: 'ofs-delta', delta: deltaBetween(used[i - 1]!, bytes), base: i + 1 },
    );
    const entries: PackEntry[] = [
      { type: 'commit', bytes: commit },
      { type: 'tree', bytes: tree },
      ...chain,
      { type: 'blob', bytes: script },
    ];
    return { pack: buildPack(entries), commit: hashObject('commit', commit) };
  };
  for (const [depth, env, fits] of [
    [4095, {}, true],
    [4096, {}, false],
    [5, { TWL_LIMIT_DELTA_DEPTH: '5' }, true],
    [6, { TWL_LIMIT_DELTA_DEPTH: '5' }, false],
  ] as const) {
    const { pack, commit } = make(depth);
    stand.server.behave(behave.onFetch(behave.resultOf(packfileResponse(pack))));
    const launched = await stand.launch({ COMMIT_SHA: commit }, { env });
    if (fits) {
      expectRan(launched);
      continue;
    }
    expectFailure(launched, 'limit-exceeded', 10);
    expect(launched.error).toContain('deltas');
    expect(launched.hint).toContain('TWL_LIMIT_DELTA_DEPTH');
  }
});

test('a bomb within the limit of one object and beyond that of all', async () => {
  const zeros = (i: number): PackEntry => ({
    type: 'blob',
    bytes: Buffer.concat([Buffer.alloc(9_000_000), Buffer.from([i])]),
  });
  const pack = buildPack(Array.from({ length: 12 }, (_, i) => zeros(i)));
  expect(pack.length).toBeLessThan(200_000);
  stand.server.behave(behave.onFetch(behave.resultOf(packfileResponse(pack))));
  const launched = await stand.launch({}, { env: { TWL_LIMIT_INFLATED_BYTES: '100000000' } });
  expectFailure(launched, 'limit-exceeded', 10);
});

test.each(['0', '-1', '1.5', '1e3', '', 'x', ' 5', '9'.repeat(17)])(
  'TWL_LIMIT_OBJECTS=%j is refused',
  async (value) => {
    const launched = await stand.launch({}, { env: { TWL_LIMIT_OBJECTS: value } });
    expectFailure(launched, 'limit-variable', 2);
    expect(launched.error).toContain('TWL_LIMIT_OBJECTS');
  },
);

test('a limit of an unknown name is refused', async () => {
  for (const name of ['TWL_LIMIT_NOTHING', 'TWL_LIMIT_', 'TWL_LIMIT_toString', 'TWL_LIMIT_constructor']) {
    expectFailure(await stand.launch({}, { env: { [name]: '1' } }), 'limit-variable', 2);
  }
});

test('every limit of the table has a test in this folder', () => {
  const elsewhere: LimitName[] = [
    // formats.test.ts, silence.test.ts, answers.test.ts, redirects.test.ts
    'ADVERTISEMENT_BYTES',
    'PROGRESS_BYTES',
    'CONNECT_MS',
    'IDLE_MS',
    'TOTAL_MS',
    'ATTEMPTS',
    'BACKOFF_MS',
    'RETRY_AFTER_MS',
    'REDIRECTS',
  ];
  const tested = [...OF_BYTES.map(([name]) => name), 'DELTA_DEPTH', ...elsewhere];
  expect(tested.toSorted()).toEqual(Object.keys(LIMIT_TABLE).toSorted());
});
