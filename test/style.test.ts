import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const MAX_LINES = 300;

/** Paths of files below `folder`, from the top of the project. */
const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));

const text = (path: string): string => readFileSync(join(root, path), 'utf8');

test('every source file is short enough to do one thing', () => {
  const lines = (path: string): number => text(path).split('\n').length - 1;
  expect(filesOf('src').filter((path) => lines(path) > MAX_LINES)).toEqual([]);
});

// Where somebody's checkout, home or scratch folder lies has no place in what others read. dstack's images keep root's home in /home.
const MACHINE_PATH = /\/(?:home|Users)\/(?!root\b)[a-z]|\/work\/(?:main|shared)|\/tmp\/(?!twl-)[A-Za-z0-9]/;

test('nothing that is published names a path of one machine', () => {
  const published = ['src', 'bin', 'scripts', 'examples', 'docs', 'docker', '.github'].flatMap(filesOf);
  const named = published.flatMap((path) =>
    text(path)
      .split('\n')
      .flatMap((line, index) => (MACHINE_PATH.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(named).toEqual([]);
});
