import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** Which rooms a room may import; every room may import `base`. What the table does not hold is no room. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  pin: [],
  source: ['pin'],
  guest: [],
  state: [],
  asn1: [],
  evidence: ['pin', 'asn1'],
  tdx: ['pin', 'asn1'],
  provenance: ['pin', 'asn1'],
  registry: ['pin'],
  compose: ['pin'],
  responder: ['guest', 'state', 'evidence'],
  launcher: ['pin', 'source', 'guest', 'state', 'evidence'],
  mpc: ['guest', 'registry', 'state'],
  audit: ['compose', 'provenance', 'tdx', 'evidence', 'source', 'registry', 'state', 'asn1', 'pin'],
  cli: ['audit', 'compose', 'provenance', 'tdx', 'evidence', 'source', 'registry', 'pin'],
};

/** Rooms that only compute: bytes in, an answer out. */
const WITHOUT_IO = ['pin', 'asn1', 'evidence', 'tdx', 'compose'];
/** What such a room may have of Node: functions of their arguments. */
const PURE_MODULES = ['node:crypto', 'node:buffer', 'node:util', 'node:zlib'];

interface Import {
  from: string;
  to: string;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

await init;
/** What a text imports; `import type` and `export … from` count too. */
const specifiersOf = (text: string): string[] => parse(text)[0].flatMap(({ specifier }) => specifier ?? []);
const imports: Import[] = files.flatMap((from) =>
  specifiersOf(readFileSync(join(source, from), 'utf8')).map((to) => ({ from, to })),
);

const isOurs = ({ to }: Import): boolean => to.startsWith('.');
const targetOf = ({ from, to }: Import): string => normalize(join(dirname(from), to));
const roomOf = (path: string): string => path.split('/')[0] ?? '';
const show = ({ from, to }: Import): string => `${from} imports ${to}`;

test('the imports are seen, those of types and those at run time included', () => {
  expect(imports.length).toBeGreaterThan(100);
  expect(specifiersOf("import type { A } from 'a';\nimport { type B, c } from 'b';\nvoid c;")).toEqual(['a', 'b']);
  expect(specifiersOf("export type { A } from 'a';\nvoid import('b');")).toEqual(['a', 'b']);
});

test('every file is in a room of the table', () => {
  expect(files.filter((path) => !path.includes('/') || !(roomOf(path) in MAY_IMPORT))).toEqual([]);
});

test('every room imports only the rooms that it may', () => {
  const strangers = imports.filter((one) => {
    const [from, to] = [roomOf(one.from), roomOf(targetOf(one))];
    return isOurs(one) && to !== from && to !== 'base' && MAY_IMPORT[from]?.includes(to) !== true;
  });
  expect(strangers.map(show)).toEqual([]);
});

test('files are imported by their full name, and modules of Node as such', () => {
  const unnamed = imports.filter((one) =>
    isOurs(one) ? !files.includes(targetOf(one)) : builtinModules.includes(one.to),
  );
  expect(unnamed.map(show)).toEqual([]);
});

test('a room that only computes imports nothing that does input or output', () => {
  const impure = imports.filter(
    ({ from, to }) => WITHOUT_IO.includes(roomOf(from)) && to.startsWith('node:') && !PURE_MODULES.includes(to),
  );
  expect(impure.map(show)).toEqual([]);
});

test('the pin imports nothing of Node at all', () => {
  expect(imports.filter(({ from, to }) => roomOf(from) === 'pin' && to.startsWith('node:')).map(show)).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const next = new Map(
    files.map((path) => [path, imports.filter((one) => one.from === path && isOurs(one)).map(targetOf)]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, way: string[]): void => {
    if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(' -> '));
    else if (!done.has(path)) for (const target of next.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of files) visit(path, []);
  expect(cycles).toEqual([]);
});
