import { describe, expect, test } from 'vitest';
import { readPax } from '../../src/registry/layer/pax.ts';
import { paxRecord } from './tar-builder.ts';

const read = (text: string | Uint8Array) => readPax(Buffer.from(text as string, 'latin1'), 'layer', 512);
const NONE = { path: undefined, linkPath: undefined, uid: undefined, gid: undefined, attributes: [] };

test('each record is a length, a key and a value', () => {
  expect(read('')).toEqual(NONE);
  expect(read(paxRecord('path', 'a=b\nc'))).toEqual({ ...NONE, path: 'a=b\nc' });
  expect(read(paxRecord('linkpath', 'x') + paxRecord('uid', '0') + paxRecord('gid', '4000000000'))).toEqual({
    ...NONE,
    linkPath: 'x',
    uid: 0,
    gid: 4_000_000_000,
  });
  expect(read(paxRecord('mtime', '1.5') + paxRecord('uname', ''))).toEqual(NONE);
});

test('attributes are bytes, of which the names count', () => {
  const capability = '39 SCHILY.xattr.security.capability=\x01\xff\n';
  const label = paxRecord('LIBARCHIVE.xattr.user.a\nb', 'x');
  expect(read(capability + label)).toEqual({ ...NONE, attributes: ['security.capability', 'user.a\nb'] });
});

describe('what is no record', () => {
  test.each<[string, string]>([
    ['no length', 'path=a\n'],
    ['a length with a zero in front', '09 path=a\n'],
    ['a length of nothing', '0 path=a\n'],
    ['something before the length', 'x9 path=a\n'],
    ['a blank before the length', ' 10 path=a\n'],
    ['a length without a blank', '9path=a\n'],
    ['a length past the end', '11 path=ab\n'.slice(0, -1)],
    ['a length past the end, which is a line feed', '99 path=ab\n'],
    ['a length that ends before the key', '1 \npath=a\n'],
    ['a length that ends with itself', '2 \npath=a\n'],
    ['a length that ends within the value', '8 path=a\n'],
    ['no line feed at the end', '9 path=ab'],
    ['no =', '8 path\n\n'],
    ['no key', '5 =a\n'],
    ['a length of eight digits', '10000000 path=a\n'],
    ['a key that is not UTF-8', '6 \xff=a\n'],
    ['a path that is not UTF-8', '9 path=\xff\n'],
    ['a second one that is none', `${paxRecord('path', 'a')}x`],
  ])('%s', (_what, text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'bad-layer',
        message: 'layer: an extended header has a record that does not read (at byte 512 of its tar)',
      }),
    );
  });

  test.each<[string, string]>([
    ['a key with something before it', paxRecord('xSCHILY.xattr.user.a', '1')],
    ['a key of no attribute', paxRecord('SCHILY.acl', '1')],
    ['a size', paxRecord('size', '1')],
  ])('%s', (_what, text) => {
    expect(() => read(text)).toThrow(/has the key '.*', which is not read/);
  });
});
