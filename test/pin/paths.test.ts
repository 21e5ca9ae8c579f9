import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checked } from '../../src/pin/checked.ts';
import { absoluteFile, relativeFile, relativeFolder, workDir } from '../../src/pin/paths.ts';
import { holds } from '../support/property.ts';

const shown = (checked: Checked<unknown>): unknown =>
  checked.ok ? checked.value : `${checked.fault.code} ${checked.fault.offset}`;

describe('WORK_DIR', () => {
  test.each([
    ['/srv/app', '/srv/app'],
    ['/srv/app/', '/srv/app'],
    ['/tmp/x', '/tmp/x'],
    ['/work', '/work'],
    ['/opt/w', '/opt/w'],
    ['/home/user', '/home/user'],
    ['/development', '/development'],
    ['/process/x', '/process/x'],
    ['/srv/proc/x', '/srv/proc/x'],
    ['/devices', '/devices'],
    ['/srv/a b', '/srv/a b'],
    ['/srv/ä', '/srv/ä'],
    ['/srv/...', '/srv/...'],
    ['/srv/-x', '/srv/-x'],
    [`/srv/${'a'.repeat(255)}`, `/srv/${'a'.repeat(255)}`],
  ])('%s', (text, expected) => expect(shown(workDir(text))).toBe(expected));

  test.each([
    ['', 'bad-path 0'],
    ['/', 'bad-path 0'],
    ['//', 'bad-path 0'],
    ['srv/app', 'bad-path 0'],
    ['./app', 'bad-path 0'],
    ['~/app', 'bad-path 0'],
    ['/srv//app', 'bad-path 5'],
    ['//srv/app', 'bad-path 1'],
    ['/srv/app//', 'bad-path 9'],
    ['/srv/./app', 'bad-path 5'],
    ['/srv/../etc', 'bad-path 5'],
    ['/srv/app/..', 'bad-path 9'],
    ['/srv/..//', 'bad-path 5'],
    ['/proc/1/root', 'bad-path 0'],
    ['/proc/self/cwd/', 'bad-path 0'],
    ['/sys/fs', 'bad-path 0'],
    ['/dev/shm', 'bad-path 0'],
    ['/dev/shm/x', 'bad-path 0'],
    ['/srv/a\tb', 'bad-path 6'],
    ['/srv/a\nb', 'bad-path 6'],
    ['/srv/\0', 'bad-path 5'],
    ['/srv/\u202ea', 'bad-path 5'],
    ['/srv/\ud800', 'bad-path 5'],
    [`/srv/${'ä'.repeat(128)}`, 'bad-path 5'],
    [`${'/abcdefg'.repeat(512)}`, 'bad-path 0'],
  ])('refuses %j', (text, expected) => expect(shown(workDir(text))).toBe(expected));

  test.each(
    'bin boot dev etc home lib lib32 lib64 libx32 lost+found media mnt opt proc root run sbin srv sys tmp usr var'.split(
      ' ',
    ),
  )('refuses /%s', (name) => {
    expect(shown(workDir(`/${name}`))).toBe('bad-path 0');
    expect(shown(workDir(`/${name}/`))).toBe('bad-path 0');
  });
});

describe('paths in the repository', () => {
  test.each([
    ['run.sh', 'run.sh'],
    ['./run.sh', 'run.sh'],
    ['a/b/run.sh', 'a/b/run.sh'],
    ['a/-b', 'a/-b'],
    ['.github/run.sh', '.github/run.sh'],
    ['a..b', 'a..b'],
    ['..a', '..a'],
    ['ä b', 'ä b'],
    ['.gitignore', '.gitignore'],
  ])('%s', (text, expected) => {
    expect(shown(relativeFile(text))).toBe(expected);
    expect(shown(relativeFolder(text))).toBe(expected);
  });

  test.each([
    ['/a', 'bad-path 0'],
    ['..', 'bad-path 0'],
    ['../a', 'bad-path 0'],
    ['a/..', 'bad-path 2'],
    ['a/../b', 'bad-path 2'],
    ['./../a', 'bad-path 2'],
    ['a/./b', 'bad-path 2'],
    ['././a', 'bad-path 2'],
    ['a//b', 'bad-path 2'],
    ['.//a', 'bad-path 2'],
    ['-x', 'bad-path 0'],
    ['./-x', 'bad-path 2'],
    ['--version', 'bad-path 0'],
    ['.git', 'bad-path 0'],
    ['.git/hooks/x', 'bad-path 0'],
    ['a/.GiT/x', 'bad-path 2'],
    ['a\tb', 'bad-path 1'],
    ['a\u2066b', 'bad-path 1'],
    ['', 'bad-path 0'],
  ])('refuses %j', (text, expected) => {
    expect(shown(relativeFile(text))).toBe(expected);
    expect(shown(relativeFolder(text))).toBe(expected);
  });

  test('a folder may end in a slash and may be the top', () => {
    expect(shown(relativeFolder('a/b/'))).toBe('a/b');
    expect(relativeFolder('.')).toEqual({ ok: true, value: undefined });
    expect(relativeFolder('./')).toEqual({ ok: true, value: undefined });
  });

  test('a file may not', () => {
    expect(shown(relativeFile('a/'))).toBe('bad-path 2');
    expect(shown(relativeFile('.'))).toBe('bad-path 0');
    expect(shown(relativeFile('./'))).toBe('bad-path 2');
  });
});

describe('files outside the repository', () => {
  test.each(['/run/secrets/x', '/etc/x.pem', '/proc/self/fd/3'])('%s', (text) =>
    expect(shown(absoluteFile(text))).toBe(text),
  );
  test.each(['x', '/', '/a/', '/a/../b', '~/x', 'file:///x', '/a\u0085'])('refuses %j', (text) => {
    expect(absoluteFile(text)).toMatchObject({ ok: false, fault: { code: 'bad-path' } });
  });
});

describe('properties', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'ab./-~\t\n\0ä\u202e', '.git', 'dev', 'proc', '..'),
    maxLength: 14,
  });

  test('what is accepted leads down only, and reads back to itself', () => {
    holds(
      fc.property(text, fc.constantFrom(workDir, relativeFile, relativeFolder, absoluteFile), (given, rule) => {
        const checked = rule(given);
        if (!checked.ok || checked.value === undefined) return;
        const names = checked.value.replace(/^\//, '').split('/');
        expect(names.filter((name) => ['', '.', '..'].includes(name))).toEqual([]);
        expect(checked.value).not.toMatch(/\p{Cc}|\p{Bidi_Control}|^-/u);
        expect(rule(checked.value)).toEqual(checked);
      }),
      5000,
    );
  });

  test('no work directory is above a folder of the system, nor in one of the kernel', () => {
    holds(
      fc.property(text, (given) => {
        const checked = workDir(`/${given}`);
        if (checked.ok) expect(`${checked.value}/`).not.toMatch(/^\/(?:(?:dev|proc|sys)\/|(?:etc|usr|tmp)\/$|$)/);
      }),
      3000,
    );
  });
});
