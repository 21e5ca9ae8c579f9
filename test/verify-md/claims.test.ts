import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { page } from './blocks.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = ['VERIFY.md', 'docs/claims.md', 'README.md'];

interface Link {
  readonly label: string;
  readonly target: string;
}

/** Links that stay in the project. */
const linksOf = (text: string): Link[] =>
  [...text.matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)]
    .map(([, label = '', target = '']) => ({ label, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));

/** How GitHub names a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string): string[] => [...text.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => anchorOf(text));

describe.each(PAGES)('%s', (name) => {
  const text = page(name);

  test.each(linksOf(text))('[$label]($target)', ({ target }) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? name : join(dirname(name), path);
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(page(file))).toContain(anchor);
  });
});

describe('the claims', () => {
  /** The cells of the rows of a table that begins with this head. */
  const rowsOf = (text: string, head: string): string[][] => {
    const from = text.indexOf(head);
    expect(from, head).toBeGreaterThan(0);
    const [, , ...rows] = text
      .slice(from)
      .split(/\n(?!\|)/)[0]!
      .split('\n');
    return rows.map((row) => row.slice(2, -2).split(' | '));
  };

  test.each([
    ['VERIFY.md', '| Claim | Stands on | Held by |', 3],
    ['docs/claims.md', '| Claim | Held by |', 2],
  ])('%s: each names tests, which are there', (name, head, width) => {
    const rows = rowsOf(page(name), head);
    expect(rows.length).toBeGreaterThan(7);
    for (const row of rows) {
      expect(row, row[0]).toHaveLength(width);
      const tests = linksOf(row.at(-1)!).map(({ target }) => join(ROOT, dirname(name), target));
      expect(tests.length, row[0]).toBeGreaterThan(0);
      for (const path of tests) {
        const found = statSync(path).isDirectory() ? readdirSync(path) : [path];
        expect(
          found.some((file) => file.endsWith('.test.ts')),
          path,
        ).toBe(true);
      }
    }
  });
});
