import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { layOut } from '../../src/source/checkout/layout.ts';
import { parseCommit } from '../../src/source/objects/commit.ts';
import { encodeTree, parseTree } from '../../src/source/objects/tree.ts';
import { checkName } from '../../src/source/objects/tree-names.ts';
import { git, tryGit } from '../support/git-command.ts';
import {
  encodeCommit,
  encodeTree as encodeRaw,
  hashObject,
  sortEntries,
  type TreeEntry,
} from '../support/git-objects.ts';
import { holds } from '../support/property.ts';
import { initRepository } from '../support/repositories.ts';
import { makeScratch } from '../support/scratch.ts';
import { codeOf, limitsWith, onlySourceErrors } from './support.ts';

const ID = '12'.repeat(20);
const limits = limitsWith();
const parse = (content: Buffer) => parseTree(content, 'sha1', '', limits);
const one = (mode: string, name: string | Uint8Array, oid = ID): Buffer => encodeRaw([{ mode, name, oid }]);
const BITS = { file: '100644', executable: '100755', symlink: '120000', folder: '040000', gitlink: '160000' } as const;
const scratch = makeScratch();
beforeAll(async () => {
  await initRepository(scratch.join('r.git'));
});

const nameBytes = (): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...'ab.-G/~1it\\ :'), minLength: 1, maxLength: 6 }),
    )
    .map((name) => Buffer.from(name as Uint8Array));
const mode = (): fc.Arbitrary<string> => fc.constantFrom('100644', '100755', '120000', '40000', '160000');
const entries = (): fc.Arbitrary<TreeEntry[]> =>
  fc.uniqueArray(fc.record({ mode: mode(), name: nameBytes(), oid: fc.constant(ID) }), {
    maxLength: 12,
    selector: ({ name }) => Buffer.from(name as Uint8Array).toString('latin1'),
  });

describe('a tree', () => {
  test('that we accept is one that git accepts, with the same entries, and is written to the same bytes', async () => {
    const gitDir = scratch.join('r.git');
    const samples = fc.array(entries(), { minLength: 150, maxLength: 150 });
    await holds(
      fc.asyncProperty(samples, async (all) => {
        const accepted = all
          .map((wanted) => encodeRaw(sortEntries(wanted)))
          .filter((content) => codeOf(() => parse(content)) === undefined);
        expect(accepted.length).toBeGreaterThan(20);
        const paths = accepted.map((content, i) => {
          writeFileSync(scratch.join(`tree${i}`), content);
          return scratch.join(`tree${i}`);
        });
        // git checks each object that it is given to hash.
        const args = ['--git-dir', gitDir, 'hash-object', '-t', 'tree', '-w', '--stdin-paths'];
        const ids = (await git(args, { input: `${paths.join('\n')}\n` })).split('\n');
        expect(ids).toEqual(accepted.map((content) => hashObject('tree', content)));
        for (const content of accepted) expect(encodeTree(parse(content)).equals(content)).toBe(true);
        for (const content of accepted.slice(0, 8)) {
          const listed = await tryGit(['--git-dir', gitDir, 'ls-tree', '-z', hashObject('tree', content)]);
          const theirs = listed.stdout.toString('latin1').split('\0').slice(0, -1);
          expect(parse(content).map(({ kind, name, id }) => `${BITS[kind]} ${id}\t${name}`)).toEqual(
            theirs.map((line) => line.replace(/^(\d+) \w+ /, '$1 ')),
          );
        }
      }),
      1,
    );
  });

  test('of arbitrary or damaged bytes is refused by a SourceError, or means what its canonical form means', () =>
    holds(
      fc.property(
        entries(),
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(),
        fc.boolean(),
        (wanted, noise, bit, isDamaged) => {
          const content = isDamaged ? encodeRaw(sortEntries(wanted)) : Buffer.from(noise);
          if (isDamaged && content.length > 0) content[Math.floor(bit / 8) % content.length]! ^= 1 << (bit % 8);
          const read = onlySourceErrors(() => parse(content));
          if (read === undefined) return;
          expect(parse(encodeTree(read))).toEqual(read);
          // A damaged mode can still be one that old histories hold: 100664, or padded with zeros.
          const isOld = /(?:100664|0+(?:100644|100755|120000|40000|160000)) /.test(content.toString('latin1'));
          if (!isOld) expect(encodeTree(read).equals(content)).toBe(true);
        },
      ),
      1000,
    ));

  test('in any other order is refused', () =>
    holds(
      fc.property(entries(), fc.nat(), (wanted, at) => {
        const sorted = sortEntries(wanted);
        if (sorted.length < 2 || codeOf(() => parse(encodeRaw(sorted))) !== undefined) return;
        const place = at % (sorted.length - 1);
        const swapped = sorted.with(place, sorted[place + 1]!).with(place + 1, sorted[place]!);
        expect(codeOf(() => parse(encodeRaw(swapped)))).toBe('tree-order');
        expect(codeOf(() => parse(encodeRaw([...sorted, sorted[place]!])))).toBe('tree-duplicate-name');
      }),
    ));

  test('a file and a folder of one name', () => {
    const names = ['100644 a', '40000 a'] as const;
    const [file, folder] = names.map((text) => ({ mode: text.split(' ')[0]!, name: 'a', oid: ID }));
    const between = { mode: '100644', name: 'a.b', oid: ID };
    expect(codeOf(() => parse(encodeRaw([file!, folder!])))).toBe('tree-duplicate-name');
    expect(codeOf(() => parse(encodeRaw([file!, between, folder!])))).toBe('tree-duplicate-name');
  });

  test.each(['100644', '100664', '100755', '120000', '40000', '160000', '040000', '0100644', '00040000'])(
    'mode %s is read',
    (bits) => {
      expect(parse(one(bits, 'x'))).toHaveLength(1);
    },
  );

  test.each([
    '100600',
    '100666',
    '104755',
    '100777',
    '0',
    '',
    '140000',
    '20000',
    '100645',
    '-00644',
    '+0644',
    '100 644',
    '000000100644',
    '4000',
    '1e5',
  ])('mode %j is not', (bits) => {
    expect(['tree-mode-refused', 'tree-malformed', 'tree-name-refused']).toContain(codeOf(() => parse(one(bits, 'x'))));
  });

  test('no object is named by zeros, no byte is missing', () => {
    expect(codeOf(() => parse(one('100644', 'x', '0'.repeat(40))))).toBe('tree-malformed');
    const whole = one('100644', 'x');
    for (let end = 1; end < whole.length; end++)
      expect(codeOf(() => parse(whole.subarray(0, end)))).toBe('tree-malformed');
  });
});

describe('a name', () => {
  const check = (name: string) => codeOf(() => checkName(Buffer.from(name).toString('latin1'), '', 255));

  test.each([
    '',
    '.',
    '..',
    'a/b',
    '/',
    '.git',
    '.GIT',
    '.Git',
    '.gIt',
    'git~1',
    'GIT~1',
    '.git.',
    '.git ',
    '.git . .',
    '.git:x',
    '.git::$INDEX_ALLOCATION',
    '.g\u200cit',
    '.\u200dgit',
    '\ufeff.git',
    '.git\u2060'.replace('\u2060', '\u206a'),
    'a\\.git',
    '.git\\x',
    '.GIT\\config',
    'x'.repeat(256),
  ])('%j is refused', (name) => {
    expect(check(name)).toBe('tree-name-refused');
  });

  test.each([
    '.gitignore',
    '.gitmodules',
    'git',
    'git~2',
    '.gi',
    'a.git',
    '..a',
    '...',
    ' ',
    '-',
    '\\',
    'a\nb',
    '\x01',
    'ü',
    'con',
    'x'.repeat(255),
    '.git-x',
    'git~10',
    '.gitX',
  ])('%j is data', (name) => {
    expect(check(name)).toBeUndefined();
  });
});

describe('a commit', () => {
  const tree = '3'.repeat(40);

  test('with any number of parents and any rest', () =>
    holds(
      fc.property(fc.array(fc.stringMatching(/^[0-9a-f]{40}$/), { maxLength: 4 }), fc.string(), (parents, message) => {
        const content = encodeCommit({ tree, parents, message });
        expect(parseCommit(content, 'sha1', ID)).toEqual({ tree, parents });
      }),
    ));

  test('arbitrary bytes', () =>
    holds(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        onlySourceErrors(() => parseCommit(Buffer.from(bytes), 'sha1', ID));
        expect(
          codeOf(() => parseCommit(Buffer.concat([Buffer.from(`tree ${'z'.repeat(40)}\n`), bytes]), 'sha1', ID)),
        ).toBe('commit-malformed');
      }),
    ));

  test('a tree of the other format, upper-case, later in the text', () => {
    for (const text of [
      `tree ${'3'.repeat(64)}\n`,
      `tree ${'A'.repeat(40)}\n`,
      `\ntree ${tree}\n`,
      `x\ntree ${tree}\n`,
      `tree  ${tree}\n`,
      `tree ${tree}`,
      '',
    ]) {
      expect(codeOf(() => parseCommit(Buffer.from(text), 'sha1', ID))).toBe('commit-malformed');
    }
    const hidden = Buffer.from(`tree ${tree}\nauthor x\ntree ${'4'.repeat(40)}\nparent ${'5'.repeat(40)}\n`);
    expect(parseCommit(hidden, 'sha1', ID)).toEqual({ tree, parents: [] });
  });
});

describe('the layout of a commit', () => {
  const make = (trees: Buffer[]): Map<string, Buffer> =>
    new Map(trees.map((content) => [hashObject('tree', content), content]));

  test('counts the paths of shared folders before it makes them', () => {
    // Each level names the one below it ten times: 559 bytes a level, a million files at six.
    let below = one('100644', 'x');
    const trees = [below];
    for (let level = 0; level < 9; level++) {
      const oid = hashObject('tree', below);
      below = encodeRaw(Array.from({ length: 10 }, (_, i) => ({ mode: '40000', name: `d${i}`, oid })));
      trees.push(below);
    }
    const all = make(trees);
    const start = performance.now();
    expect(codeOf(() => layOut(hashObject('tree', below), (id) => all.get(id), { format: 'sha1', limits }))).toBe(
      'limit-exceeded',
    );
    expect(performance.now() - start).toBeLessThan(500);
    const small = trees[3]!;
    const layout = layOut(hashObject('tree', small), (id) => all.get(id), { format: 'sha1', limits });
    expect(layout?.entries).toHaveLength(1000);
    expect(layout?.folders).toHaveLength(1110);
    expect(layout?.entries.map(({ path }) => path)).toEqual(layout?.entries.map(({ path }) => path).toSorted());
  });

  test('bounds the depth before it recurses', () => {
    let below = one('100644', 'x');
    const trees = [below];
    for (let level = 0; level < 60_000; level++) {
      below = one('40000', 'd', hashObject('tree', below));
      trees.push(below);
    }
    const all = make(trees);
    expect(codeOf(() => layOut(hashObject('tree', below), (id) => all.get(id), { format: 'sha1', limits }))).toBe(
      'limit-exceeded',
    );
  });

  test('says when a folder is missing', () => {
    expect(layOut(ID, () => undefined, { format: 'sha1', limits })).toBeUndefined();
  });
});
