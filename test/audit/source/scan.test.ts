import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BroughtUnits } from '../../../src/audit/source/bring-commit.ts';
import { scanContents } from '../../../src/audit/source/contents/scan.ts';
import { findEntry } from '../../../src/audit/source/entry.ts';
import { MAX_ENTRY_BYTES, MAX_MANIFEST_BYTES, MAX_MANIFESTS } from '../../../src/audit/source/limits.ts';
import { fileAt, readCommitFile } from '../../../src/audit/source/read-file.ts';
import type { LeafKind } from '../../../src/source/checkout/layout.ts';
import { objectId } from '../../../src/source/objects/object-id.ts';
import { makeScratch } from '../../support/scratch.ts';
import { pinOf } from './support.ts';

const scratch = makeScratch();
let folders = 0;

type File = string | { readonly kind: Exclude<LeafKind, 'file'>; readonly text: string };
type Files = Readonly<Record<string, File>>;

const idOf = (text: string): string => objectId('sha1', 'blob', Buffer.from(text));

/** A commit as it was brought, without what brings it: its files lie in a folder and in the tables of its units. */
const brought = (units: Readonly<Record<string, Files>>, lines: readonly string[] = []): BroughtUnits => {
  const root = scratch.join(`tree-${folders++}`);
  const sizes = new Map<string, number>();
  const lfs = new Set<string>();
  const made = Object.entries(units).map(([unit, files]) => {
    const entries = Object.entries(files).map(([path, file], slot) => {
      const { kind, text } = typeof file === 'string' ? { kind: 'file' as const, text: file } : file;
      const id = kind === 'gitlink' ? text : idOf(text);
      const place = `${root}/${unit === '' ? '' : `${unit}/`}${path}`;
      mkdirSync(dirname(place), { recursive: true });
      if (kind === 'symlink') symlinkSync(text, place);
      else if (kind !== 'gitlink') writeFileSync(place, text);
      if (kind !== 'gitlink') sizes.set(id, Buffer.byteLength(text));
      if (text.startsWith('version https://git-lfs')) lfs.add(id);
      return { path, kind, id, slot };
    });
    const top = entries
      .filter(({ path }) => !path.includes('/'))
      .map(({ path, kind, id }) => ({ name: path, kind, id }));
    const trees = new Map<string, unknown[]>([['root', top]]);
    for (const { path, kind, id } of entries) {
      const [folder, name] = path.split('/');
      if (name === undefined) continue;
      if (!top.some((one) => one.name === folder))
        top.push({ name: folder!, kind: 'folder' as LeafKind, id: `t-${folder}` });
      trees.set(`t-${folder}`, [...(trees.get(`t-${folder}`) ?? []), { name, kind, id }]);
    }
    return { path: unit, layout: { rootTree: 'root', entries, trees } };
  });
  const pin = pinOf('https://example.com/x', 'c'.repeat(40), lines);
  return { context: { pin }, units: made, root, sizes, lfs } as unknown as BroughtUnits;
};

const scanned = (units: Readonly<Record<string, Files>>, lines: readonly string[] = []) => {
  const found = brought(units, lines);
  return scanContents(found, findEntry(found));
};

describe('a file of the commit', () => {
  const units = brought({
    '': { 'a.txt': 'top', run: { kind: 'executable', text: '#!' }, link: { kind: 'symlink', text: 'a.txt' } },
    lib: { 'a.txt': 'below', 'b/c': 'c' },
  });

  test.each([
    ['a.txt', { path: 'a.txt', id: idOf('top'), size: 3 }],
    ['run', { path: 'run', id: idOf('#!'), size: 2 }],
    ['lib/a.txt', { path: 'lib/a.txt', id: idOf('below'), size: 5 }],
    ['lib/b/c', { path: 'lib/b/c', id: idOf('c'), size: 1 }],
    ['link', undefined],
    ['b/c', undefined],
    ['lib', undefined],
    ['libXa.txt', undefined],
  ])('%s', (path, expected) => {
    expect(fileAt(units, path)).toEqual(expected);
  });

  test('is hashed once more when it is read, and no symlink is followed', () => {
    const file = fileAt(units, 'lib/a.txt')!;
    expect(readCommitFile(units, file).toString()).toBe('below');
    writeFileSync(`${units.root}/lib/a.txt`, 'other');
    expect(() => readCommitFile(units, file)).toThrow(
      expect.objectContaining({
        code: 'object-missing',
        message: "'lib/a.txt' was changed while it was looked at",
      }),
    );
    expect(() => readCommitFile(units, { path: 'link', id: idOf('top'), size: 3 })).toThrow('ELOOP');
  });
});

describe('what would be started', () => {
  test('a script of the commit, with its bytes', () => {
    expect(findEntry(brought({ '': { 'tee-launch.sh': 'echo' } }))).toEqual({
      folder: undefined,
      start: {
        mode: 'script',
        path: 'tee-launch.sh',
        kind: 'file',
        size: 4,
        bytes: new Uint8Array(Buffer.from('echo')),
      },
    });
  });

  test('a script in a folder, in a submodule, or nothing', () => {
    const units = {
      '': { 'app/run.sh': 'x', lib: { kind: 'gitlink', text: '1'.repeat(40) } },
      lib: { 'b.sh': 'yy' },
    } as const;
    const entry = (...lines: string[]) => findEntry(brought(units, lines));
    expect(entry('REPO_SUBDIR=app', 'ENTRYPOINT_SCRIPT=run.sh')).toMatchObject({
      folder: { path: 'app', kind: 'folder' },
      start: { path: 'app/run.sh', kind: 'file', size: 1 },
    });
    expect(entry('ENTRYPOINT_SCRIPT=lib/b.sh')).toMatchObject({ start: { kind: 'file', size: 2 } });
    expect(entry('REPO_SUBDIR=gone', 'ENTRYPOINT_SCRIPT=run.sh')).toEqual({
      folder: { path: 'gone', kind: undefined },
      start: { mode: 'script', path: 'gone/run.sh', kind: undefined, size: undefined, bytes: undefined },
    });
  });

  test('a script that is too large has a size and no bytes', () => {
    const of = (size: number) => findEntry(brought({ '': { 'tee-launch.sh': 'x'.repeat(size) } })).start;
    expect(of(MAX_ENTRY_BYTES)).toMatchObject({ size: MAX_ENTRY_BYTES, bytes: { length: MAX_ENTRY_BYTES } });
    expect(of(MAX_ENTRY_BYTES + 1)).toMatchObject({ kind: 'file', size: MAX_ENTRY_BYTES + 1, bytes: undefined });
  });

  test('a command', () => {
    expect(findEntry(brought({ '': {} }, ['RUN_CMD=exec a', 'INSTALL_CMD=b', 'REPO_SUBDIR=app']))).toEqual({
      folder: { path: 'app', kind: undefined },
      start: { mode: 'command', runCmd: 'exec a', installCmd: 'b' },
    });
  });
});

describe('what is found in the files', () => {
  const ids = (...args: Parameters<typeof scanned>) => scanned(...args).map(({ id, path }) => `${id} ${path}`);

  test('of the script, or why it was not looked into', () => {
    expect(ids({ '': { 'tee-launch.sh': 'echo\n' } })).toEqual([]);
    expect(ids({ '': { 'tee-launch.sh': 'npm install\n' } })).toEqual(['source.unlocked-packages tee-launch.sh']);
    expect(ids({ '': {} })).toEqual([]);
    expect(scanned({ '': { 'tee-launch.sh': 'x'.repeat(MAX_ENTRY_BYTES + 1) } })).toEqual([
      {
        id: 'source.entry-unread',
        text: 'tee-launch.sh has 262145 bytes, more than 262144, and was not looked into',
        path: 'tee-launch.sh',
      },
    ]);
  });

  test('of the commands of the pin', () => {
    expect(ids({ '': {} }, ['RUN_CMD=npx a', 'INSTALL_CMD=curl https://x'])).toEqual([
      'source.download INSTALL_CMD',
      'source.unlocked-packages RUN_CMD',
    ]);
    expect(ids({ '': {} }, ['RUN_CMD=npx a'])).toEqual(['source.unlocked-packages RUN_CMD']);
  });

  test('manifests without a lock, also of submodules; only regular files count', () => {
    expect(ids({ '': { 'a/Pipfile': '' }, lib: { Pipfile: '' } })).toEqual([
      'source.unlocked-packages a/Pipfile',
      'source.unlocked-packages lib/Pipfile',
    ]);
    const executable = { kind: 'executable', text: '' } as const;
    expect(ids({ '': { Pipfile: executable } })).toEqual(['source.unlocked-packages Pipfile']);
    expect(ids({ '': { Pipfile: executable, 'Pipfile.lock': executable } })).toEqual([]);
    expect(ids({ '': { Pipfile: '' }, lib: { 'Pipfile.lock': '' } })).toEqual(['source.unlocked-packages Pipfile']);
    expect(ids({ '': { Pipfile: '', 'Pipfile.lock': { kind: 'symlink', text: 'x' } } })).toEqual([
      'source.unlocked-packages Pipfile',
    ]);
    expect(ids({ '': { Pipfile: { kind: 'symlink', text: 'x' } } })).toEqual([]);
  });

  test('a manifest that is too large is taken to name packages', () => {
    const cargo = (size: number) => ids({ '': { 'Cargo.toml': '#'.repeat(size) } });
    expect(cargo(MAX_MANIFEST_BYTES)).toEqual([]);
    expect(cargo(MAX_MANIFEST_BYTES + 1)).toEqual(['source.unlocked-packages Cargo.toml']);
  });

  test('so many manifests are looked into, and the rest is counted', () => {
    const many = (count: number): Files =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`go.mod-${at}/go.mod`, 'module x\n']));
    expect(scanned({ '': many(MAX_MANIFESTS) })).toEqual([]);
    expect(scanned({ '': many(MAX_MANIFESTS + 2) })).toEqual([
      { id: 'source.unlocked-packages', text: '2 further manifests were not looked into' },
    ]);
  });

  test('submodules, with what their address is', () => {
    const id = '1'.repeat(40);
    const link = { kind: 'gitlink', text: id } as const;
    const modules = '[submodule "lib"]\n\tpath = lib\n\turl = ../l\u001b.git\n';
    const top = { '.gitmodules': modules, lib: link, other: link };
    const said = (what: string, from: string, path: string) => ({
      id: 'source.submodule',
      text: `${path} is a submodule, commit ${id} ${from}: ${what}`,
      path,
    });
    const empty = 'an empty folder to the launcher';
    const none = 'of an address that .gitmodules does not give';
    expect(scanned({ '': top })).toEqual([said(empty, 'of ../l\\x1b.git', 'lib'), said(empty, none, 'other')]);
    const brings = 'brought along and hashed';
    expect(scanned({ '': { lib: link }, lib: { 'a\u001b': link } }, ['SUBMODULES=yes'])).toEqual([
      said(brings, none, 'lib'),
      said(brings, none, 'lib/a\\x1b'),
    ]);
    expect(scanned({ '': {}, lib: { '.gitmodules': modules, lib: link } })).toEqual([
      said(empty, 'of ../l\\x1b.git', 'lib/lib'),
    ]);
  });

  test('pointers of Git LFS, which are no symlinks', () => {
    const text = 'version https://git-lfs.github.com/spec/v1\n';
    const said = (path: string) => ({
      id: 'source.lfs',
      text: `${path} is a Git LFS pointer: its content lies outside of the commit, and the launcher places the pointer`,
      path,
      line: 1,
    });
    expect(scanned({ '': { 'a\u001b': text, b: 'b' }, lib: { 'c.bin': { kind: 'executable', text } } })).toEqual([
      said('a\\x1b'),
      said('lib/c.bin'),
    ]);
    expect(scanned({ '': { link: { kind: 'symlink', text: 'version https://git-lfs' } } })).toEqual([]);
  });

  test('all of it in one order, capped', () => {
    const found = ids(
      {
        '': {
          'tee-launch.sh': 'curl https://x\n',
          Pipfile: '',
          lib: { kind: 'gitlink', text: '1'.repeat(40) },
          big: 'version https://git-lfs.github.com/spec/v1\n',
          ...Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`p${at}/Pipfile`, ''])),
        },
      },
      [],
    );
    expect(found[0]).toBe('source.download tee-launch.sh');
    expect(found.slice(1, 21).every((one) => one.startsWith('source.unlocked-packages '))).toBe(true);
    expect(found.slice(21)).toEqual(['source.submodule lib', 'source.lfs big', 'source.unlocked-packages undefined']);
  });
});
