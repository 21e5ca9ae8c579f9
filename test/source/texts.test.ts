import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRepoUrl } from '../../src/pin/url.ts';
import { parseGitmodules, submoduleUrl } from '../../src/source/submodules.ts';
import { isPublicAddress } from '../../src/source/transport/address-rules.ts';
import { pauseMs } from '../../src/source/transport/fetch.ts';
import { retryAfterMs } from '../../src/source/transport/http-fetch.ts';
import { encodeConfig, readOriginUrl } from '../../src/source/workdir/git-config.ts';
import { parseMountPoints } from '../../src/source/workdir/mounts.ts';
import { git, tryGit } from '../support/git-command.ts';
import { holds } from '../support/property.ts';
import { makeScratch } from '../support/scratch.ts';
import { codeOf, limitsWith } from './support.ts';
import { writeFileSync } from 'node:fs';

const scratch = makeScratch();

describe("git's config", () => {
  test('any origin that we write is read back, by us and by git', async () => {
    await holds(
      fc.asyncProperty(
        fc
          .string({ unit: fc.constantFrom(...'ab/:.-"\\#; \tü%['), minLength: 1, maxLength: 20 })
          .filter((url) => url === url.trim()),
        async (url) => {
          const text = encodeConfig({ originUrl: url, format: 'sha1' });
          expect(readOriginUrl(text)).toBe(url);
          writeFileSync(scratch.join('config'), text);
          expect(
            (await tryGit(['config', '-z', '-f', scratch.join('config'), 'remote.origin.url'])).stdout.toString(),
          ).toBe(`${url}\0`);
        },
      ),
      8,
    );
  });

  test('what others wrote is read as git reads it', async () => {
    for (const text of [
      '[remote "origin"]\n\turl = https://a/b\n',
      '[remote "origin"] url = https://a/b\n',
      '[REMOTE "origin"]\nURL=https://a/b # comment\n',
      '[remote "origin"]\nurl = "https://a/b;c" ; comment\n',
      '[remote "origin"]\nurl = one\nurl = two\n',
      '[remote "origin"]\nurl = a\\\nb\n',
      '[remote "other"]\nurl = no\n[remote "origin"]\nurl = yes\n',
      '[remote "origin"]\npushurl = no\nurl = yes\n',
      '[remote "Origin"]\nurl = no\n',
    ]) {
      writeFileSync(scratch.join('theirs'), text);
      const theirs = await tryGit(['config', '-f', scratch.join('theirs'), 'remote.origin.url']);
      expect(readOriginUrl(text), text).toBe(theirs.code === 0 ? theirs.stdout.toString().trim() : undefined);
    }
  });

  test('arbitrary text', () => holds(fc.property(fc.string({ unit: 'binary' }), (text) => void readOriginUrl(text))));

  test('a long hostile line takes no long time', () => {
    const start = performance.now();
    for (const text of [
      `[remote "${'\\"'.repeat(50_000)}`,
      `[${' '.repeat(100_000)}`,
      `url${' '.repeat(100_000)}x`,
      '\\\n'.repeat(100_000),
    ])
      readOriginUrl(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('.gitmodules', () => {
  test('as git reads them', async () => {
    for (const [text, path, url] of [
      ['[submodule "a"]\n\tpath = x\n\turl = https://a/b\n', 'x', 'https://a/b'],
      ['[submodule "a"]\nurl=https://a/b\npath=x\n', 'x', 'https://a/b'],
      ['[submodule "a"]\npath = "x y"\nurl = ../b\nupdate = !rm -rf /\nbranch = .\n', 'x y', '../b'],
    ] as const) {
      expect(parseGitmodules(text).get(path)).toBe(url);
      writeFileSync(scratch.join('modules'), text);
      expect(await git(['config', '-f', scratch.join('modules'), 'submodule.a.url'])).toBe(url);
    }
  });

  test("two of one path are nobody's", () => {
    const twice = '[submodule "a"]\npath=x\nurl=one\n[submodule "b"]\npath=x\nurl=two\n';
    expect(parseGitmodules(twice).has('x')).toBe(false);
    expect(parseGitmodules(`${twice}[submodule "c"]\npath=x\nurl=three\n`).has('x')).toBe(false);
  });

  test('arbitrary text', () =>
    holds(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'[]submodule "path=url\n\\#;x') }),
        (text) => void parseGitmodules(text),
      ),
    ));
});

describe('where a submodule is', () => {
  const parent = (text: string) => {
    const url = parseRepoUrl(text);
    if (!url.ok) throw new Error(text);
    return url.value;
  };
  const resolve = (base: string, written: string): string =>
    submoduleUrl('x', new Map([['x', written]]), parent(base)).text;

  test.each([
    ['https://h/a/b', '../c', 'https://h/a/c'],
    ['https://h/a/b/', '../c', 'https://h/a/c'],
    ['https://h/a/b', './c', 'https://h/a/b/c'],
    ['https://h/a/b', '../../c/d', 'https://h/c/d'],
    ['https://h/a/b', 'https://other/c', 'https://other/c'],
    ['git@h:a/b', '../c', 'git@h:a/c'],
    ['git@h:b', '../c', 'git@h:c'],
    ['ssh://git@h/a/b', '../c', 'ssh://git@h/a/c'],
    ['/srv/a', '../b', '/srv/b'],
    ['/srv/a', '/srv/c', '/srv/c'],
  ])('%s and %s', (base, written, expected) => {
    expect(resolve(base, written)).toBe(expected);
  });

  test.each([
    ['https://h/a/b', '/srv/repo'],
    ['https://h/a/b', 'file:///srv/repo'],
    ['https://h/a/b', 'ext::sh -c id'],
    ['https://h/a/b', '-upload-pack=x'],
    ['https://h/a/b', 'http://other/c'],
    ['https://h/a/b', 'git://other/c'],
    ['https://h/a/b', 'https://me:pw@other/c'],
    ['https://h/a/b', '../../../../../c'],
    ['https://h/a/b', ''],
    ['git@h:a/b', '/srv/repo'],
  ])('%s and %s: refused', (base, written) => {
    expect(codeOf(() => resolve(base, written))).toBe('submodule-refused');
  });
});

describe('pauses', () => {
  const limits = limitsWith({ BACKOFF_MS: 500, RETRY_AFTER_MS: 120_000 });

  test('double, with jitter, and are never shorter than asked for within the bound', () =>
    holds(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.nat(10 ** 9),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (round, asked, random) => {
          const pause = pauseMs(round, asked, limits, () => random);
          const base = 500 * 2 ** (round - 1);
          expect(pause).toBeGreaterThanOrEqual(Math.min(asked, 120_000));
          expect(pause).toBeGreaterThanOrEqual(base / 2);
          expect(pause).toBeLessThanOrEqual(Math.max(base, 120_000));
        },
      ),
    ));

  const now = Date.UTC(2026, 0, 1);
  test.each([
    [undefined, undefined],
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    ['99999999999', undefined],
    ['0x10', undefined],
  ])('Retry-After: %s', (value, expected) => {
    expect(retryAfterMs(value, now)).toBe(expected);
  });
});

describe('addresses', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2002:7f00:1::',
    '::ffff:0:7f00:1',
    '2001:db8::1',
    '3fff:fff::1',
    '5f00::1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    // No literal of an address at all.
    'localhost',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '',
    '[::1]',
    '1.2.3.4 ',
    '1.2.3.4/8',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '140.82.121.4',
    '::ffff:8.8.8.8',
    '2606:4700::1111',
    '2a00:1450::1',
    '2001:db9::1',
    '3fff:1000::1',
    '5f01::1',
    '::ffff:1:0:0',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test('other writings of an address are brought to one before they are looked at', () => {
    for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0x7f000001', '127.0.0.1.']) {
      expect(isPublicAddress(new URL(`https://${host}/`).hostname)).toBe(false);
    }
  });

  test('arbitrary text', () =>
    holds(fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4Extended()), (text) => void isPublicAddress(text))));
});

test('mount points, with their escapes', () => {
  const info = [
    '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw',
    '37 35 0:1 / /a\\040b\\134c\\011d rw - tmpfs tmpfs rw',
    '',
  ].join('\n');
  expect(parseMountPoints(info)).toEqual(['/mnt2', '/a b\\c\td']);
});
