import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GROUPS } from '../../scripts/variants.ts';

test('npm run variants counts tests that are there, each once', () => {
  const paths = GROUPS.flatMap(([, of]) => of);
  for (const path of paths)
    expect(existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url))), path).toBe(true);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(paths.filter((other) => path.startsWith(`${other}/`))).toEqual([]);
  expect(new Set(GROUPS.map(([name]) => name)).size).toBe(GROUPS.length);
});
