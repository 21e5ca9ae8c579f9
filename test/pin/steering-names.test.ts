import { describe, expect, test } from 'vitest';
import { steersCode } from '../../src/pin/environment.ts';
import { STEERING_FAMILIES, STEERING_NAMES } from '../../src/pin/environment-table.ts';

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
      'ENVIRONMENT PS1 COMPOSE_PROJECT_NAME NVIDIA_VISIBLE_DEVICES CUDA_VISIBLE_DEVICES LESSON_URL GST_DEBUG OMP_NUM_THREADS constructor __proto__ toString BASH_VERSION',
    ].flatMap((line) => line.split(' ')),
  )('%s is not one', (name) => expect(steersCode(name)).toBeUndefined());

  // The log gives the reason, so that whoever misses a variable knows what it is taken for.
  test.each([
    ['steers the C library and what it loads', 'GLIBC_TUNABLES NIS_PATH'],
    ['runs code in, or changes what is parsed by, a shell that starts', 'BASH_ENV BASH_COMPAT'],
    ['names a program that other tools run', 'EDITOR LESS LESSOPEN SSH_SK_HELPER RSYNC_CONNECT_PROG CLOUDSDK_PYTHON'],
    ['loads a library or a plug-in', 'OPENSSL_CONF KRB5_CONFIG XTABLES_LIBDIR NVTX_INJECTION64_PATH VK_ICD_FILENAMES'],
    ['loads a library or a plug-in', 'GSS_MECH_CONFIG LIBMYSQL_PLUGIN_DIR LIBMYSQL_PLUGINS MARIADB_PLUGIN_DIR'],
    ['loads a library or a plug-in', 'OMP_TOOL_LIBRARIES HSA_TOOLS_LIB HDF5_PLUGIN_PATH GST_PLUGIN_PATH'],
    ['loads a library or a plug-in', 'GST_PLUGIN_SYSTEM_PATH_1_0 MAGICK_CODER_MODULE_PATH MAGICK_CONFIGURE_PATH'],
    [
      'changes which servers are believed, or writes down session keys',
      'SSLKEYLOGFILE HTTPLIB2_CA_CERTS PERL_LWP_SSL_VERIFY_HOSTNAME',
    ],
    ['names a config that can run commands or turn checks off', 'CURL_HOME TF_CLI_CONFIG_FILE LESSKEYIN EMACSLOADPATH'],
    [
      'loads code into Node, or changes what it trusts',
      'NODE_OPTIONS NODE_V8_COVERAGE NODE_PRESERVE_SYMLINKS_MAIN npm_execpath DENO_TLS_CA_STORE',
    ],
    ['changes which code Python loads', 'PYTHONPATH PYTHONEXECUTABLE __PYVENV_LAUNCHER__ JUPYTER_CONFIG_PATH'],
    [
      'changes which code Perl, Ruby, PHP, Tcl, Guile or R loads',
      'PERL5OPT PERL_CPANM_OPT PHPRC R_LIBS_USER JULIA_PROJECT',
    ],
    ['loads agents or classes into Java', 'JAVA_TOOL_OPTIONS MAVEN_OPTS'],
    ['loads assemblies or a profiler into .NET', 'DOTNET_STARTUP_HOOKS COR_ENABLE_PROFILING'],
    ['changes where Go takes sources and tools from, or what it verifies', 'GOFLAGS GOTOOLDIR'],
    ['names the compilers, or makes them load code', 'RUSTC CFLAGS CPLUS_INCLUDE_PATH PKG_CONFIG_PATH'],
    ['changes which code Erlang or Elixir loads', 'ERL_FLAGS MIX_DEPS_PATH'],
  ])('it %s: %s', (reason, names) => {
    for (const name of names.split(' ')) expect(steersCode(name)).toEqual({ reason });
  });

  test.each([
    ['LD_', 'steers the dynamic loader'],
    ['DYLD_', 'steers the dynamic loader'],
    ['BASH_FUNC_', 'defines a function in every bash that starts'],
    ['GIT_', 'steers git, which runs hooks, filters and helpers'],
    ['SSL_CERT_', 'changes which servers are believed'],
    ['NPM_CONFIG_', 'is a setting of npm: registry, scripts, shell, Node options'],
    ['PNPM_CONFIG_', 'is a setting of pnpm: registry, scripts, shell, Node options'],
    ['YARN_', 'is a setting of Yarn: registry, plug-ins, the program itself'],
    ['COREPACK_', 'changes where package managers are taken from and whether they are verified'],
    ['BUN_CONFIG_', 'is a setting of Bun: registry, preloads'],
    ['BUN_INSPECT', 'opens a debugger that runs code'],
    ['TS_NODE_', 'loads code into ts-node'],
    ['PIP_', 'is a setting of pip: index, sources, options'],
    ['UV_', 'is a setting of uv: index, sources, interpreter'],
    ['POETRY_', 'is a setting of Poetry: sources, interpreter'],
    ['PIPENV_', 'is a setting of Pipenv: sources, interpreter'],
    ['BUNDLE_', 'is a setting of Bundler: sources, the Gemfile'],
    ['BUNDLER_', 'loads code into Ruby through Bundler'],
    ['COMPOSER_', 'is a setting of Composer: sources, plug-ins'],
    ['LUA_INIT', 'runs code in every Lua that starts'],
    ['LUA_PATH', 'changes which code Lua loads'],
    ['LUA_CPATH', 'changes which libraries Lua loads'],
    ['CORECLR_', 'loads a profiler into .NET'],
    ['CGO_', 'passes options to the compilers that Go runs'],
    ['CARGO_', 'is a setting of Cargo: registry, runners, compilers'],
    ['RUSTUP_', 'changes which Rust tools run and where they come from'],
    ['HEX_', 'is a setting of Hex: mirror, verification'],
    ['CMAKE_', 'names the compilers and launchers that CMake runs'],
    ['CCACHE_', 'names the programs that ccache runs'],
    ['NIX_', 'is a setting of Nix: sources, builders, the loader'],
    ['ANSIBLE_', 'is a setting of Ansible: plug-ins, modules'],
    ['TF_CLI_ARGS', 'adds arguments to Terraform'],
  ])('%s… %s', (prefix, reason) => {
    expect(steersCode(`${prefix}X`)).toEqual({ reason });
    expect(steersCode(prefix)).toEqual({ reason });
    expect(steersCode(`X${prefix}`)).toBeUndefined();
  });

  test('the table names each once, and none that a family covers', () => {
    expect(NAMES.length).toBe(new Set(NAMES).size);
    const covered = NAMES.filter((name) => STEERING_FAMILIES.some(({ prefix }) => name.startsWith(prefix)));
    expect(covered).toEqual([]);
    for (const name of NAMES) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
  });
});
