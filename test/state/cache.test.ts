import { readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cacheFolder, openCache } from '../../src/state/cache.ts';
import { useScratch } from '../support/use-scratch.ts';

test.each([
  [{ XDG_CACHE_HOME: '/c', HOME: '/h' }, '/c/trusted-workload-launcher/area'],
  [{ HOME: '/h' }, '/h/.cache/trusted-workload-launcher/area'],
  [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/trusted-workload-launcher/area'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/trusted-workload-launcher/area'],
  [{ HOME: 'relative' }, undefined],
  [{}, undefined],
])('of %j the folder is %s', (environment, folder) => {
  expect(cacheFolder(environment, 'area')).toBe(folder);
});

test('what was written is read again, and nothing else', () => {
  const scratch = useScratch();
  const cache = openCache(scratch.join('cache'), 4);
  expect(cache.read('a.json')).toBeUndefined();
  expect(cache.write('a.json', Buffer.from('1234'))).toBe(true);
  expect(Buffer.from(cache.read('a.json')!).toString()).toBe('1234');
  expect(readdirSync(scratch.join('cache'))).toEqual(['a.json']);
  writeFileSync(scratch.join('cache', 'large'), '12345');
  expect(cache.read('large')).toBeUndefined();
});

test('a cache that cannot be written is no error', () => {
  const scratch = useScratch();
  writeFileSync(scratch.join('file'), '');
  const cache = openCache(scratch.join('file', 'cache'), 10);
  expect(cache.write('a', Buffer.from('x'))).toBe(false);
  expect(cache.read('a')).toBeUndefined();
});

test.each(['', '.', '..', '../a', 'a/b', '.hidden', 'a\0', 'a b', '-a', 'a'.repeat(202)])('%j is no name', (name) => {
  const cache = openCache(useScratch().path, 10);
  expect(() => cache.read(name)).toThrow('not one file name');
  expect(() => cache.write(name, Buffer.from('x'))).toThrow('not one file name');
});

test('the longest name is one', () => {
  expect(openCache(useScratch().path, 10).write('a'.repeat(201), Buffer.from('x'))).toBe(true);
});
