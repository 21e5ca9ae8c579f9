import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegistryError } from '../../src/registry/errors.ts';
import { readTar } from '../../src/registry/layer/read-tar.ts';
import { holds } from '../support/property.ts';
import { failure } from './failure.ts';
import { paxItem, paxRecord, TAR_END, type TarItem, tarItem, tarOf } from './tar-builder.ts';

const read = (...items: readonly TarItem[]) => readTar(tarOf(...items), 'the layer');
const PLAIN = { mode: 0o644, uid: 0, gid: 0, linkName: '', attributes: [], content: new Uint8Array() };

test('entries come as they stand there', () => {
  expect(
    read(
      { path: 'etc/', type: '5', mode: 0o755 },
      { path: 'etc/a', content: 'hello', mode: 0o104755, uid: 7, gid: 8 },
      { path: 'b', type: '\0' },
      { path: 'c', type: '2', linkName: 'to' },
      { path: 'd', type: '1', linkName: 'other' },
      { path: 'e', type: '3' },
      { path: 'f', type: '4' },
      { path: 'g', type: '6' },
      { path: 'h', prefix: 'above/it', magic: 'ustar\x0000' },
      { path: 'i', magic: 'ustar  \0' },
    ),
  ).toEqual([
    { ...PLAIN, path: 'etc/', type: 'folder', mode: 0o755 },
    {
      ...PLAIN,
      path: 'etc/a',
      type: 'file',
      mode: 0o4755,
      uid: 7,
      gid: 8,
      content: new Uint8Array(Buffer.from('hello')),
    },
    { ...PLAIN, path: 'b', type: 'file' },
    { ...PLAIN, path: 'c', type: 'symlink', linkName: 'to' },
    { ...PLAIN, path: 'd', type: 'hard link', linkName: 'other' },
    { ...PLAIN, path: 'e', type: 'device' },
    { ...PLAIN, path: 'f', type: 'device' },
    { ...PLAIN, path: 'g', type: 'fifo' },
    { ...PLAIN, path: 'above/it/h', type: 'file' },
    { ...PLAIN, path: 'i', type: 'file' },
  ]);
});

test('an empty tar has no entries, and contents of any length are cut where they end', () => {
  expect(readTar(TAR_END, 'it')).toEqual([]);
  expect(readTar(Buffer.alloc(10240), 'it')).toEqual([]);
  for (const length of [0, 1, 511, 512, 513]) {
    const [entry, after] = read({ path: 'a', content: Buffer.alloc(length, 1) }, { path: 'b' });
    expect(entry?.content).toHaveLength(length);
    expect(after?.path).toBe('b');
  }
});

test('what is returned is a copy', () => {
  const tar = tarOf({ path: 'a', content: 'x' });
  const [entry] = readTar(tar, 'it');
  tar.fill(0);
  expect(Buffer.from(entry!.content).toString()).toBe('x');
});

test('extended headers say more of the next entry, and of no other', () => {
  const long = 'x/'.repeat(200);
  const [first, second] = read(
    paxItem(
      ['path', `${long}ä`],
      ['linkpath', 'far'],
      ['uid', '4294967295'],
      ['gid', '12'],
      ['mtime', '1.5'],
      ['atime', '1'],
      ['ctime', '1'],
      ['uname', 'root'],
      ['gname', 'root'],
      ['LIBARCHIVE.creationtime', '1'],
      ['SCHILY.xattr.security.capability', '\x01\xff'],
      ['LIBARCHIVE.xattr.user.a', 'AA'],
    ),
    { path: 'short', type: '2' },
    { path: 'b', uid: 5 },
  );
  expect(first).toEqual({
    ...PLAIN,
    path: `${long}ä`,
    type: 'symlink',
    linkName: 'far',
    uid: 4294967295,
    gid: 12,
    attributes: ['security.capability', 'user.a'],
  });
  expect(second).toEqual({ ...PLAIN, path: 'b', type: 'file', uid: 5 });
});

const bytes = (...parts: readonly (Uint8Array | TarItem)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : tarItem(part))));
const raw = (content: string): TarItem => ({ path: 'p', type: 'x', content });
const A: TarItem = { path: 'a' };

test.each<[string, Uint8Array, string]>([
  ['nothing', bytes(), 'ends without the two blocks of zero at its end (at byte 0 '],
  ['no end', bytes(A), 'ends without the two blocks of zero at its end (at byte 512 '],
  ['one zero block', bytes(A, Buffer.alloc(512)), 'does not end in two blocks of zero'],
  ['half of the second', bytes(A, Buffer.alloc(1023)), 'does not end in two blocks of zero'],
  ['part of a header', bytes(A, Buffer.alloc(100, 1)), 'ends without the two blocks'],
  ['an entry after the end', bytes(A, TAR_END, A, TAR_END), 'does not end in two blocks of zero and zeros after them'],
  ['an entry after one zero block', bytes(A, Buffer.alloc(512), A, TAR_END), 'does not end in two blocks'],
  ['content cut short', bytes({ path: 'a', content: 'x' }).subarray(0, 600), 'an entry of 1 bytes does not end'],
  ['size beyond the end', bytes({ path: 'a', size: 1025 }, TAR_END), 'an entry of 1025 bytes does not end'],
  [
    'dirty padding',
    bytes({ path: 'a', content: 'x', padding: 1 }, TAR_END),
    'padding after an entry is not zero (at byte 513 ',
  ],
  ['wrong checksum', bytes({ path: 'a', checksum: '000001\0 ' }, TAR_END), 'the checksum of a header is wrong'],
  ['no number as checksum', bytes({ path: 'a', checksum: 'zzzzzz\0 ' }, TAR_END), 'the checksum is no octal number'],
  ['no magic', bytes({ path: 'a', magic: '\0\0\0\0\0\0\0\0' }, TAR_END), 'neither ustar nor GNU'],
  ['other version', bytes({ path: 'a', magic: 'ustar\x0001' }, TAR_END), 'neither ustar nor GNU'],
  [
    'GNU with extensions',
    bytes({ path: 'a', magic: 'ustar  \0', prefix: 'x' }, TAR_END),
    'a GNU header has extensions',
  ],
  ['base 256', bytes({ path: 'a', size: '\x80\0\0\0\0\0\0\0\0\0\0\x01' }, TAR_END), 'the size is no octal number'],
  ['a sign', bytes({ path: 'a', mode: '-000644\0' }, TAR_END), 'the mode is no octal number'],
  ['a digit 8', bytes({ path: 'a', uid: '0000008\0' }, TAR_END), 'the uid is no octal number'],
  ['text after NUL', bytes({ path: 'a\0b' }, TAR_END), 'the name is no UTF-8 that ends in NUL'],
  ['a link name after NUL', bytes({ path: 'a', linkName: 'x\0y' }, TAR_END), 'the link name is no UTF-8'],
  ['a link name that is no UTF-8', bytes({ path: 'a', linkName: '\xff' }, TAR_END), 'the link name is no UTF-8'],
  ['a prefix that is no UTF-8', bytes({ path: 'a', prefix: '\xff' }, TAR_END), 'the prefix is no UTF-8'],
  ['no name', bytes({ path: '' }, TAR_END), 'an entry has no name'],
  [
    'GNU long name',
    bytes({ path: '././@LongLink', type: 'L', content: 'abc\0' }, A, TAR_END),
    "the type 'L', which is not read",
  ],
  ['GNU sparse', bytes({ path: 'a', type: 'S' }, TAR_END), "the type 'S'"],
  ['a global header', bytes({ path: 'g', type: 'g', content: paxRecord('path', 'x') }, A, TAR_END), "the type 'g'"],
  ['type 7', bytes({ path: 'a', type: '7' }, TAR_END), "the type '7'"],
  ['a type of the prototype', bytes({ path: 'a', type: '\x1b' }, TAR_END), "the type '\\x1b'"],
  ['a folder with content', bytes({ path: 'a/', type: '5', content: 'x' }, TAR_END), 'a folder has content'],
  ['a link with content', bytes({ path: 'a', type: '2', content: 'x' }, TAR_END), 'a symlink has content'],
  ['a file that ends in /', bytes({ path: 'a/' }, TAR_END), "a file has a name that ends in '/'"],
  [
    'two extended headers',
    bytes(paxItem(['path', 'a']), paxItem(['path', 'b']), A, TAR_END),
    'an extended header follows another',
  ],
  ['one at the end', bytes(paxItem(['path', 'a']), TAR_END), 'an extended header is the last'],
  ['a large one', bytes(raw('x'.repeat(64 * 1024 + 1)), A, TAR_END), 'an extended header has more than 65536 bytes'],
  ['size in one', bytes(paxItem(['size', '1']), A, TAR_END), "has the key 'size', which is not read"],
  ['sparse map in one', bytes(paxItem(['GNU.sparse.major', '1']), A, TAR_END), "has the key 'GNU.sparse.major'"],
  ['a key of the prototype', bytes(paxItem(['constructor', '1']), A, TAR_END), "has the key 'constructor'"],
  ['an attribute without a name', bytes(paxItem(['SCHILY.xattr.', '1']), A, TAR_END), "has the key 'SCHILY.xattr.'"],
  ['a key twice', bytes(paxItem(['path', 'a'], ['path', 'b']), A, TAR_END), "says 'path' twice"],
  ['an empty path', bytes(paxItem(['path', '']), A, TAR_END), "no valid value for 'path'"],
  ['a NUL in a path', bytes(paxItem(['path', 'a\0b']), A, TAR_END), "no valid value for 'path'"],
  ['a NUL in a name', bytes(paxItem(['uname', 'a\0b']), A, TAR_END), "no valid value for 'uname'"],
  ['a uid that is none', bytes(paxItem(['uid', '-1']), A, TAR_END), "no valid value for 'uid'"],
  ['a gid with zeros', bytes(paxItem(['gid', '00']), A, TAR_END), "no valid value for 'gid'"],
  ['a uid too long', bytes(paxItem(['uid', '12345678901']), A, TAR_END), "no valid value for 'uid'"],
  ['no length', bytes(raw('path=a\n'), A, TAR_END), 'a record that does not read'],
  ['a length of 0', bytes(raw('0 path=a\n'), A, TAR_END), 'a record that does not read'],
  ['a length beyond the end', bytes(raw('99 path=a\n'), A, TAR_END), 'a record that does not read'],
  ['a length within itself', bytes(raw('2 path=a\n'), A, TAR_END), 'a record that does not read'],
  ['no line feed', bytes(raw('9 path=abc'), A, TAR_END), 'a record that does not read'],
  ['no equals sign', bytes(raw('7 path\n'), A, TAR_END), 'a record that does not read'],
  ['no key', bytes(raw('5 =a\n'), A, TAR_END), 'a record that does not read'],
  [
    'a path that is no UTF-8',
    bytes({ path: 'p', type: 'x', content: Buffer.from('9 path=\xff\n', 'latin1') }, A, TAR_END),
    'a record that does not read',
  ],
  ['a long path', bytes(paxItem(['path', 'x'.repeat(4097)]), A, TAR_END), 'a name of more than 4096 bytes'],
  ['a long link', bytes(paxItem(['linkpath', 'x'.repeat(4097)]), A, TAR_END), 'a name of more than 4096 bytes'],
])('%s is refused', async (_, tar, why) => {
  const error = await failure(() => readTar(tar, 'the layer'));
  expect(error).toMatchObject({ code: 'bad-layer', exitCode: 30, hint: expect.stringContaining('buildah') });
  expect(error.message).toContain(why);
  expect(error.message).toMatch(/^the layer: .* \(at byte \d+ of its tar\)$/);
});

test('limits hold at their edge', async () => {
  expect(read(paxItem(['path', 'x'.repeat(4096)]), A)[0]?.path).toHaveLength(4096);
  const filler = 65536 - paxRecord('path', 'y').length;
  const value = 'z'.repeat(filler - paxRecord('uname', '').length - 4);
  expect(paxRecord('uname', value)).toHaveLength(filler);
  expect(read(paxItem(['path', 'y'], ['uname', value]), A)[0]?.path).toBe('y');
  const many = Array.from({ length: 1024 }, (): TarItem => A);
  expect(read(...many)).toHaveLength(1024);
  expect(await failure(() => read(...many, A))).toMatchObject({
    code: 'too-large',
    message: 'the layer has more than 1024 entries',
  });
});

test('whatever one byte of a tar is changed to, the reader answers or says why not', () => {
  const good = tarOf(paxItem(['path', 'some/where']), { path: 'a', content: 'hello' });
  return holds(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const tar = Buffer.from(good);
      tar[at] = value;
      try {
        readTar(tar, 'it');
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
      }
    }),
  );
});
