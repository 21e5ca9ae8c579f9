import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newestSigstoreRoots } from '../../src/audit/collect/sigstore-roots.ts';
import { keptPublicGoodRoot } from '../../src/audit/trust/kept-root.ts';
import { trustCache } from '../../src/audit/trust/trust-cache.ts';
import { BaseError } from '../../src/base/error.ts';
import { readCommandLine } from '../../src/cli/command-line.ts';
import type { TrustRequest } from '../../src/cli/request.ts';
import { runTrustRefresh } from '../../src/cli/trust-refresh.ts';
import { PUBLIC_GOOD_SHA256 } from '../../src/provenance/public-good.ts';
import { sha256 } from '../../src/provenance/sha256.ts';
import { useMirror, writeScratch } from '../audit/trust/support.ts';
import { repository, TRUSTED, tufRoot } from '../audit/trust/tuf-repository.ts';
import { useScratch } from '../support/use-scratch.ts';

const run = async (request: Partial<TrustRequest>, environment: Record<string, string> = {}) => {
  const said: string[] = [];
  const whole = { instance: 'public-good', tufRoot: undefined, mirror: undefined, out: undefined, ...request };
  const text = await runTrustRefresh(whole, environment, (line) => said.push(line));
  return { text, said };
};

const refused = async (promise: Promise<unknown>): Promise<BaseError<string>> => {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BaseError);
  return error as BaseError<string>;
};

describe('the command line', () => {
  test.each([
    [[], {}],
    [['--instance', 'github', '--tuf-root', 'r.json'], { instance: 'github', tufRoot: 'r.json' }],
    [
      ['--instance', 'r.json', '--mirror', 'https://m.example', '--out', 'o'],
      { instance: 'r.json', mirror: 'https://m.example', out: 'o' },
    ],
  ])('trust refresh %j', (args, options) => {
    const nothing = { instance: 'public-good', tufRoot: undefined, mirror: undefined, out: undefined };
    expect(readCommandLine(['trust', 'refresh', ...args], '1')).toEqual({
      action: 'trust-refresh',
      options: { ...nothing, ...options },
    });
  });

  test.each([
    [['--out', ''], '--out must not be empty'],
    [['--out', 'a', '--out', 'b'], '--out is given twice'],
    [['--mirror', '--out'], '--mirror lacks its value'],
    [['more'], 'too many arguments'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(['trust', 'refresh', ...args], '1')).toThrow(message);
  });

  test('says what it does', () => {
    const help = readCommandLine(['trust', 'refresh', '--help'], '1');
    expect(help).toMatchObject({
      action: 'print',
      text: expect.stringContaining('Usage: twl trust refresh [options]'),
    });
    const text = 'text' in help ? help.text : '';
    for (const option of ['--instance', '--tuf-root', '--mirror', '--out']) expect(text).toContain(`  ${option} `);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

test('a root of an instance of its own is written where it was asked for', async () => {
  const mirror = await useMirror(repository({ versions: { targets: 3 } }));
  const [instance, out, home] = [writeScratch(tufRoot()), useScratch().join('root.json'), useScratch().path];
  const { text, said } = await run({ instance, mirror: mirror.url, out }, { HOME: home });
  const lines = text.split('\n');
  expect(lines).toEqual([
    'trusted root of public-good (SIMULATED)',
    `  sha256   ${sha256(TRUSTED)}`,
    expect.stringMatching(/^ {2}newest {3}member of 2026-01-01, \d+ days old$/),
    `  from     ${mirror.url}/, TUF root 1, targets 3`,
    `  begun at the TUF root ${instance}`,
    '  it is    the first that is kept',
    `  it is    used where verify is given --trusted-root ${out}`,
    `  written  ${out}`,
    '',
  ]);
  expect(said).toEqual([`twl: asking ${mirror.url}/ for newer roots\n`]);
  expect(readFileSync(out).equals(TRUSTED)).toBe(true);
  // What it calls itself makes it no public one: its record is another, and verify does not see it.
  const folder = join(home, '.cache/trusted-workload-launcher/trust');
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^tuf-[0-9a-f]{64}\.json$/)]);
  expect(await newestSigstoreRoots([], { HOME: home })).toMatchObject([{ sha256: PUBLIC_GOOD_SHA256 }]);
  // Again: it is the same.
  const again = await run({ instance, mirror: mirror.url, out }, { HOME: home });
  expect(again.text).toContain('  it is    the same as before\n');
});

test('the public instance is asked at the mirror that was named, and its own keys decide', async () => {
  const mirror = await useMirror(repository());
  const home = useScratch().path;
  const error = await refused(run({ mirror: mirror.url }, { HOME: home }));
  expect(error).toMatchObject({ code: 'not-trusted', exitCode: 10 });
  expect(error.message).toContain('timestamp was signed by 0/1 keys');
  expect(mirror.requests.map(({ url }) => url)).toEqual(['/17.root.json', '/timestamp.json']);
  expect(trustCache({ HOME: home })?.read('public-good.json')).toBeUndefined();
});

test.each<[string, Partial<TrustRequest>, string, string]>([
  ['a place, where the environment names none', {}, 'no-place', 'the environment names no folder for what is kept'],
  [
    'a file, for an instance that verify does not use by itself',
    { instance: 'github', tufRoot: 'ROOT' },
    'bad-request',
    'verify uses the root of this instance only where it is given as a file',
  ],
])('it takes %s', async (_what, request, code, message) => {
  const file = writeScratch(tufRoot());
  const given = request.tufRoot === undefined ? request : { ...request, tufRoot: file };
  expect(await refused(run(given))).toMatchObject({ code, message });
});

describe('verify', () => {
  const later = (): Promise<Awaited<ReturnType<typeof useMirror>>> =>
    useMirror(repository({ versions: { targets: 15 } }));

  test('uses what is built in where what is kept is not signed as it has to be, and says so', async () => {
    const mirror = await later();
    const home = useScratch().path;
    const instance = writeScratch(tufRoot());
    await run({ instance, mirror: mirror.url, out: useScratch().join('x') }, { HOME: home });
    // Somebody who can write there calls it the public one's.
    const cache = trustCache({ HOME: home });
    const folder = join(home, '.cache/trusted-workload-launcher/trust');
    const [name = ''] = readdirSync(folder);
    cache?.write('public-good.json', readFileSync(join(folder, name)));
    expect(keptPublicGoodRoot(cache).root).toBeUndefined();
    const [root] = await newestSigstoreRoots([], { HOME: home });
    expect(root).toMatchObject({ sha256: PUBLIC_GOOD_SHA256 });
    expect(root?.source).toMatch(
      /^built in, from @sigstore\/tuf, trusted_root\.json; what `twl trust refresh` kept cannot be used: .* was signed by 0\/3 keys$/,
    );
    // A file that the user names comes before all.
    const file = writeScratch(TRUSTED);
    expect(await newestSigstoreRoots([file], { HOME: home })).toMatchObject([{ source: file }]);
  });

  test('uses what is built in where nothing is kept, or there is no place', async () => {
    for (const environment of [{}, { HOME: useScratch().path }]) {
      expect(await newestSigstoreRoots([], environment as Record<string, string>)).toMatchObject([
        { source: 'built in, from @sigstore/tuf, trusted_root.json' },
      ]);
    }
  });
});
