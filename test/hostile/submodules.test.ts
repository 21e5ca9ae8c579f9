import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Canary, makeCanary } from '../support/canary.ts';
import { git, tryGit } from '../support/git-command.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { type Files, makeRepository, type Repository } from '../support/repositories.ts';
import type { RunResult } from '../support/run-launcher.ts';
import { makeScratch } from '../support/scratch.ts';
import { write } from './support/git-plants.ts';
import { errorOf, launchPin, type PinKeys, rawCharacterOf } from './support/launch.ts';

const scratch = makeScratch();
let server: GitServer;
let inner: Repository;
let innermost: Repository;
let canary: Canary;
let count = 0;

const ENTRY = '#!/bin/bash\ncat module/value 2>/dev/null || echo no module\n';

beforeAll(async () => {
  canary = makeCanary(scratch.path);
  const at = (name: string): { path: string } => ({ path: scratch.join(name) });
  innermost = await makeRepository({ files: { value: 'innermost\n' }, ...at('innermost.git') });
  inner = await makeRepository({
    files: {
      value: 'inner\n',
      deeper: { gitlink: innermost.commit },
      '.gitmodules': '[submodule "d"]\n\tpath = deeper\n\turl = ../innermost.git\n',
      'hooks/post-checkout': { mode: '100755', content: canary.script },
    },
    ...at('inner.git'),
  });
  server = await startGitServer({ root: scratch.path });
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

interface Launched extends RunResult {
  workDir: string;
  keys: PinKeys;
}

/** A repository with these files beside the entry script, launched. */
const launchFiles = async (files: Files, keys: PinKeys = {}): Promise<Launched> => {
  const name = `outer-${count++}`;
  const outer = await makeRepository({
    files: { 'tee-launch.sh': ENTRY, ...files },
    path: scratch.join(`${name}.git`),
  });
  const workDir = scratch.join(`work-${name}`);
  const all = { REPO_URL: `${server.url}/${name}.git`, COMMIT_SHA: outer.commit, WORK_DIR: workDir, ...keys };
  return { ...(await launchPin(all, { env: { TWL_LIMIT_ATTEMPTS: '1' } })), workDir, keys: all };
};

/** A commit with `inner` at `module`, and what `.gitmodules` says of it. */
const withModule = (url: string, more = ''): Files => ({
  module: { gitlink: inner.commit },
  '.gitmodules': `[submodule "module"]\n\tpath = module\n\turl = ${url}\n${more}`,
});

const expectRan = (run: RunResult, stdout: string): void => {
  expect({ code: run.code, stdout: run.stdout, trace: canary.trace() }, run.stderr).toEqual({
    code: 0,
    stdout,
    trace: '',
  });
};

const expectRefused = (run: Launched, message: RegExp, code = 10): void => {
  expect({ code: run.code, stdout: run.stdout, trace: canary.trace() }, run.stderr).toEqual({
    code,
    stdout: '',
    trace: '',
  });
  expect(errorOf(run)).toMatch(message);
  expect(existsSync(`${run.workDir}/tee-launch.sh`)).toBe(false);
  expect(rawCharacterOf(run.stderr)).toBeUndefined();
};

describe('SUBMODULES', () => {
  test('is no by default: a gitlink is refused', async () => {
    expectRefused(await launchFiles(withModule('../inner.git')), /the commit holds a submodule, at 'module'/);
    const keys = { SUBMODULES: 'no' };
    expectRefused(await launchFiles(withModule('../inner.git'), keys), /the commit holds a submodule, at 'module'/);
  });

  test('ignore: an empty folder, and nobody is asked for more', async () => {
    const before = server.requests.length;
    const run = await launchFiles(withModule('../inner.git'), { SUBMODULES: 'ignore' });
    expectRan(run, 'no module\n');
    expect(execFileSync('/bin/ls', ['-A', `${run.workDir}/module`], { encoding: 'utf8' })).toBe('');
    expect(server.requests.slice(before).filter(({ url }) => url.startsWith('/inner.git'))).toEqual([]);
  });

  test('yes: each at its recorded commit, the submodules of submodules too', async () => {
    const run = await launchFiles(withModule('../inner.git'), { SUBMODULES: 'yes' });
    expectRan(run, 'inner\n');
    expect(readFileSync(`${run.workDir}/module/deeper/value`, 'utf8')).toBe('innermost\n');
    for (const [folder, commit] of [
      ['module', inner.commit],
      ['module/deeper', innermost.commit],
    ] as const) {
      expect(await git(['-C', `${run.workDir}/${folder}`, 'rev-parse', 'HEAD'])).toBe(commit);
    }
    expect((await tryGit(['-C', run.workDir, 'status', '--porcelain'])).stdout.toString()).toBe('');
  });
});

describe('tricks in .gitmodules, with SUBMODULES=yes', () => {
  const YES = { SUBMODULES: 'yes' };

  test('an update command: never run', async () => {
    const run = await launchFiles(withModule('../inner.git', `\tupdate = !${canary.command}\n`), YES);
    expectRan(run, 'inner\n');
    expect(readFileSync(`${run.workDir}/.git/config`, 'utf8')).not.toContain('update');
  });

  const URLS: readonly (readonly [name: string, url: () => string, message: RegExp])[] = [
    ['a URL that begins with -', () => '-u./payload', /must not start with '-'/],
    ['a URL that begins with -, quoted', () => '"--upload-pack=id"', /must not start with '-'/],
    ['ext::', () => 'ext::id', /must not use another transport/],
    ['a path on this machine', () => inner.path, /its url is a path on this machine/],
    ['file://', () => `file://${inner.path}`, /its url is a path on this machine/],
    ['a relative URL that leaves the host', () => '../../../../../../etc', /is refused/],
    ['http:// to the metadata address', () => 'http://169.254.169.254/x', /must not use http:\/\//],
    ['credentials', () => 'https://u:hunter2@example.com/x', /must not contain credentials/],
    ['an escape sequence', () => 'https://x/\x1b[31m', /is refused/],
    ['a host on a private network', () => 'https://10.0.0.1/x', /not a public address|is refused/],
  ];
  for (const [name, url, message] of URLS) {
    test(`${name}: refused`, async () => {
      const run = await launchFiles(withModule(url()), YES);
      expectRefused(run, message);
      expect(run.stderr).not.toContain('hunter2');
    });
  }

  test('a .gitmodules that is a link: not followed', async () => {
    const text = withModule('../inner.git')['.gitmodules'] as string;
    const files = { module: { gitlink: inner.commit }, real: text, '.gitmodules': { symlink: 'real' } };
    expectRefused(await launchFiles(files, YES), /no section, or more than one/);
  });

  test('two sections for one path: refused', async () => {
    const text = withModule('../inner.git')['.gitmodules'] as string;
    const files = { module: { gitlink: inner.commit }, '.gitmodules': `${text}${text.replace('inner', 'innermost')}` };
    expectRefused(await launchFiles(files, YES), /no section, or more than one/);
  });

  test('names and paths that lead elsewhere mean nothing: the gitlink says where', async () => {
    const hostile = ['../../outside', '.git/modules/x', '/etc/x', 'module/../tee-launch.sh', 'a\\\\b'];
    const sections = hostile.map((path) => `[submodule "../../${path}"]\n\tpath = ${path}\n\turl = ../innermost.git\n`);
    const files = withModule('../inner.git', sections.join(''));
    const run = await launchFiles(files, YES);
    expectRan(run, 'inner\n');
    expect(existsSync(scratch.join('outside'))).toBe(false);
    expect(existsSync(`${run.workDir}/.git/modules`)).toBe(false);
  });

  test('a link and a submodule whose paths differ by case: nothing is written through the link', async () => {
    const files: Files = {
      A: { symlink: '.git' },
      'a/modules': { gitlink: inner.commit },
      '.gitmodules': '[submodule "x"]\n\tpath = a/modules\n\turl = ../inner.git\n',
      module: { symlink: 'a/modules' },
    };
    const run = await launchFiles(files, YES);
    expectRan(run, 'inner\n');
    expect(existsSync(`${run.workDir}/.git/modules`)).toBe(false);
  });

  test('a commit that the submodule does not have: refused, not another one', async () => {
    const files = { ...withModule('../inner.git'), module: { gitlink: 'ab'.repeat(20) } };
    expectRefused(await launchFiles(files, YES), /the commit cannot be had there/, 40);
  });

  test('a submodule that is itself again and again: bounded', async () => {
    const self = await makeRepository({ files: { 'tee-launch.sh': ENTRY }, path: scratch.join('self.git') });
    let gitlink = self.commit;
    for (let depth = 0; depth < 12; depth++) {
      const text = '[submodule "s"]\n\tpath = s\n\turl = ../self.git\n';
      gitlink = await self.commitAgain({ s: { gitlink }, '.gitmodules': text });
    }
    const keys = { REPO_URL: `${server.url}/self.git`, COMMIT_SHA: gitlink, WORK_DIR: scratch.join('work-self') };
    const run = await launchPin({ ...keys, ...YES });
    expectRefused({ ...run, workDir: keys.WORK_DIR, keys }, /TWL_LIMIT_SUBMODULE_DEPTH/);
  });
});

describe('planted in a checkout with submodules', () => {
  const PLANTS: readonly (readonly [name: string, plant: (workDir: string) => unknown])[] = [
    ['nothing', () => undefined],
    ['no .gitmodules', (workDir) => rmSync(`${workDir}/.gitmodules`)],
    [
      'a .gitmodules of other bytes',
      (workDir) => write(`${workDir}/.gitmodules`, '[submodule "module"]\n\tpath = module\n\turl = ext::id\n'),
    ],
    [
      'a .gitmodules that is a FIFO',
      (workDir) => {
        rmSync(`${workDir}/.gitmodules`);
        execFileSync('/usr/bin/mkfifo', [`${workDir}/.gitmodules`]);
      },
    ],
    [
      'a .gitmodules that is an endless file',
      (workDir) => {
        rmSync(`${workDir}/.gitmodules`);
        symlinkSync('/dev/zero', `${workDir}/.gitmodules`);
      },
    ],
    ['other bytes in a submodule', (workDir) => write(`${workDir}/module/value`, 'EVIL\n')],
    ['other bytes in the submodule of a submodule', (workDir) => write(`${workDir}/module/deeper/value`, 'EVIL\n')],
    ['a further file in a submodule', (workDir) => write(`${workDir}/module/extra`, 'EVIL\n')],
    [
      'hooks and a monitor in the .git of a submodule',
      async (workDir) => {
        write(`${workDir}/module/.git/hooks/post-checkout`, canary.script, 0o755);
        write(`${scratch.path}/monitor`, canary.script, 0o755);
        await git(['-C', `${workDir}/module`, 'config', 'core.fsmonitor', `${scratch.path}/monitor`]);
      },
    ],
    [
      'a submodule behind a link',
      (workDir) => {
        execFileSync('/bin/mv', [`${workDir}/module`, `${workDir}-moved`]);
        symlinkSync(`${workDir}-moved`, `${workDir}/module`);
      },
    ],
  ];

  for (const [name, plant] of PLANTS) {
    test(`${name}: the pinned bytes run`, async () => {
      const first = await launchFiles(withModule('../inner.git'), { SUBMODULES: 'yes' });
      expectRan(first, 'inner\n');
      await plant(first.workDir);
      const again = await launchPin(first.keys, { timeoutMs: 15_000 });
      expectRan(again, 'inner\n');
      expect(readFileSync(`${first.workDir}/module/deeper/value`, 'utf8')).toBe('innermost\n');
      expect((await tryGit(['-C', first.workDir, 'status', '--porcelain'])).stdout.toString()).toBe('');
      expectRan(again, 'inner\n');
    });
  }
});
