/**
 * Names that make a process load or run code of somebody else's choice, or take another source or trust anchor for it.
 * A name is listed alone where others that look like it are harmless and in common use (`PYTHONUNBUFFERED`, `NODE_ENV`,
 * `GOMAXPROCS`); a family is listed where new members of the same kind keep appearing.
 *
 * Left out on purpose, because workloads cannot do without them and the container's own definition sets them:
 * - `PATH`, `HOME`, `JAVA_HOME`, `XDG_*`, `TMPDIR`, `SHELL`: where things are. Who can put files there has
 *   the workload anyway.
 * - `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` in either case: where bytes travel, not which are trusted.
 * - `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH`, `DOCKER_CONTENT_TRUST`: which engine is
 *   asked, and how.
 * - `TZ`, `LANG`, `LC_*`, `TERM`: data that programs parse.
 */
export const STEERING_NAMES: readonly { reason: string; names: string }[] = [
  {
    reason: 'steers the C library and what it loads',
    names:
      'GLIBC_TUNABLES GCONV_PATH GETCONF_DIR LOCPATH MUSL_LOCPATH NLSPATH MALLOC_TRACE HOSTALIASES RESOLV_HOST_CONF ' +
      'NIS_PATH',
  },
  {
    reason: 'runs code in, or changes what is parsed by, a shell that starts',
    names:
      'BASH_ENV ENV SHELLOPTS BASHOPTS PS4 PS0 PROMPT_COMMAND IFS CDPATH GLOBIGNORE EXECIGNORE BASH_XTRACEFD ' +
      'BASH_COMPAT BASH_LOADABLES_PATH POSIXLY_CORRECT ZDOTDIR FPATH',
  },
  {
    reason: 'names a program that other tools run',
    names:
      'EDITOR VISUAL PAGER MANPAGER SYSTEMD_PAGER BROWSER LESS LESSOPEN LESSCLOSE SSH_ASKPASS SUDO_ASKPASS ' +
      'SSH_SK_PROVIDER SSH_SK_HELPER SSH_PKCS11_HELPER RSYNC_RSH RSYNC_CONNECT_PROG CVS_RSH SVN_SSH TAR_OPTIONS ' +
      'MODPROBE_OPTIONS ESBUILD_BINARY_PATH CLOUDSDK_PYTHON PSQL_PAGER',
  },
  {
    reason: 'loads a library or a plug-in',
    names:
      'OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_MODULES OPENSSL_ENGINES PKCS11_PROVIDER_MODULE PKCS11_MODULE_PATH ' +
      'KRB5_CONFIG GSS_MECH_CONFIG SASL_PATH AWKLIBPATH AWKPATH GIO_EXTRA_MODULES GIO_MODULE_DIR GTK_MODULES GTK_PATH QT_PLUGIN_PATH ' +
      'XTABLES_LIBDIR NAPI_RS_NATIVE_LIBRARY_PATH CUDA_INJECTION32_PATH CUDA_INJECTION64_PATH NVTX_INJECTION32_PATH ' +
      'NVTX_INJECTION64_PATH NCCL_NET_PLUGIN NCCL_TUNER_PLUGIN NCCL_PROFILER_PLUGIN OCL_ICD_VENDORS OCL_ICD_FILENAMES ' +
      'VK_ICD_FILENAMES VK_DRIVER_FILES VK_LAYER_PATH VK_ADD_LAYER_PATH LIBMYSQL_PLUGIN_DIR LIBMYSQL_PLUGINS ' +
      'MARIADB_PLUGIN_DIR OMP_TOOL_LIBRARIES HSA_TOOLS_LIB HDF5_PLUGIN_PATH GST_PLUGIN_PATH GST_PLUGIN_PATH_1_0 ' +
      'GST_PLUGIN_SYSTEM_PATH GST_PLUGIN_SYSTEM_PATH_1_0 GST_PLUGIN_SCANNER MAGICK_CODER_MODULE_PATH ' +
      'MAGICK_FILTER_MODULE_PATH MAGICK_CODER_FILTER_PATH MAGICK_CONFIGURE_PATH',
  },
  {
    reason: 'changes which servers are believed, or writes down session keys',
    names:
      'SSLKEYLOGFILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE AWS_CA_BUNDLE GRPC_DEFAULT_SSL_ROOTS_FILE_PATH ' +
      'HTTPLIB2_CA_CERTS HTTPS_CA_FILE HTTPS_CA_DIR PERL_LWP_SSL_CA_FILE PERL_LWP_SSL_CA_PATH ' +
      'PERL_LWP_SSL_VERIFY_HOSTNAME GNUTLS_SYSTEM_PRIORITY_FILE GNUPGHOME',
  },
  {
    reason: 'names a config that can run commands or turn checks off',
    names:
      'CURL_HOME WGETRC SYSTEM_WGETRC APT_CONFIG DOCKER_CONFIG COMPOSE_FILE KUBECONFIG HELM_PLUGINS ' +
      'TF_CLI_CONFIG_FILE TERRAFORM_CONFIG AWS_CONFIG_FILE HGRCPATH PSQLRC INPUTRC LESSKEY LESSKEYIN ' +
      'LESSKEY_CONTENT LESSKEY_SYSTEM LESSKEYIN_SYSTEM VIMINIT EXINIT VIM VIMRUNTIME EMACSLOADPATH',
  },
  {
    reason: 'loads code into Node, or changes what it trusts',
    names:
      'NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_SYSTEM_CA ' +
      'NODE_V8_COVERAGE NODE_REDIRECT_WARNINGS NODE_REPL_EXTERNAL_MODULE NODE_ICU_DATA NODE_PRESERVE_SYMLINKS ' +
      'NODE_PRESERVE_SYMLINKS_MAIN NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID NODE_TEST_CONTEXT ' +
      'npm_execpath npm_node_execpath BUN_OPTIONS BUN_INSTALL BUN_RUNTIME_TRANSPILER_CACHE_PATH DENO_DIR DENO_CERT ' +
      'DENO_TLS_CA_STORE TSX_TSCONFIG_PATH',
  },
  {
    reason: 'changes which code Python loads',
    names:
      'PYTHONPATH PYTHONSTARTUP PYTHONHOME PYTHONBREAKPOINT PYTHONUSERBASE PYTHONPLATLIBDIR PYTHONINSPECT ' +
      'PYTHONEXECUTABLE PYTHONCASEOK PYTHONWARNINGS PYTHONPYCACHEPREFIX PYTHONOPTIMIZE PYTHON_PRESITE ' +
      '__PYVENV_LAUNCHER__ PYTEST_ADDOPTS PYTEST_PLUGINS GUNICORN_CMD_ARGS IPYTHONDIR JUPYTER_PATH JUPYTER_CONFIG_DIR ' +
      'JUPYTER_CONFIG_PATH CONDARC MAMBARC',
  },
  {
    reason: 'changes which code Perl, Ruby, PHP, Tcl, Guile or R loads',
    names:
      'PERL5OPT PERL5LIB PERLLIB PERL5DB PERL5SHELL PERLIO PERLIO_DEBUG PERLDB_OPTS PERL_MM_OPT PERL_MB_OPT ' +
      'PERL_CPANM_OPT RUBYOPT RUBYLIB RUBYPATH RUBYSHELL GEM_PATH GEM_HOME GEM_SPEC_CACHE GEMRC IRBRC PRYRC RAKEOPT ' +
      'PHPRC PHP_INI_SCAN_DIR COMPOSER TCLLIBPATH TCL_LIBRARY GUILE_LOAD_PATH GUILE_LOAD_COMPILED_PATH R_HOME R_LIBS ' +
      'R_LIBS_USER R_LIBS_SITE R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER JULIA_LOAD_PATH JULIA_DEPOT_PATH ' +
      'JULIA_PROJECT JULIA_BINDIR',
  },
  {
    reason: 'loads agents or classes into Java',
    names:
      'JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS JAVA_OPTS IBM_JAVA_OPTIONS OPENJ9_JAVA_OPTIONS CLASSPATH ' +
      'MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS GRADLE_USER_HOME SBT_OPTS CATALINA_OPTS JRUBY_OPTS',
  },
  {
    reason: 'loads assemblies or a profiler into .NET',
    names:
      'DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE DOTNET_GCName DOTNET_GCPath ' +
      'COR_ENABLE_PROFILING COR_PROFILER COR_PROFILER_PATH',
  },
  {
    reason: 'changes where Go takes sources and tools from, or what it verifies',
    names:
      'GOFLAGS GOPROXY GONOPROXY GOSUMDB GONOSUMDB GONOSUMCHECK GOPRIVATE GOINSECURE GOVCS GOAUTH GOTOOLCHAIN ' +
      'GOTOOLDIR GOROOT GOPATH GOENV GOWORK GOMODCACHE GOCACHE GOCACHEPROG GO111MODULE GODEBUG GO_EXTLINK_ENABLED',
  },
  {
    reason: 'names the compilers, or makes them load code',
    names:
      'RUSTC RUSTDOC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTC_BOOTSTRAP RUSTFLAGS RUSTDOCFLAGS CC CXX CPP LD AR AS ' +
      'CFLAGS CXXFLAGS CPPFLAGS LDFLAGS GCC_EXEC_PREFIX COMPILER_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH ' +
      'CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH MAKEFLAGS GNUMAKEFLAGS MFLAGS MAKEFILES M4PATH ACLOCAL_PATH PKG_CONFIG ' +
      'PKG_CONFIG_PATH PKG_CONFIG_LIBDIR CAML_LD_LIBRARY_PATH OCAMLPATH GHC_PACKAGE_PATH GHC_ENVIRONMENT',
  },
  {
    reason: 'changes which code Erlang or Elixir loads',
    names:
      'ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS ERL_LIBS ERL_INETRC ELIXIR_ERL_OPTIONS MIX_HOME MIX_ARCHIVES MIX_PATH MIX_EXS ' +
      'MIX_DEPS_PATH',
  },
];

export interface SteeringFamily {
  prefix: string;
  reason: string;
  /** Tools read these names in any case. */
  anyCase?: true;
  /** Members that are harmless and in common use. */
  except?: readonly string[];
}

export const STEERING_FAMILIES: readonly SteeringFamily[] = [
  { prefix: 'LD_', reason: 'steers the dynamic loader' },
  { prefix: 'DYLD_', reason: 'steers the dynamic loader' },
  { prefix: 'BASH_FUNC_', reason: 'defines a function in every bash that starts' },
  { prefix: 'GIT_', reason: 'steers git, which runs hooks, filters and helpers' },
  { prefix: 'SSL_CERT_', reason: 'changes which servers are believed' },
  { prefix: 'NPM_CONFIG_', anyCase: true, reason: 'is a setting of npm: registry, scripts, shell, Node options' },
  { prefix: 'PNPM_CONFIG_', anyCase: true, reason: 'is a setting of pnpm: registry, scripts, shell, Node options' },
  { prefix: 'YARN_', anyCase: true, reason: 'is a setting of Yarn: registry, plug-ins, the program itself' },
  { prefix: 'COREPACK_', reason: 'changes where package managers are taken from and whether they are verified' },
  { prefix: 'BUN_CONFIG_', reason: 'is a setting of Bun: registry, preloads' },
  { prefix: 'BUN_INSPECT', reason: 'opens a debugger that runs code' },
  { prefix: 'TS_NODE_', reason: 'loads code into ts-node' },
  { prefix: 'PIP_', reason: 'is a setting of pip: index, sources, options' },
  {
    prefix: 'UV_',
    reason: 'is a setting of uv: index, sources, interpreter',
    // libuv's, in every Node process.
    except: ['UV_THREADPOOL_SIZE', 'UV_USE_IO_URING'],
  },
  { prefix: 'POETRY_', reason: 'is a setting of Poetry: sources, interpreter' },
  { prefix: 'PIPENV_', reason: 'is a setting of Pipenv: sources, interpreter' },
  { prefix: 'BUNDLE_', reason: 'is a setting of Bundler: sources, the Gemfile' },
  { prefix: 'BUNDLER_', reason: 'loads code into Ruby through Bundler' },
  { prefix: 'COMPOSER_', reason: 'is a setting of Composer: sources, plug-ins' },
  { prefix: 'LUA_INIT', reason: 'runs code in every Lua that starts' },
  { prefix: 'LUA_PATH', reason: 'changes which code Lua loads' },
  { prefix: 'LUA_CPATH', reason: 'changes which libraries Lua loads' },
  { prefix: 'CORECLR_', reason: 'loads a profiler into .NET' },
  { prefix: 'CGO_', reason: 'passes options to the compilers that Go runs', except: ['CGO_ENABLED'] },
  { prefix: 'CARGO_', reason: 'is a setting of Cargo: registry, runners, compilers' },
  { prefix: 'RUSTUP_', reason: 'changes which Rust tools run and where they come from' },
  { prefix: 'HEX_', reason: 'is a setting of Hex: mirror, verification' },
  { prefix: 'CMAKE_', reason: 'names the compilers and launchers that CMake runs' },
  { prefix: 'CCACHE_', reason: 'names the programs that ccache runs' },
  { prefix: 'NIX_', reason: 'is a setting of Nix: sources, builders, the loader' },
  { prefix: 'ANSIBLE_', reason: 'is a setting of Ansible: plug-ins, modules' },
  { prefix: 'TF_CLI_ARGS', reason: 'adds arguments to Terraform' },
];
