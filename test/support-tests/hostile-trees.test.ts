import { expect, test } from 'vitest';
import { tryGit } from '../support/git-command.ts';
import { HOSTILE_TREES } from '../support/hostile-trees.ts';
import { ObjectStore } from '../support/object-store.ts';
import { DELIMITER, FLUSH, pktLine } from '../support/pkt-line.ts';
import { useScratch } from '../support/use-scratch.ts';

/** Whether real git serves the commit whole, asked without a client in between. */
const isServed = async (gitDir: string, store: ObjectStore, oid: string): Promise<boolean> => {
  const input = Buffer.concat([
    pktLine('command=fetch'),
    pktLine(`object-format=${store.format}`),
    DELIMITER,
    ...['no-progress', 'deepen 1', `want ${oid}\n`, 'done\n'].map((line) => pktLine(line)),
    FLUSH,
  ]);
  const env = { GIT_PROTOCOL: 'version=2' };
  const { code, stdout } = await tryGit(['upload-pack', '--stateless-rpc', gitDir], { input, env });
  return code === 0 && stdout.includes('PACK') && stdout.subarray(-4).equals(FLUSH);
};

test('every case has a name of its own', () => {
  expect(new Set(HOSTILE_TREES.map(({ name }) => name)).size).toBe(HOSTILE_TREES.length);
});

test.each(['sha1', 'sha256'] as const)(
  'real git serves what the table says (%s)',
  async (format) => {
    const gitDir = useScratch().join('all.git');
    const store = new ObjectStore(format);
    const light = HOSTILE_TREES.filter((tree, i) => tree.heavy !== true && (format === 'sha1' || i % 10 === 0));
    const cases = light.map((tree) => ({ tree, oid: tree.build(store) }));
    await store.makeBareRepository(gitDir);
    const wrong: string[] = [];
    for (const { tree, oid } of cases) {
      const served = await isServed(gitDir, store, oid);
      if (served !== (tree.server === 'git')) wrong.push(`${tree.name}: ${served ? 'served' : 'not served'}`);
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);
