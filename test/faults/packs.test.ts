import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { deltaBetween, encodeDelta } from '../support/delta.ts';
import { encodeCommit, encodeTag, encodeTree, hashObject } from '../support/git-objects.ts';
import { buildPack, type PackEntry, type PackLies } from '../support/pack-builder.ts';
import { packfileResponse } from '../support/pkt-line.ts';
import { type Launched, useStand } from './support.ts';

const stand = useStand();

const script = Buffer.from('#!/bin/bash\necho workload ran\n');
const text = Buffer.from('some text that is long enough to be worth a delta\n'.repeat(20));
const other = Buffer.concat([text, Buffer.from('and one line more\n')]);
const id = (type: string, bytes: Uint8Array): string => hashObject(type, bytes);
const tree = encodeTree([
  { mode: '100644', name: 'a', oid: id('blob', text) },
  { mode: '100644', name: 'b', oid: id('blob', other) },
  { mode: '100755', name: 'tee-launch.sh', oid: id('blob', script) },
]);
const commit = encodeCommit({ tree: id('tree', tree) });
const COMMIT: PackEntry = { type: 'commit', bytes: commit };
const TREE: PackEntry = { type: 'tree', bytes: tree };
const TEXT: PackEntry = { type: 'blob', bytes: text };
const OTHER: PackEntry = { type: 'blob', bytes: other };
const SCRIPT: PackEntry = { type: 'blob', bytes: script };
const WHOLE: PackEntry[] = [COMMIT, TREE, TEXT, OTHER, SCRIPT];
const delta = deltaBetween(text, other);

const launchPack = async (pack: Buffer, sha = id('commit', commit), env = {}): Promise<Launched> => {
  stand.server.behave(behave.onFetch(behave.resultOf(packfileResponse(pack))));
  return stand.launch({ COMMIT_SHA: sha }, { env });
};
const launchEntries = (entries: PackEntry[], lies: PackLies = {}): Promise<Launched> =>
  launchPack(buildPack(entries, lies));

describe('legal packs that git itself would not send', () => {
  test.each<[string, PackEntry[]]>([
    ['as git sends it', WHOLE],
    ['blobs before trees', [SCRIPT, TEXT, OTHER, TREE, COMMIT]],
    ['the commit in the middle', [TEXT, TREE, SCRIPT, COMMIT, OTHER]],
    ['an ofs-delta', [COMMIT, TREE, TEXT, { type: 'ofs-delta', delta, base: 2 }, SCRIPT]],
    ['a ref-delta behind its base', [COMMIT, TREE, TEXT, { type: 'ref-delta', delta, base: id('blob', text) }, SCRIPT]],
    ['a ref-delta before its base', [COMMIT, TREE, { type: 'ref-delta', delta, base: id('blob', text) }, TEXT, SCRIPT]],
    [
      'an ofs-delta upon a ref-delta before its base',
      [
        COMMIT,
        TREE,
        { type: 'ref-delta', delta: deltaBetween(script, other), base: id('blob', script) },
        { type: 'ofs-delta', delta: deltaBetween(other, text), base: 2 },
        SCRIPT,
      ],
    ],
    ['a tree as a delta of a blob is not possible, of a tree it is', WHOLE],
    [
      'written larger than need be',
      [COMMIT, TREE, { ...TEXT, compressed: deflateSync(text, { level: 0 }) } as PackEntry, OTHER, SCRIPT],
    ],
  ])('%s', async (_, entries) => {
    const launched = await launchEntries(entries);
    expect(launched.ran, launched.stderr).toBe(true);
  });

  test('a pack in pieces of three bytes', async () => {
    const body = packfileResponse(buildPack(WHOLE), { chunk: 3 });
    stand.server.behave(behave.onFetch({ ...behave.resultOf(body), drip: { bytes: 700, everyMs: 1 } }));
    expect((await stand.launch({ COMMIT_SHA: id('commit', commit) })).ran).toBe(true);
  });
});

const bomb = deflateSync(Buffer.alloc(5_000_000));
const mixed = Buffer.from('x');
const wrongDelta = (fields: Parameters<typeof encodeDelta>[0]): PackEntry[] => [
  COMMIT,
  TREE,
  TEXT,
  { type: 'ofs-delta', delta: encodeDelta(fields), base: 2 },
  SCRIPT,
];
const whole = { baseSize: text.length, resultSize: other.length };

describe('packs that are refused, each by its name', () => {
  test.each<[string, () => Buffer, string]>([
    ['an object too many: a blob', () => buildPack([...WHOLE, { type: 'blob', bytes: mixed }]), 'object-unexpected'],
    [
      'an object too many: a tree',
      () => buildPack([COMMIT, TREE, { type: 'tree', bytes: Buffer.alloc(0) }, TEXT, OTHER, SCRIPT]),
      'object-unexpected',
    ],
    [
      'an object too many: a commit',
      () =>
        buildPack([
          COMMIT,
          { type: 'commit', bytes: encodeCommit({ tree: id('tree', tree), message: 'x' }) },
          TREE,
          TEXT,
          OTHER,
          SCRIPT,
        ]),
      'object-unexpected',
    ],
    [
      'an object too many: a tag',
      () => buildPack([...WHOLE, { type: 'tag', bytes: encodeTag(id('commit', commit), 'commit') }]),
      'object-unexpected',
    ],
    ['a blob twice', () => buildPack([...WHOLE, TEXT]), 'object-unexpected'],
    [
      'a blob twice before the trees',
      () => buildPack([TEXT, TEXT, ...WHOLE.filter((e) => e !== TEXT)]),
      'object-unexpected',
    ],
    ['a tree twice', () => buildPack([COMMIT, TREE, ...WHOLE.slice(1)]), 'object-unexpected'],
    ['no commit', () => buildPack(WHOLE.slice(1)), 'object-missing'],
    ['no tree', () => buildPack([COMMIT, TEXT, OTHER, SCRIPT]), 'object-missing'],
    ['a file missing', () => buildPack([COMMIT, TREE, TEXT, OTHER]), 'object-missing'],
    [
      'one file changed',
      () => buildPack([COMMIT, TREE, TEXT, OTHER, { type: 'blob', bytes: Buffer.from('#!/bin/bash\necho evil\n') }]),
      'object-unexpected',
    ],
    ['no object', () => buildPack([]), 'object-missing'],
    [
      'bytes between the last object and the trailer',
      () => buildPack(WHOLE, { garbage: Buffer.from('xyz') }),
      'pack-malformed',
    ],
    ['bytes behind the trailer', () => buildPack(WHOLE, { garbageAfterTrailer: Buffer.from('xyz') }), 'pack-malformed'],
    ['a count that is too low', () => buildPack(WHOLE, { count: 4 }), 'pack-malformed'],
    ['a count that is too high', () => buildPack(WHOLE, { count: 6 }), 'pack-malformed'],
    ['a count of four thousand million', () => buildPack(WHOLE, { count: 0xffffffff }), 'limit-exceeded'],
    ['version 3', () => buildPack(WHOLE, { version: 3 }), 'pack-malformed'],
    ['another trailer', () => buildPack(WHOLE, { trailer: Buffer.alloc(20) }), 'pack-checksum'],
    ['no trailer', () => buildPack(WHOLE, { trailer: Buffer.alloc(0) }), 'pack-malformed'],
    ['object type 0', () => buildPack([{ type: 'odd', number: 0, bytes: mixed }, ...WHOLE]), 'pack-malformed'],
    ['object type 5', () => buildPack([{ type: 'odd', number: 5, bytes: mixed }, ...WHOLE]), 'pack-malformed'],
    [
      'a size that is too small',
      () => buildPack([COMMIT, TREE, { ...TEXT, size: 10 }, OTHER, SCRIPT]),
      'pack-malformed',
    ],
    [
      'a size that is too large',
      () => buildPack([COMMIT, TREE, { ...TEXT, size: 2000 }, OTHER, SCRIPT]),
      'pack-malformed',
    ],
    ['a size of zero', () => buildPack([COMMIT, TREE, { ...TEXT, size: 0 }, OTHER, SCRIPT]), 'pack-malformed'],
    [
      'a size of 600 MB',
      () => buildPack([COMMIT, TREE, { ...TEXT, size: 600 * 2 ** 20 }, OTHER, SCRIPT]),
      'limit-exceeded',
    ],
    [
      'a size of 400 MB',
      () => buildPack([COMMIT, TREE, { ...TEXT, size: 400 * 2 ** 20 }, OTHER, SCRIPT]),
      'pack-malformed',
    ],
    [
      'a bomb that lies about its size',
      () => buildPack([COMMIT, TREE, { ...TEXT, compressed: bomb }, OTHER, SCRIPT]),
      'pack-malformed',
    ],
    [
      'no zlib stream',
      () => buildPack([COMMIT, TREE, { ...TEXT, compressed: Buffer.alloc(100, 1) }, OTHER, SCRIPT]),
      'pack-malformed',
    ],
    [
      'a zlib stream without its end',
      () => buildPack([COMMIT, TREE, OTHER, SCRIPT, { ...TEXT, compressed: deflateSync(text).subarray(0, 20) }]),
      'pack-malformed',
    ],
    [
      'an ofs-delta upon itself',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ofs-delta', delta, distance: 0 }, SCRIPT]),
      'pack-malformed',
    ],
    [
      'an ofs-delta to before the pack',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ofs-delta', delta, distance: 99_999 }, SCRIPT]),
      'pack-malformed',
    ],
    [
      'an ofs-delta into the middle of an object',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ofs-delta', delta, distance: 3 }, SCRIPT]),
      'pack-malformed',
    ],
    [
      'a ref-delta whose base is not there',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ref-delta', delta, base: '1'.repeat(40) }, SCRIPT]),
      'pack-malformed',
    ],
    [
      'a ref-delta upon itself',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ref-delta', delta, base: id('blob', other) }, SCRIPT]),
      'pack-malformed',
    ],
    [
      'two ref-deltas upon each other',
      () =>
        buildPack([
          COMMIT,
          TREE,
          { type: 'ref-delta', delta: deltaBetween(other, text), base: id('blob', other) },
          { type: 'ref-delta', delta, base: id('blob', text) },
          SCRIPT,
        ]),
      'pack-malformed',
    ],
    [
      'a delta of another base size',
      () => buildPack(wrongDelta({ ...whole, baseSize: 7, steps: [{ copy: [0, text.length] }] })),
      'delta-malformed',
    ],
    [
      'a delta of another result size',
      () => buildPack(wrongDelta({ ...whole, steps: [{ copy: [0, text.length] }] })),
      'delta-malformed',
    ],
    [
      'a delta that copies out of bounds',
      () => buildPack(wrongDelta({ ...whole, steps: [{ copy: [text.length - 1, 19] }] })),
      'delta-malformed',
    ],
    [
      'a delta that copies from 4 GB on',
      () => buildPack(wrongDelta({ ...whole, steps: [{ copy: [0xffffffff, 1] }] })),
      'delta-malformed',
    ],
    [
      'a delta with instruction 0',
      () => buildPack(wrongDelta({ ...whole, steps: [{ raw: Buffer.from([0]) }] })),
      'delta-malformed',
    ],
    [
      'a delta cut inside an instruction',
      () => buildPack(wrongDelta({ ...whole, steps: [{ raw: Buffer.from([0xff, 1]) }] })),
      'delta-malformed',
    ],
    [
      'a delta that inserts more than it has',
      () => buildPack(wrongDelta({ ...whole, steps: [{ raw: Buffer.from([50, 1]) }] })),
      'delta-malformed',
    ],
    [
      'a delta that makes gigabytes',
      () => buildPack(wrongDelta({ ...whole, resultSize: 2 ** 40, steps: [] })),
      'delta-malformed',
    ],
    [
      'a delta whose size does not end',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ofs-delta', delta: Buffer.alloc(30, 0xff), base: 2 }, SCRIPT]),
      'delta-malformed',
    ],
    [
      'an empty delta',
      () => buildPack([COMMIT, TREE, TEXT, { type: 'ofs-delta', delta: Buffer.alloc(0), base: 2 }, SCRIPT]),
      'delta-malformed',
    ],
  ])('%s', async (_, pack, code) => {
    const launched = await launchPack(pack());
    expect({ code: launched.errorCode, status: launched.code, stdout: launched.stdout }, launched.stderr).toEqual({
      code,
      status: 10,
      stdout: '',
    });
    expect(launched.error).not.toBe('');
  });

  test('a tag as the pinned commit', async () => {
    const tag = encodeTag(id('commit', commit), 'commit');
    const launched = await launchPack(buildPack([{ type: 'tag', bytes: tag }, ...WHOLE]), id('tag', tag));
    expect(launched).toMatchObject({ errorCode: 'not-a-commit', code: 10, stdout: '' });
    expect(launched.hint).toContain('^{commit}');
  });

  test('a tree or a blob as the pinned commit', async () => {
    for (const [entry, sha] of [
      [TREE, id('tree', tree)],
      [SCRIPT, id('blob', script)],
    ] as const) {
      expect(await launchPack(buildPack([entry]), sha)).toMatchObject({ errorCode: 'not-a-commit', code: 10 });
    }
  });
});
