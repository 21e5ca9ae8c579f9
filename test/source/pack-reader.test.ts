import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodePackIndex } from '../../src/source/pack/pack-index.ts';
import { PackWindow } from '../../src/source/pack/pack-window.ts';
import { PackWriter } from '../../src/source/pack/pack-writer.ts';
import { git, tryGit } from '../support/git-command.ts';
import { hashObject, type ObjectFormat } from '../support/git-objects.ts';
import { makeLargeRepository } from '../support/large-repository.ts';
import { buildPack } from '../support/pack-builder.ts';
import { deltaBetween } from '../support/delta.ts';
import { holds } from '../support/property.ts';
import { seededRandom } from '../support/random.ts';
import { initRepository } from '../support/repositories.ts';
import { makeScratch } from '../support/scratch.ts';
import { codeOf, cutAt, cuts, limitsWith, MemoryStore, onlySourceErrors, readPack } from './support.ts';

const scratch = makeScratch();
const FORMATS: ObjectFormat[] = ['sha1', 'sha256'];
/** Packs made by git, with what git says of them. */
const packs: { format: ObjectFormat; pack: Buffer; index: Buffer; listing: string }[] = [];

beforeAll(async () => {
  for (const format of FORMATS) {
    for (const [i, options] of [['--depth=50'], ['--depth=0'], ['--depth=4000', '--no-delta-base-offset']].entries()) {
      const path = scratch.join(`${format}-${i}.git`);
      const { gitDir } = await makeLargeRepository({
        path,
        format,
        files: 60,
        averageBytes: 2500,
        history: 12,
        seed: i + 1,
      });
      const ids = await git(['--git-dir', gitDir, 'rev-list', '--objects', '--all', '--no-object-names']);
      const isOffset = options.length === 1;
      const args = [
        '--git-dir',
        gitDir,
        'pack-objects',
        '-q',
        '--stdout',
        '--no-reuse-delta',
        '--window=20',
        options[0]!,
      ];
      const made = await tryGit([...args, ...(isOffset ? ['--delta-base-offset'] : [])], { input: `${ids}\n` });
      expect(made.code, made.stderr).toBe(0);
      await initRepository(scratch.join(`x-${format}-${i}`), format);
      const name = await git(['--git-dir', scratch.join(`x-${format}-${i}`), 'index-pack', '--stdin'], {
        input: made.stdout,
      });
      const base = scratch.join(`x-${format}-${i}`, 'objects/pack', `pack-${name.split('\t')[1]}`);
      const listing = await git([
        '--git-dir',
        scratch.join(`x-${format}-${i}`),
        'cat-file',
        '--batch-all-objects',
        '--batch-check',
      ]);
      packs.push({ format, pack: made.stdout, index: readFileSync(`${base}.idx`), listing });
    }
  }
});

describe('packs that git made', () => {
  test('give the objects that git reads and its index byte for byte, however they arrive', () => {
    const random = seededRandom(5);
    for (const { format, pack, index, listing } of packs) {
      for (const count of [0, 3, 500]) {
        const places = Array.from({ length: count }, () => random.below(pack.length));
        const { summary, objects, reader } = readPack(cutAt(pack, places), format);
        expect(encodePackIndex(summary, format).equals(index)).toBe(true);
        const lines = objects.map(({ id, type, data }) => `${id} ${type} ${data.length}`).sort();
        expect(lines).toEqual(listing.split('\n').sort());
        for (const { id, type, data, index: place } of objects) {
          expect(hashObject(type, data, format)).toBe(id);
          if (place % 7 === 0) expect(reader.read(place).equals(data)).toBe(true);
        }
      }
    }
  });

  test('one byte at a time', () => {
    const small = packs.toSorted((a, b) => a.pack.length - b.pack.length)[0]!;
    const start = performance.now();
    const { summary } = readPack(
      cutAt(
        small.pack,
        Array.from({ length: small.pack.length }, (_, i) => i),
      ),
      small.format,
    );
    expect(encodePackIndex(summary, small.format).equals(small.index)).toBe(true);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test('damaged by a bit, cut or lengthened: a SourceError each time', () => {
    const { pack, format } = packs[0]!;
    const random = seededRandom(9);
    for (let i = 0; i < 60; i++) {
      const broken = Buffer.from(pack);
      broken[random.below(pack.length)]! ^= 1 << random.below(8);
      expect(codeOf(() => readPack([broken], format))).toBeDefined();
      expect(codeOf(() => readPack([pack.subarray(0, random.below(pack.length))], format))).toBeDefined();
    }
    expect(codeOf(() => readPack([pack, Buffer.from('x')], format))).toBe('pack-malformed');
  });
});

describe('packs made by hand', () => {
  let made = 0;
  const file = (): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes));

  test('of any blobs and deltas, as git index-pack reads them', async () => {
    await holds(
      fc.asyncProperty(
        fc.array(file(), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        cuts(),
        async (blobs, wishes, places) => {
          const entries: Parameters<typeof buildPack>[0][number][] = [];
          const seen = new Set<string>();
          const contents: Buffer[] = [];
          for (const bytes of blobs) {
            const id = hashObject('blob', bytes);
            if (seen.has(id)) continue;
            seen.add(id);
            const wish = wishes[entries.length] ?? 0;
            const base = contents.length === 0 ? -1 : wish % contents.length;
            const delta = base < 0 ? Buffer.alloc(0) : deltaBetween(contents[base]!, bytes);
            if (base < 0 || wish % 3 === 0 || delta.length < 4) entries.push({ type: 'blob', bytes });
            else if (wish % 3 === 1) entries.push({ type: 'ofs-delta', delta, base });
            else entries.push({ type: 'ref-delta', delta, base: hashObject('blob', contents[base]!) });
            contents.push(bytes);
          }
          const pack = buildPack(entries);
          const { summary, objects } = readPack(cutAt(pack, places));
          expect(objects.map(({ id }) => id).sort()).toEqual([...seen].sort());
          const folder = scratch.join(`by-hand-${made++}`);
          const result = await tryGit(['index-pack', '-o', `${folder}.idx`, '--stdin', `${folder}.pack`], {
            input: pack,
            cwd: scratch.join('sha1-0.git'),
          });
          expect(result.code, result.stderr).toBe(0);
          expect(encodePackIndex(summary, 'sha1').equals(readFileSync(`${folder}.idx`))).toBe(true);
        },
      ),
      8,
    );
  });

  test('arbitrary bytes give a SourceError and never hang', () =>
    holds(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(20),
        fc.boolean(),
        cuts(),
        (bytes, count, isFramed, places) => {
          const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
          head.writeUInt32BE(count, 8);
          const input = isFramed ? Buffer.concat([head, bytes]) : Buffer.from(bytes);
          const code = codeOf(() => readPack(cutAt(input, places)));
          expect(code).toBeDefined();
          expect(codeOf(() => readPack([input]))).toBe(code);
        },
      ),
    ));

  test('a damaged pack with a right trailer gives objects or a SourceError, the same for every cut', () =>
    holds(
      fc.property(fc.array(file(), { minLength: 1, maxLength: 4 }), fc.nat(), cuts(), (blobs, bit, places) => {
        const whole = buildPack(blobs.map((bytes) => ({ type: 'blob', bytes })));
        const body = Buffer.from(whole.subarray(12, -20));
        body[Math.floor(bit / 8) % body.length]! ^= 1 << (bit % 8);
        // The checksum is the sender's, so it proves nothing: a new one over the damage.
        const input = buildPack([], { count: blobs.length, garbage: body });
        const read = (pieces: Buffer[]) => onlySourceErrors(() => readPack(pieces).objects.map(({ id }) => id));
        expect(read(cutAt(input, places))).toEqual(read([input]));
      }),
    ));

  test.each(FORMATS.flatMap((format) => [true, false].map((compress) => [format, compress] as const)))(
    'our own packs are read by us and by git: %s, compressed: %s',
    async (format, compress) => {
      const contents = ['', 'x', 'y'.repeat(70_000), 'z'.repeat(65_535), 'w'.repeat(65_536)].map((text) =>
        Buffer.from(text),
      );
      const parts: Buffer[] = [];
      const writer = new PackWriter({
        format,
        count: contents.length,
        compress,
        emit: (bytes) => void parts.push(Buffer.from(bytes)),
      });
      for (const bytes of contents) writer.add('blob', hashObject('blob', bytes, format), bytes);
      const index = encodePackIndex(writer.finish(), format);
      const { objects, summary } = readPack(parts, format);
      expect(objects.map(({ id }) => id)).toEqual(contents.map((bytes) => hashObject('blob', bytes, format)));
      expect(encodePackIndex(summary, format).equals(index)).toBe(true);
      const path = scratch.join(`own-${format}-${compress}`);
      const args = ['index-pack', '--strict', '--stdin', '-o', `${path}.idx`, `${path}.pack`];
      const result = await tryGit(args, { input: Buffer.concat(parts), cwd: scratch.join(`${format}-0.git`) });
      expect(result.code, result.stderr).toBe(0);
      expect(index.equals(readFileSync(`${path}.idx`))).toBe(true);
    },
  );

  test('a depth beyond the limit, and one at it', () => {
    const contents = Array.from({ length: 12 }, (_, i) => Buffer.from(`text ${'x'.repeat(i)}`));
    const entries = contents.map((bytes, i) =>
      i === 0
        ? { type: 'blob' as const, bytes }
        : { type: 'ofs-delta' as const, delta: deltaBetween(contents[i - 1]!, bytes), base: i - 1 },
    );
    expect(readPack([buildPack(entries)], 'sha1', limitsWith({ DELTA_DEPTH: 11 })).objects).toHaveLength(12);
    expect(codeOf(() => readPack([buildPack(entries)], 'sha1', limitsWith({ DELTA_DEPTH: 10 })))).toBe(
      'limit-exceeded',
    );
  });
});

test('the window gives the bytes that are asked for, from memory or from the file', () =>
  holds(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }),
      (sizes, asks) => {
        const store = new MemoryStore();
        const window = new PackWindow(store);
        let position = 0;
        sizes.forEach((size, i) => {
          const bytes = Buffer.alloc(size, i + 1);
          store.append(bytes);
          window.push(bytes);
          const [step, span] = asks[i] ?? [0, 1];
          position += step % (store.length - position + 1);
          const end = Math.min(store.length, position + (span % 5000));
          const got = window.from(position, end);
          expect(got.length).toBeGreaterThanOrEqual(end - position);
          expect(got.equals(store.read(position, position + got.length))).toBe(true);
        });
      },
    ),
    60,
  ));
