import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseUserConfig } from '../../src/mpc/config/read-user-config.ts';
import { readLauncherConfig } from '../../src/mpc/config/launcher-config.ts';
import { MpcError, type MpcErrorCode } from '../../src/mpc/errors.ts';
import { HELP } from '../../src/mpc/help.ts';

const page = readFileSync(new URL('../../docs/mpc-launcher.md', import.meta.url), 'utf8');
const source = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

test('each test that the page names is there', () => {
  const rows = [...page.matchAll(/^\| (.+?) \| `(\S+)\.test\.ts` \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(100);
  const absent = rows.filter(([, , file = '', name = '']) => {
    const text = source(file.startsWith('container/') ? `test/${file}.test.ts` : `test/mpc/${file}.test.ts`);
    return !text.includes(`'${name}'`) && !text.includes(`"${name}"`);
  });
  expect(absent.map(([row]) => row)).toEqual([]);
});

test('the whole list of the current launcher: 66 unit tests, 3 with a network, 11 of the interface', () => {
  const between = (begin: string, end: string): string => page.slice(page.indexOf(begin), page.indexOf(end));
  const count = (text: string): number => text.split('\n').filter((line) => line.startsWith('| ')).length - 2;
  const heads = [
    'The current launcher, unit tests:',
    'Its network tests',
    'launcher-interface and others:',
    'The generations that',
  ];
  const counts = heads.slice(1).map((head, index) => count(between(heads[index] ?? '', head)));
  // One of the three is held twice; a coupling test and the smoke test stand with the eleven.
  expect(counts).toEqual([66, 3 + 1, 11 + 2]);
});

test('each code is on the page, under its status', () => {
  const codes = [...source('src/mpc/errors.ts').matchAll(/^ {2}'?([a-z][a-z0-9-]+)'?: EXIT\./gm)].map(
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(30);
  const statusOf = new Map(
    [...page.matchAll(/^\| (\d+) \| (`.*`) \|$/gm)].flatMap(([, status, list = '']) =>
      [...list.matchAll(/`([a-z0-9-]+)`/g)].map(([, code]) => [code, Number(status)] as const),
    ),
  );
  expect([...statusOf.keys()].sort()).toEqual([...codes].sort());
  for (const [code, status] of statusOf) expect(new MpcError(code as MpcErrorCode, '').exitCode, code).toBe(status);
});

test('each variable of the help is on the page, and the other way round', () => {
  const variables = (text: string): Set<string> =>
    new Set(text.match(/\b(?:PLATFORM|LOG_FORMAT|[A-Z0-9]+(?:_[A-Z0-9]+)+)\b/g));
  const table = page.slice(page.indexOf('## Environment'), page.indexOf('## User config'));
  const inHelp = variables(HELP);
  const inTable = new Set([...table.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, name]) => name));
  expect([...inTable].sort()).toEqual([...inHelp].sort());
});

test('the config that the page shows is one', () => {
  const shown = /```toml\n([^`]*)```/.exec(page)?.[1] ?? '';
  const { launcher } = parseUserConfig(Buffer.from(shown), 'docs');
  expect(readLauncherConfig(launcher, 'manifest').ports).toHaveLength(3);
});
