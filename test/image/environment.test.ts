import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../launcher/support.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { launcherImage } from './build-once.ts';

const found = await engine();
const dock = found as Engine;

/** What each variable names is in /evil. */
const EVIL = {
  NODE_OPTIONS: "--import data:text/javascript,process.stderr.write('FOREIGN')",
  LD_PRELOAD: '/evil/missing.so',
  LD_AUDIT: '/evil/missing.so',
  OPENSSL_CONF: '/evil/openssl.cnf',
  NODE_COMPILE_CACHE: '/evil/cache',
  NODE_EXTRA_CA_CERTS: '/evil/missing.pem',
  NODE_V8_COVERAGE: '/evil/cache',
  BASH_ENV: '/evil/startup.sh',
  ENV: '/evil/startup.sh',
  'BASH_FUNC_git%%': '() {  echo FOREIGN >&2; }',
  'BASH_FUNC_exec%%': '() {  echo FOREIGN >&2; }',
  PS4: '$(echo FOREIGN >&2)',
  IFS: '/',
  GIT_CONFIG_COUNT: '1',
} as const;

/** Has Node and every other user of OpenSSL load a library. */
const OPENSSL_CONF = `nodejs_conf = all
openssl_conf = all
[all]
engines = engines
[engines]
foreign = foreign
[foreign]
dynamic_path = /evil/missing.so
init = 1
`;

/** What shows in the output of a process that obeyed one of them. */
const OBEYED = /FOREIGN|cannot be preloaded|cannot be loaded as audit|OpenSSL|extra certs|\/evil/;

/** Another one may have hidden what these would do. */
const ALONE = [
  'NODE_OPTIONS',
  'LD_PRELOAD',
  'OPENSSL_CONF',
  'NODE_COMPILE_CACHE',
  'BASH_ENV',
  'BASH_FUNC_git%%',
] as const;

/** Passed on as they are, under names that are no shell's and with bytes that shells trip over. */
const KEPT = {
  'a.b-c': 'dotted',
  MULTI: 'one\ntwo  \\t *\t"\'$(x)`x` é\u0001\u0081 ',
  EMPTY: '',
  'NAME,WITH,COMMAS': 'x',
};

const SHOW = 'printf "%s\\n" "$(git rev-parse HEAD)"\nenv -0 | sort -z | tr "\\0\\n" "\\n|"\n';

describe.skipIf(found === undefined || process.arch !== 'x64')('variables that load code', () => {
  let image = '';
  beforeAll(async () => {
    image = (await launcherImage(dock)).tag;
  }, 600_000);

  const start = async (env: Record<string, string>, more: { pin?: Record<string, string>; args?: string[] } = {}) => {
    const { scratch, repository, pin } = await serve({ 'tee-launch.sh': SHOW });
    const evil = scratch.join('evil');
    mkdirSync(`${evil}/cache`, { recursive: true });
    writeFileSync(`${evil}/openssl.cnf`, OPENSSL_CONF);
    writeFileSync(`${evil}/startup.sh`, 'echo FOREIGN >&2\n');
    const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const config = pin({ WORK_DIR: '/data/work', ...more.pin });
    const options = [
      '--read-only',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges:true',
      '--network',
      'host',
    ];
    const mounts = ['--tmpfs', '/data', '--tmpfs', '/tmp', '--volume', `${evil}:/evil`];
    const id = (
      await dock.docker(
        'create',
        ...options,
        ...mounts,
        ...variables,
        '--env',
        `LAUNCHER_CONFIG=${config}`,
        ...(more.args ?? []),
        image,
      )
    ).trim();
    onTestFinished(async () => void (await dock.try(['rm', '-f', id])));
    const { code, stdout, stderr } = await dock.try(['start', '--attach', id]);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    // One line a variable, a line feed in a value as a bar.
    const names = new Map(lines.map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)]));
    return { code, stderr, isHead: head === repository.commit, names, cache: readdirSync(`${evil}/cache`) };
  };

  test('without the entry point each of them is obeyed', async () => {
    const evil = await serve({ 'tee-launch.sh': SHOW });
    const folder = evil.scratch.join('evil');
    mkdirSync(folder);
    writeFileSync(`${folder}/openssl.cnf`, OPENSSL_CONF);
    writeFileSync(`${folder}/startup.sh`, 'echo FOREIGN >&2\n');
    for (const name of ['NODE_OPTIONS', 'LD_PRELOAD', 'OPENSSL_CONF', 'NODE_EXTRA_CA_CERTS', 'BASH_ENV'] as const) {
      const [program, ...args] =
        name === 'BASH_ENV' ? ['bash', '-c', ':'] : ['/opt/launcher/bin/node', '-e', "require('tls').rootCertificates"];
      const options = [
        '--rm',
        '--network',
        'none',
        '--volume',
        `${folder}:/evil`,
        '--env',
        `${name}=${EVIL[name]}`,
        '--entrypoint',
        program!,
      ];
      expect((await dock.try(['run', ...options, image, ...args])).stderr, name).toMatch(OBEYED);
    }
  });

  test('run nothing, and do not reach the workload', async () => {
    const { code, stderr, isHead, names, cache } = await start({
      ...EVIL,
      ...KEPT,
      TWL_SET_ASIDE_X: 'mine',
      'LD_A,B': '1',
    });
    expect(stderr).toContain('HEAD verified: ');
    const said = stderr.split('\n').filter((line) => !line.includes('dropped from the environment: '));
    expect(said.filter((line) => OBEYED.test(line))).toEqual([]);
    expect(cache).toEqual([]);
    expect({ code, isHead }).toEqual({ code: 0, isHead: true });
    for (const name of Object.keys(EVIL)) {
      expect(names.has(name), name).toBe(false);
      expect(stderr).toContain(`dropped from the environment: ${name} (`);
    }
    for (const [name, value] of Object.entries(KEPT)) expect(names.get(name), name).toBe(value.replaceAll('\n', '|'));
    const extra = [...names.keys()].filter((name) => name.startsWith('TWL_SET_ASIDE_') || name.startsWith('MALLOC_'));
    expect(extra).toEqual([]);
    expect(stderr).toContain('dropped from the environment: 2 by names that begin with TWL_SET_ASIDE_');
    expect(names.has('LD_A,B')).toBe(false);
  });

  test.each(ALONE)('%s alone runs nothing', async (name) => {
    const { code, stderr, isHead, names, cache } = await start({ [name]: EVIL[name] });
    const said = stderr.split('\n').filter((line) => !line.includes('dropped from the environment: '));
    expect(said.filter((line) => OBEYED.test(line))).toEqual([]);
    expect({ code, isHead, cache, there: names.has(name) }).toEqual({ code: 0, isHead: true, cache: [], there: false });
  });

  test('reach the workload, and nobody before it, where the pin allows them', async () => {
    const allowed = {
      OPENSSL_CONF: EVIL.OPENSSL_CONF,
      NODE_OPTIONS: EVIL.NODE_OPTIONS,
      LD_X: 'two\nlines',
      UV_THREADPOOL_SIZE: '3',
    };
    const { code, stderr, names, isHead } = await start(
      { ...allowed, LD_Y: '1' },
      {
        pin: { ALLOW_ENV: 'OPENSSL_CONF NODE_OPTIONS LD_X' },
      },
    );
    expect({ code, isHead }).toEqual({ code: 0, isHead: true });
    expect(stderr).not.toMatch(OBEYED);
    expect(stderr).toContain('let through by ALLOW_ENV: LD_X NODE_OPTIONS OPENSSL_CONF\n');
    for (const [name, value] of Object.entries(allowed)) expect(names.get(name)).toBe(value.replaceAll('\n', '|'));
    expect(names.has('LD_Y')).toBe(false);
  });

  test('the soft limit of open files stays what it was', async () => {
    const { scratch, pin } = await serve({ 'tee-launch.sh': 'ulimit -Sn; ulimit -Hn\n' });
    expect(scratch.path).not.toBe('');
    const config = pin({ WORK_DIR: '/data/work' });
    const options = ['--rm', '--network', 'host', '--ulimit', 'nofile=1234:4321', '--tmpfs', '/data'];
    const { stdout } = await dock.try(['run', ...options, '--env', `LAUNCHER_CONFIG=${config}`, image]);
    expect(stdout).toBe('1234\n4321\n');
  });
});
