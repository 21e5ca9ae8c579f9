import { expect, test } from 'vitest';
import { git, tryGit } from '../support/git-command.ts';
import { encodeCommit, encodeTree, hashObject, type ObjectFormat, sortedTree } from '../support/git-objects.ts';
import { deltaBetween, encodeDelta } from '../support/delta.ts';
import { ObjectStore } from '../support/object-store.ts';
import { buildPack, packOfStore } from '../support/pack-builder.ts';
import { initRepository } from '../support/repositories.ts';
import { useScratch } from '../support/use-scratch.ts';

const FORMATS: ObjectFormat[] = ['sha1', 'sha256'];

test.each(FORMATS)('git reads what the builders write (%s)', async (format) => {
  const scratch = useScratch();
  const store = new ObjectStore(format);
  const file = store.addBlob('hello\n');
  const inner = store.add('tree', sortedTree([{ mode: '100755', name: 'run', oid: file }]));
  const root = store.add(
    'tree',
    sortedTree([
      { mode: '100644', name: 'a.b', oid: file },
      { mode: '40000', name: 'a', oid: inner },
    ]),
  );
  const commit = store.addCommit({ tree: root });
  const gitDir = scratch.join('r.git');
  await store.makeBareRepository(gitDir, commit);
  const run = (...args: string[]): Promise<string> => git(['--git-dir', gitDir, ...args]);
  await run('fsck', '--strict', '--full');
  expect(await run('rev-parse', 'main^{tree}')).toBe(root);
  expect(await run('ls-tree', '-r', '--name-only', 'main')).toBe('a.b\na/run');
  const again = await git(['--git-dir', gitDir, 'hash-object', '--stdin'], { input: 'hello\n' });
  expect(again).toBe(file);
});

test.each(FORMATS)('git indexes a pack with both kinds of delta (%s)', async (format) => {
  const scratch = useScratch();
  const gitDir = await initRepository(scratch.join('r.git'), format);
  const texts = [0, 1, 2].map((i) =>
    Buffer.from(`${'line of text\n'.repeat(3000)}end ${i}\n${'more\n'.repeat(20_000)}`),
  );
  const oids = texts.map((text) => hashObject('blob', text, format));
  const pack = buildPack(
    [
      { type: 'blob', bytes: texts[0]! },
      { type: 'ofs-delta', base: 0, delta: deltaBetween(texts[0]!, texts[1]!) },
      { type: 'ref-delta', base: oids[1]!, delta: deltaBetween(texts[1]!, texts[2]!) },
    ],
    { format },
  );
  await git(['--git-dir', gitDir, 'index-pack', '--stdin', '--strict'], { input: pack });
  for (const oid of oids) expect(await git(['--git-dir', gitDir, 'cat-file', '-t', oid])).toBe('blob');
});

test('git refuses a pack that lies', async () => {
  const scratch = useScratch();
  const gitDir = await initRepository(scratch.join('r.git'));
  const bytes = Buffer.from('content\n');
  const delta = encodeDelta({ baseSize: 8, resultSize: 99, steps: [{ copy: [0, 8] }] });
  const packs = [
    buildPack([{ type: 'blob', bytes, size: 7 }]),
    buildPack([{ type: 'blob', bytes, size: 9 }]),
    buildPack([{ type: 'blob', bytes, compressed: Buffer.from('no zlib') }]),
    buildPack([{ type: 'blob', bytes }], { count: 2 }),
    buildPack([{ type: 'blob', bytes }], { trailer: Buffer.alloc(20) }),
    buildPack([{ type: 'blob', bytes }], { garbage: Buffer.from('x') }),
    buildPack([{ type: 'odd', number: 5, bytes }]),
    buildPack([
      { type: 'blob', bytes },
      { type: 'ofs-delta', base: 0, delta },
    ]),
    buildPack([{ type: 'ofs-delta', distance: 500, delta }]),
  ];
  for (const input of packs) {
    const result = await tryGit(['--git-dir', gitDir, 'index-pack', '--stdin'], { input });
    expect(result.code).not.toBe(0);
  }
});

test('a store can be packed whole', async () => {
  const scratch = useScratch();
  const store = new ObjectStore();
  const tree = store.add('tree', encodeTree([{ mode: '100644', name: 'x', oid: store.addBlob('x\n') }]));
  const commit = store.add('commit', encodeCommit({ tree }));
  const gitDir = await initRepository(scratch.join('r.git'));
  await git(['--git-dir', gitDir, 'index-pack', '--stdin', '--strict'], { input: packOfStore(store) });
  expect(await git(['--git-dir', gitDir, 'show', `${commit}:x`])).toBe('x');
});
