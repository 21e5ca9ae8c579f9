import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/pin/env-file.ts';
import { filterEnvironment, steersCode } from '../../src/pin/environment.ts';
import { STEERING_FAMILIES, STEERING_NAMES } from '../../src/pin/environment-table.ts';
import { holds } from '../support/property.ts';
import { bytesOf } from './support.ts';

const NAMES = STEERING_NAMES.flatMap(({ names }) => names.split(' '));

describe('names that steer code', () => {
  test.each(
    [
      'LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_ANYTHING GLIBC_TUNABLES GCONV_PATH BASH_ENV ENV SHELLOPTS BASHOPTS PS4',
      'BASH_FUNC_echo%% BASH_FUNC_git() BASH_FUNC_a-b%% PROMPT_COMMAND CDPATH GLOBIGNORE BASH_XTRACEFD BASH_LOADABLES_PATH',
      'NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED OPENSSL_CONF OPENSSL_MODULES',
      'SSLKEYLOGFILE SSL_CERT_FILE SSL_CERT_DIR PYTHONPATH PYTHONSTARTUP PYTHONHOME PYTHONBREAKPOINT PERL5OPT PERL5LIB RUBYOPT',
      'JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH GIT_DIR GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_SSH_COMMAND',
      'PIP_INDEX_URL npm_config_registry NPM_CONFIG_REGISTRY Npm_Config_script_shell npm_config_//r.org/:_authToken GOPROXY GOFLAGS',
      'GOSUMDB GOTOOLCHAIN CARGO_HOME RUSTC_WRAPPER RUSTFLAGS MAKEFLAGS CURL_HOME CURL_CA_BUNDLE REQUESTS_CA_BUNDLE WGETRC',
      'LUA_INIT LUA_INIT_5_4 LUA_PATH LUA_CPATH_5_3 PHPRC PHP_INI_SCAN_DIR GEM_HOME GEM_PATH BUNDLE_GEMFILE YARN_RC_FILENAME',
      'DOCKER_CONFIG EDITOR PAGER UV_INDEX_URL DOTNET_STARTUP_HOOKS HOSTALIASES',
    ].flatMap((line) => line.split(' ')),
  )('%s', (name) => expect(steersCode(name)?.reason).toMatch(/\S/));

  test.each(
    [
      'PATH HOME USER PWD SHELL LANG LC_ALL TZ TERM TMPDIR HOSTNAME XDG_CONFIG_HOME JAVA_HOME HTTP_PROXY https_proxy NO_PROXY',
      'NODE_ENV NODE_NAME PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING GOMAXPROCS GOGC GOMEMLIMIT RUST_LOG',
      'RUST_BACKTRACE UV_THREADPOOL_SIZE UV_USE_IO_URING CGO_ENABLED DOCKER_HOST DOCKER_CONTENT_TRUST DSTACK_ENDPOINT LAUNCHER_CONFIG',
      'npm_package_name npm_lifecycle_event OLD_LD_PRELOAD ld_preload bash_env node_options git_dir LDAP_URL GITHUB_TOKEN GITLAB_URL',
      'ENVIRONMENT PS1 COMPOSE_PROJECT_NAME NVIDIA_VISIBLE_DEVICES CUDA_VISIBLE_DEVICES constructor __proto__ toString BASH_VERSION',
    ].flatMap((line) => line.split(' ')),
  )('%s is not one', (name) => expect(steersCode(name)).toBeUndefined());

  test('the table names each once, and none that a family covers', () => {
    expect(NAMES.length).toBe(new Set(NAMES).size);
    const covered = NAMES.filter((name) => STEERING_FAMILIES.some(({ prefix }) => name.startsWith(prefix)));
    expect(covered).toEqual([]);
    for (const name of NAMES) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
  });
});

describe('the environment that is passed on', () => {
  test('goes through unchanged but for what steers code', () => {
    const given = {
      PATH: '/bin',
      LD_PRELOAD: '/x',
      'BASH_FUNC_git%%': '() { :; }',
      EMPTY: '',
      'odd-name': 'a\nb',
      BASH_ENV: '/y',
    };
    const { env, dropped, allowed } = filterEnvironment(given, []);
    expect(env).toEqual({ PATH: '/bin', EMPTY: '', 'odd-name': 'a\nb' });
    expect(dropped.map(({ name }) => name)).toEqual(['BASH_ENV', 'BASH_FUNC_git%%', 'LD_PRELOAD']);
    expect(allowed).toEqual([]);
  });

  test('holds what is allowed by its exact name', () => {
    const given = { NODE_OPTIONS: '--x', NODE_PATH: '/n', PATH: '/bin', npm_config_a: '1' };
    const { env, dropped, allowed } = filterEnvironment(given, ['NODE_OPTIONS', 'PATH', 'NPM_CONFIG_A', 'LD_PRELOAD']);
    expect(env).toEqual({ NODE_OPTIONS: '--x', PATH: '/bin' });
    expect(dropped.map(({ name }) => name)).toEqual(['NODE_PATH', 'npm_config_a']);
    expect(allowed).toEqual(['NODE_OPTIONS']);
  });

  test('never tells a value', () => {
    expect(JSON.stringify(filterEnvironment({ PIP_INDEX_URL: 'https://u:sEcReT@h/' }, []))).not.toContain('sEcReT');
  });

  test('keeps a variable called __proto__', () => {
    const { env } = filterEnvironment(Object.fromEntries([['__proto__', 'x']]), []);
    expect(Object.entries(env)).toEqual([['__proto__', 'x']]);
  });

  test('every variable is passed or dropped, and what is passed steers nothing or is allowed', () => {
    const name = fc.oneof(
      fc.constantFrom(...NAMES),
      fc.constantFrom(...STEERING_FAMILIES).map(({ prefix }) => `${prefix}x`),
      fc.string(),
    );
    holds(
      fc.property(fc.dictionary(name, fc.string()), fc.array(name), (given, allow) => {
        const { env, dropped } = filterEnvironment(given, allow);
        expect([...Object.keys(env), ...dropped.map((one) => one.name)].sort()).toEqual(Object.keys(given).sort());
        for (const [key, value] of Object.entries(env)) {
          expect(value).toBe(given[key]);
          if (!allow.includes(key)) expect(steersCode(key)).toBeUndefined();
        }
      }),
      500,
    );
  });
});

describe('CHILD_ENV_FILE', () => {
  const read = (text: string, allowEnv: string[] = []) => parseEnvFile(bytesOf(text), { source: 'w.env', allowEnv });
  const faults = (text: string, allowEnv: string[] = []): string[] => {
    const result = read(text, allowEnv);
    return result.ok ? [] : result.errors.map(({ code, line, column }) => `${code} ${line}:${column}`);
  };

  test.each<[string, string, Record<string, string>]>([
    ['nothing', '', {}],
    ['names in any case', 'a=1\n_B=2\nC3=3', { a: '1', _B: '2', C3: '3' }],
    ['empty values', 'A=\n', { A: '' }],
    ['JSON', 'A={"b": [1]}\n', { A: '{"b": [1]}' }],
    ['what a shell would expand', 'A=$B # c\n', { A: '$B # c' }],
    ['the proxy and the path', 'PATH=/bin\nhttp_proxy=http://p:1\n', { PATH: '/bin', http_proxy: 'http://p:1' }],
  ])('%s', (_, text, env) => expect(read(text)).toEqual({ ok: true, env }));

  test('keeps a variable called __proto__', () => {
    const result = read('__proto__=x');
    expect(result.ok && Object.entries(result.env)).toEqual([['__proto__', 'x']]);
  });

  test('takes a steering name that the pin allows', () => {
    expect(read('NODE_OPTIONS=--x\n', ['NODE_OPTIONS'])).toEqual({ ok: true, env: { NODE_OPTIONS: '--x' } });
  });

  test.each([
    ['a steering name', 'A=1\n LD_PRELOAD=/x\n', ['steering-name 2:2']],
    ['a name of a family in another case', 'NPM_config_registry=x', ['steering-name 1:1']],
    ['a name that starts with a digit', '1A=x', ['bad-key 1:1']],
    ['a name with a dash', 'A-B=x', ['bad-key 1:1']],
    ['an exported function', 'BASH_FUNC_x%%=() { :; }', ['bad-key 1:1']],
    ['export', 'export A=x', ['bad-key 1:1']],
    ['a name twice', 'A=1\nA=2', ['duplicate-key 2:1']],
    ['CRLF', 'A=1\r\n', ['carriage-return 1:4']],
    ['a byte order mark', '\ufeffA=1', ['byte-order-mark 1:1']],
    ['NUL', 'A=1\0', ['nul 1:4']],
    ['an open quote', 'A="1', ['bad-quotes 1:3']],
    ['several', 'LD_X=1\nB\nENV=2', ['steering-name 1:1', 'no-assignment 2:1', 'steering-name 3:1']],
    ['too much', `A=${'x'.repeat(65536)}`, ['too-large 1:65537']],
  ])('refuses %s', (_, text, expected) => expect(faults(text)).toEqual(expected));

  test('no error holds a value', () => {
    const text = 'A="sEcReT\nLD_X=sEcReT\nsEcReT\n sEcReT+/==\nB= sEcReT\nC=sEcReT\0\n#sEcReT\0\nexport D=sEcReT\n';
    const result = read(text);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.errors).toHaveLength(8);
      expect(result.errors.map((error) => error.message + error.hint).join()).not.toContain('sEcReT');
    }
  });
});
