import fs, { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import isomorphicGit from 'isomorphic-git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { git, tryGit } from '../support/git-command.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { hashObject } from '../support/git-objects.ts';
import { makeLargeRepository } from '../support/large-repository.ts';
import { makeRepository } from '../support/repositories.ts';
import { runLauncher } from '../support/run-launcher.ts';
import { makeScratch } from '../support/scratch.ts';

/*
 * Three programs that know nothing of each other place the same commit: ours over the network, isomorphic-git from the
 * repository, and git itself says which bytes each path has.
 */
const scratch = makeScratch();
let server: GitServer;
beforeAll(async () => {
  server = await startGitServer({ root: scratch.path });
});
afterAll(() => server.close());

/** Path, kind and blob hash of everything in a folder but `.git`, names as bytes. */
const look = (folder: string): string[] => {
  const lines: string[] = [];
  const walk = (path: string): void => {
    for (const name of readdirSync(Buffer.from(path, 'latin1'), 'latin1')) {
      if (name === '.git' && path === folder) continue;
      const below = `${path}/${name}`;
      const place = Buffer.from(below, 'latin1');
      const stats = lstatSync(place);
      if (stats.isDirectory()) {
        walk(below);
        continue;
      }
      const bytes = stats.isSymbolicLink() ? readlinkSync(place, 'buffer') : readFileSync(place);
      const mode = stats.isSymbolicLink() ? '120000' : (stats.mode & 0o100) === 0 ? '100644' : '100755';
      lines.push(`${mode} ${hashObject('blob', bytes)}\t${below.slice(folder.length + 1)}`);
    }
  };
  walk(folder);
  return lines.sort();
};

const bring = async (name: string, commit: string): Promise<string> => {
  const workDir = scratch.join(`ours-${name}`);
  const config = `REPO_URL=${server.url}/${name}\nCOMMIT_SHA=${commit}\nWORK_DIR=${workDir}\nRUN_CMD=true\n`;
  const result = await runLauncher({ config });
  expect(result.code, result.stderr).toBe(0);
  return workDir;
};

const listed = async (gitDir: string, commit: string): Promise<string[]> => {
  const { stdout } = await tryGit(['--git-dir', gitDir, 'ls-tree', '-r', '-z', commit]);
  const lines = stdout.toString('latin1').split('\0').slice(0, -1);
  return lines.map((line) => line.replace(/^(\d+) \w+ /, '$1 ')).sort();
};

test.each([1, 2, 3])('sources made up from seed %i', async (seed) => {
  const name = `large${seed}.git`;
  const { gitDir, commit } = await makeLargeRepository({
    path: scratch.join(name),
    files: 120,
    averageBytes: 3000,
    history: 8,
    seed,
  });
  const ours = look(await bring(name, commit));
  expect(ours).toEqual(await listed(gitDir, commit));
  const dir = scratch.join(`theirs-${name}`);
  fs.mkdirSync(dir);
  await isomorphicGit.checkout({ fs, dir, gitdir: gitDir, ref: commit, force: true });
  expect(look(dir)).toEqual(ours);
});

test('odd names, modes, links and bytes', async () => {
  const name = 'odd.git';
  const { gitDir, commit } = await makeRepository({
    path: scratch.join(name),
    files: {
      'a b/c\td': 'x',
      'new\nline': 'y',
      ünï: 'z',
      '-dash': '',
      'back\\slash': 'b',
      'case/A': '1',
      'case/a': '2',
      'a.b': 'sorted before a/',
      'a/b': 'sorted after a.b',
      run: { mode: '100755', content: '#!/bin/sh\n' },
      'link/out': { symlink: '/etc/passwd' },
      'link/loop': { symlink: 'loop' },
      'link/up': { symlink: '../../../..' },
      empty: '',
      nul: Buffer.from([0, 1, 2, 0]),
      crlf: 'a\r\nb\r\n',
      // Conversions that git would make: the bytes of the blob are what counts.
      '.gitattributes': '* text=auto eol=crlf\ncrlf ident\nident ident\nout filter=lfs export-subst\n',
      ident: '$Id$\n',
      out: '$Format:%H$\n',
      lf: 'a\nb\n',
    },
  });
  const folder = await bring(name, commit);
  expect(look(folder)).toEqual(await listed(gitDir, commit));
  for (const path of ['crlf', 'lf', 'ident', 'out']) {
    const blob = await tryGit(['--git-dir', gitDir, 'cat-file', 'blob', `${commit}:${path}`]);
    expect(readFileSync(join(folder, path)).equals(blob.stdout)).toBe(true);
  }
  expect(await git(['-C', folder, 'status', '--porcelain'])).toBe('');
});

test('names and targets that are no UTF-8', async () => {
  const name = 'bytes.git';
  const { gitDir } = await makeRepository({ path: scratch.join(name), files: { first: '1' } });
  const blob = (await git(['--git-dir', gitDir, 'hash-object', '-w', '--stdin'], { input: 'content' })).trim();
  const target = (
    await git(['--git-dir', gitDir, 'hash-object', '-w', '--stdin'], { input: Buffer.from([0xff, 0x2f, 0xe9]) })
  ).trim();
  const lines = [`100644 blob ${blob}\tcaf\xe9`, `120000 blob ${target}\tl\xff`, `100644 blob ${blob}\tcafe`].join(
    '\0',
  );
  const tree = await git(['--git-dir', gitDir, 'mktree', '-z'], { input: Buffer.from(`${lines}\0`, 'latin1') });
  const commit = await git(['--git-dir', gitDir, 'commit-tree', '-m', 'x', tree]);
  await git(['--git-dir', gitDir, 'update-ref', 'refs/heads/bytes', commit]);
  const folder = await bring(name, commit);
  expect(look(folder)).toEqual(await listed(gitDir, commit));
  expect(await git(['-C', folder, 'status', '--porcelain'])).toBe('');
});

test('an archive of git holds the same files', async () => {
  const name = 'archived.git';
  const { gitDir, commit } = await makeLargeRepository({ path: scratch.join(name), files: 50, seed: 4 });
  const archive = scratch.join('a.tar');
  await git(['--git-dir', gitDir, 'archive', '-o', archive, commit]);
  const ours = await bring(name, commit);
  const folder = fs.mkdtempSync(`${scratch.path}/tar-`);
  const { execFileSync } = await import('node:child_process');
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  expect(look(folder)).toEqual(look(ours));
});
