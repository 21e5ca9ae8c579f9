import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Canary, makeCanary } from '../support/canary.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { type RunOptions, type RunResult, runLauncher } from '../support/run-launcher.ts';
import { makeScratch } from '../support/scratch.ts';
import { type SshServer, startSshServer } from '../support/ssh-server.ts';
import { write } from './support/git-plants.ts';
import { errorOf, type PinKeys, pinText, rawCharacterOf } from './support/launch.ts';

/** Prints what execve was given, and not what bash makes of it. */
const ENTRY = "#!/bin/bash\n/bin/cat /proc/$$/environ\nprintf 'END'\n";
const scratch = makeScratch();
const SECRET = 'hunter2';
let repository: Repository;
let server: GitServer;
let ssh: SshServer | undefined;
let count = 0;

beforeAll(async () => {
  repository = await makeRepository({ files: { 'tee-launch.sh': ENTRY }, path: scratch.join('repo.git') });
  server = await startGitServer({ root: scratch.path });
  ssh = await startSshServer({ dir: scratch.join('ssh') });
});
afterAll(async () => {
  await server.close();
  await ssh?.close();
  scratch.remove();
});

interface Launched {
  run: RunResult;
  /** The workload's environment; undefined when none ran. */
  env: Map<string, string> | undefined;
}

const launch = async (env: RunOptions['env'] = {}, keys: PinKeys = {}, options: RunOptions = {}): Promise<Launched> => {
  const workDir = scratch.join(`work-${count++}`);
  const all = { REPO_URL: `${server.url}/repo.git`, COMMIT_SHA: repository.commit, WORK_DIR: workDir, ...keys };
  const run = await runLauncher({ config: pinText(all), env, ...options });
  if (!run.stdout.endsWith('\0END')) return { run, env: undefined };
  const entries = run.stdout.slice(0, -4).split('\0');
  const pair = (entry: string): [string, string] => [
    entry.slice(0, entry.indexOf('=')),
    entry.slice(entry.indexOf('=') + 1),
  ];
  return { run, env: new Map(entries.map(pair)) };
};

/** A folder of its own with a canary beside it. */
const nest = (): { folder: string; canary: Canary } => {
  const folder = scratch.join(`nest-${count++}`);
  mkdirSync(folder);
  return { folder, canary: makeCanary(scratch.path, `canary-${count}`) };
};

const moduleThat = (canary: Canary): string =>
  `data:text/javascript,${encodeURIComponent(`import fs from 'node:fs'; fs.writeFileSync('${canary.file}', process.argv0)`)}`;

/** Each sets variables that load or steer code; `SECRET` stands in values that no log may show. */
const ATTACKS: readonly (readonly [name: string, make: (folder: string, canary: Canary) => Record<string, string>])[] =
  [
    [
      'BASH_ENV',
      (folder, canary) => {
        write(`${folder}/rc`, `${canary.command}\n`);
        return { BASH_ENV: `${folder}/rc` };
      },
    ],
    [
      'ENV, with bash as sh',
      (folder, canary) => {
        write(`${folder}/rc`, `${canary.command}\n`);
        return { ENV: `${folder}/rc`, POSIXLY_CORRECT: '1' };
      },
    ],
    ['an exported function git', (_, { command }) => ({ 'BASH_FUNC_git%%': `() { ${command}; }` })],
    [
      'exported functions in place of builtins',
      (_, { command }) =>
        Object.fromEntries(
          ['echo', 'cd', 'exec', 'export', 'printf', 'read', 'unset', 'readlink', '[', 'test'].map((name) => [
            `BASH_FUNC_${name}%%`,
            `() { ${command}; }`,
          ]),
        ),
    ],
    [
      'SHELLOPTS with PS4',
      (_, { command }) => ({ SHELLOPTS: 'xtrace:braceexpand', PS4: `$(${command})+ `, BASH_XTRACEFD: '2' }),
    ],
    [
      'BASHOPTS, IFS, CDPATH and GLOBIGNORE',
      () => ({ BASHOPTS: 'extdebug', IFS: 'x/', CDPATH: '/tmp', GLOBIGNORE: '*' }),
    ],
    ['PROMPT_COMMAND and PS0', (_, { command }) => ({ PROMPT_COMMAND: command, PS0: `$(${command})` })],
    [
      'GIT_CONFIG_COUNT with hooks and a monitor',
      (folder, canary) => {
        for (const hook of ['post-checkout', 'reference-transaction']) write(`${folder}/${hook}`, canary.script, 0o755);
        return {
          GIT_CONFIG_COUNT: '2',
          GIT_CONFIG_KEY_0: 'core.hooksPath',
          GIT_CONFIG_VALUE_0: folder,
          GIT_CONFIG_KEY_1: 'core.fsmonitor',
          GIT_CONFIG_VALUE_1: `${folder}/post-checkout`,
          GIT_CONFIG_PARAMETERS: "'core.pager'='id'",
        };
      },
    ],
    [
      'GIT_DIR and GIT_WORK_TREE',
      (folder) => ({ GIT_DIR: folder, GIT_WORK_TREE: folder, GIT_INDEX_FILE: `${folder}/i` }),
    ],
    [
      'GIT_OBJECT_DIRECTORY and alternates',
      (folder) => ({ GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: folder, GIT_NAMESPACE: 'x' }),
    ],
    [
      'programs for git',
      (folder, canary) => {
        for (const name of ['git-index-pack', 'git', 'ssh']) write(`${folder}/${name}`, canary.script, 0o755);
        const helper = `${folder}/ssh`;
        return {
          GIT_EXEC_PATH: folder,
          GIT_SSH: helper,
          GIT_SSH_COMMAND: helper,
          GIT_ASKPASS: helper,
          GIT_PROXY_COMMAND: helper,
        };
      },
    ],
    [
      'GIT_TRACE into a file',
      (folder) => ({
        GIT_TRACE: `${folder}/trace`,
        GIT_TRACE2_EVENT: `${folder}/trace2`,
        GIT_TRACE_PACKET: `${folder}/p`,
      }),
    ],
    ['NODE_OPTIONS with a module of its own', (_, canary) => ({ NODE_OPTIONS: `--import ${moduleThat(canary)}` })],
    [
      'NODE_OPTIONS with a file',
      (folder, canary) => {
        write(`${folder}/x.cjs`, `require('fs').writeFileSync('${canary.file}', 'x')`);
        return { NODE_OPTIONS: `--require ${folder}/x.cjs`, NODE_PATH: folder };
      },
    ],
    [
      'NODE_COMPILE_CACHE and what else Node writes to',
      (folder) => ({
        NODE_COMPILE_CACHE: folder,
        NODE_V8_COVERAGE: folder,
        NODE_REDIRECT_WARNINGS: `${folder}/warnings`,
        SSLKEYLOGFILE: `${folder}/keys`,
      }),
    ],
    [
      'NODE_EXTRA_CA_CERTS and what else Node trusts',
      () => ({ NODE_EXTRA_CA_CERTS: '/nonexistent', NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_USE_SYSTEM_CA: '1' }),
    ],
    ['NODE_CHANNEL_FD and NODE_UNIQUE_ID', () => ({ NODE_CHANNEL_FD: '1', NODE_UNIQUE_ID: '1' })],
    [
      'OPENSSL_CONF and OPENSSL_MODULES',
      (folder) => {
        const sections = '[a]\nengines = b\nproviders = c\n[b]\nx = d\n[d]\ndynamic_path = /nonexistent.so\ninit = 1\n';
        write(`${folder}/ssl.cnf`, `openssl_conf = a\nnodejs_conf = a\n${sections}`);
        return { OPENSSL_CONF: `${folder}/ssl.cnf`, OPENSSL_MODULES: folder, OPENSSL_ENGINES: folder };
      },
    ],
    [
      'LD_LIBRARY_PATH, LD_AUDIT and their like',
      (folder) => ({
        LD_LIBRARY_PATH: folder,
        LD_BIND_NOW: '1',
        GLIBC_TUNABLES: 'glibc.malloc.check=1',
        GCONV_PATH: folder,
        LOCPATH: folder,
        MALLOC_TRACE: `${folder}/trace`,
      }),
    ],
    [
      'PYTHONPATH, PERL5OPT, RUBYOPT, JAVA_TOOL_OPTIONS',
      () => ({ PYTHONPATH: '/x', PERL5OPT: '-Mx', RUBYOPT: '-rx', JAVA_TOOL_OPTIONS: '-x' }),
    ],
    [
      'PIP_*, npm_config_* in any case, GOPROXY',
      () => ({ PIP_INDEX_URL: '/x', npm_config_script_shell: '/x', NPM_CONFIG_NODE_OPTIONS: '-r x', GOPROXY: '/x' }),
    ],
  ];

describe('variables that load or steer code', () => {
  for (const [name, make] of ATTACKS) {
    test.concurrent(`${name}: never used, dropped and named`, async () => {
      const { folder, canary } = nest();
      const before = new Set(Object.keys(make(folder, canary)));
      const files = readdirSync(folder);
      const attack = make(folder, canary);
      const { run, env } = await launch({ ...attack, SECRET });
      expect(run.code, run.stderr).toBe(0);
      expect(canary.trace()).toBe('');
      expect(readdirSync(folder)).toEqual(files);
      for (const variable of before) {
        expect(env?.has(variable), variable).toBe(false);
        expect(run.stderr).toContain(`dropped from the environment: ${variable} (`);
        expect(run.stderr).not.toContain(attack[variable]!.length > 4 ? attack[variable]! : SECRET);
      }
      expect(rawCharacterOf(run.stderr)).toBeUndefined();
    });
  }

  test('names that the start script sets variables aside under are ordinary ones from outside: no variable is made of them', async () => {
    const { folder, canary } = nest();
    const attack = {
      TWL_SET_ASIDE_LD_PRELOAD: `${folder}/x.so`,
      TWL_SET_ASIDE_NODE_OPTIONS: `--import ${moduleThat(canary)}`,
      TWL_SET_ASIDE_BASH_ENV: `${folder}/rc`,
      'TWL_SET_ASIDE_BASH_FUNC_cat%%': `() { ${canary.command}; }`,
      TWL_SET_ASIDE_FOO: '1',
      FOO: '2',
    };
    const { run, env } = await launch(attack);
    expect(run.code, run.stderr).toBe(0);
    expect(canary.trace()).toBe('');
    for (const [name, value] of Object.entries(attack)) expect(env?.get(name), name).toBe(value);
    for (const name of ['LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV', 'BASH_FUNC_cat%%'])
      expect(env?.has(name)).toBe(false);
  });

  test('LD_PRELOAD: the loader sees it once, for the shell that takes it away', async () => {
    const { run, env } = await launch({ LD_PRELOAD: '/nonexistent/twl.so', LD_AUDIT: '/nonexistent/audit.so' });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr.split('/nonexistent/twl.so').length - 1).toBeLessThanOrEqual(1);
    expect(env?.has('LD_PRELOAD')).toBe(false);
    expect(env?.has('LD_AUDIT')).toBe(false);
    expect(run.stderr).toContain('dropped from the environment: LD_PRELOAD (');
  });
});

describe('places where tools look for settings and programs', () => {
  test('a PATH with other programs first: none of them runs', async () => {
    const { folder, canary } = nest();
    const names = ['git', 'bash', 'sh', 'ssh', 'node', 'readlink', 'env', 'dirname', 'unshare', 'git-index-pack'];
    for (const name of names) write(`${folder}/${name}`, canary.script, 0o755);
    const path = `${folder}:/usr/bin:/bin`;
    const { run, env } = await launch({ PATH: path });
    expect({ code: run.code, trace: canary.trace() }, run.stderr).toEqual({ code: 0, trace: '' });
    expect(env?.get('PATH')).toBe(path);
    const again = await launch({ PATH: path }, {}, { program: 'git-launcher' });
    expect(canary.trace(), again.run.stderr).toBe('');
  });

  test('no PATH and no HOME at all', async () => {
    const program = `${scratch.join('bare')}`;
    const bin = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
    write(program, `#!/bin/sh\nexec /usr/bin/env -i '${bin}' "$@"\n`, 0o755);
    const { run, env } = await launch({}, {}, { program });
    expect(run.code, run.stderr).toBe(0);
    expect(env?.has('HOME')).toBe(false);
  });

  test('a HOME with settings of git, bash, npm and others: none is read', async () => {
    const { folder, canary } = nest();
    write(`${folder}/helper`, canary.script, 0o755);
    const gitconfig = `[core]\n\tfsmonitor = ${folder}/helper\n\thooksPath = ${folder}\n[url "http://127.0.0.1:1/"]\n\tinsteadOf = ${server.url}/\n`;
    for (const name of ['.gitconfig', '.config/git/config']) write(`${folder}/${name}`, gitconfig);
    for (const name of ['.bashrc', '.bash_profile', '.profile', '.bash_login', '.inputrc']) {
      write(`${folder}/${name}`, `${canary.command}\n`);
    }
    write(`${folder}/.npmrc`, `script-shell=${folder}/helper\n`);
    const { run, env } = await launch({ HOME: folder, XDG_CONFIG_HOME: `${folder}/.config` });
    expect({ code: run.code, trace: canary.trace() }, run.stderr).toEqual({ code: 0, trace: '' });
    expect(env?.get('HOME')).toBe(folder);
  });

  test('a HOME with settings of ssh, for an address of ssh: none is read', async (context) => {
    if (ssh === undefined) return context.skip('there is no sshd on this machine');
    const { folder, canary } = nest();
    write(`${folder}/helper`, canary.script, 0o755);
    write(`${folder}/ssh`, canary.script, 0o755);
    write(
      `${folder}/.ssh/config`,
      `Host *\n\tProxyCommand ${folder}/helper\n\tPermitLocalCommand yes\n\tLocalCommand ${folder}/helper\n`,
    );
    const { run } = await launch(
      { HOME: folder, PATH: `${folder}:/usr/bin:/bin`, SSH_ASKPASS: `${folder}/helper`, SSH_ASKPASS_REQUIRE: 'force' },
      { REPO_URL: ssh.url(repository.path), SSH_KEY_FILE: ssh.keyFile, SSH_KNOWN_HOSTS_FILE: ssh.knownHostsFile },
    );
    expect({ code: run.code, trace: canary.trace() }, run.stderr).toEqual({ code: 0, trace: '' });
  });

  test('a current folder full of traps: nothing of it is loaded', async () => {
    const { folder, canary } = nest();
    const js = `require('fs').writeFileSync('${canary.file}', 'x')`;
    write(`${folder}/package.json`, '{"type":"commonjs","imports":{"#x":"./x.js"}}');
    for (const name of ['execa', 'isomorphic-git', 'fs']) write(`${folder}/node_modules/${name}/index.js`, js);
    for (const name of ['git', 'bash', 'node']) write(`${folder}/${name}`, canary.script, 0o755);
    write(`${folder}/.env`, `NODE_OPTIONS=--require ${folder}/node_modules/fs/index.js\n`);
    const { run } = await launch({ PATH: `.:/usr/bin:/bin` }, {}, { cwd: folder });
    expect({ code: run.code, trace: canary.trace() }, run.stderr).toEqual({ code: 0, trace: '' });
  });
});

describe('ALLOW_ENV', () => {
  test('lets what it names through to the workload, and only there', async () => {
    const { folder, canary } = nest();
    write(`${folder}/rc`, `echo "$$ $BASHPID \${0##*/}" >> '${canary.file}'\n`);
    const options = `--import ${moduleThat(makeCanary(folder, 'node'))}`;
    const steering = {
      BASH_ENV: `${folder}/rc`,
      NODE_OPTIONS: options,
      'BASH_FUNC_own%%': '() { :; }',
      PYTHONPATH: '/x',
    };
    const { run, env } = await launch(steering, { ALLOW_ENV: 'BASH_ENV NODE_OPTIONS BASH_FUNC_own%%' });
    expect(run.code, run.stderr).toBe(0);
    expect(env?.get('BASH_ENV')).toBe(`${folder}/rc`);
    expect(env?.get('NODE_OPTIONS')).toBe(options);
    expect(env?.get('BASH_FUNC_own%%')).toBe('() { :; }');
    expect(env?.has('PYTHONPATH')).toBe(false);
    expect(run.stderr).toContain('let through by ALLOW_ENV: BASH_ENV BASH_FUNC_own%% NODE_OPTIONS');
    // Sourced by the workload's bash alone: one line, and it names the entry script.
    expect(canary.trace()).toMatch(/^\d+ \d+ tee-launch\.sh\n$/);
    expect(readdirSync(folder)).toEqual(['rc']);
  });

  test('a CHILD_ENV_FILE is held to the same table', async () => {
    const file = scratch.join('child.env');
    writeFileSync(file, `PLAIN=x\nLD_PRELOAD=/nonexistent/${SECRET}.so\n`);
    const refused = await launch({}, { CHILD_ENV_FILE: file });
    expect({ code: refused.run.code, stdout: refused.run.stdout }, refused.run.stderr).toEqual({
      code: 10,
      stdout: '',
    });
    expect(errorOf(refused.run)).toContain('LD_PRELOAD');
    expect(refused.run.stderr).not.toContain(SECRET);
    writeFileSync(file, 'PLAIN=x\nPERL5OPT=-Mx\n');
    const allowed = await launch({}, { CHILD_ENV_FILE: file, ALLOW_ENV: 'PERL5OPT' });
    expect(allowed.env?.get('PERL5OPT')).toBe('-Mx');
    expect(allowed.env?.get('PLAIN')).toBe('x');
  });
});

describe('all other variables', () => {
  const ODD: Record<string, string> = {
    'a.b': 'dot',
    'x-y': 'dash',
    '1a': 'digit first',
    é: 'accent',
    ['__proto__']: 'prototype',
    constructor: 'x',
    EMPTY: '',
    NEWLINE: 'one\ntwo',
    EQUALS: 'a=b=c',
    SPACES: '  x  ',
    UNICODE: '日本語 🚀',
    CONTROL: '\x1b[31m\x07',
    NODE_ENV: 'production',
    PYTHONUNBUFFERED: '1',
    HTTPS_PROXY: 'http://127.0.0.1:1',
  };

  test('reach the workload unchanged, whatever their names', async () => {
    const { run, env } = await launch(ODD);
    expect(run.code, run.stderr).toBe(0);
    for (const [name, value] of Object.entries(ODD)) expect(env?.get(name), name).toBe(value);
    expect(run.stderr).not.toContain('dropped from the environment');
  });

  test('but for one that is no UTF-8: refused by name, before anything is asked', async () => {
    const program = scratch.join('latin');
    const bin = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
    for (const line of ["X_LATIN=$(printf 'caf\\351')", "NODE_LATIN=$(printf '\\377')"]) {
      write(program, `#!/bin/sh\n${line}\nexport ${line.split('=')[0]}\nexec '${bin}' "$@"\n`, 0o755);
      const requests = server.requests.length;
      const { run } = await launch({}, {}, { program });
      expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 30, stdout: '' });
      expect(errorOf(run)).toContain(`the environment variable '${line.split('=')[0]}' is not UTF-8`);
      expect(server.requests.length).toBe(requests);
      expect(rawCharacterOf(run.stderr)).toBeUndefined();
    }
  });

  test('TWL_LIMIT_ with a name or value of no limit: refused', async () => {
    for (const env of [{ TWL_LIMIT_PATHZ: '1' }, { TWL_LIMIT_PATHS: '-1' }, { TWL_LIMIT_PATHS: '1e9' }]) {
      const { run } = await launch(env);
      expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 2, stdout: '' });
      expect(errorOf(run)).toContain(Object.keys(env)[0]);
    }
  });
});
