#!/usr/bin/busybox sh
# Process 1 of the image, under the name of each program. The shell is static: no library is loaded, no startup file is read and no
# function comes out of the environment before these lines. What would load code into Node or its libraries is moved aside, and
# its names are handed on: the launcher gives the workload what the pin allows. Every other variable is passed on byte for byte,
# also under names that are no shell's.
set -fu
IFS=' 	
'
readonly BUSYBOX=/usr/bin/busybox ROOT=/opt/launcher
program=${0##*/}

# BEGIN generated from src/pin/environment-table.ts by scripts/image/entry.ts
steers() {
  case $1 in
    UV_THREADPOOL_SIZE | UV_USE_IO_URING | CGO_ENABLED) return 1 ;;
    GLIBC_TUNABLES | GCONV_PATH | GETCONF_DIR | LOCPATH | MUSL_LOCPATH | NLSPATH | MALLOC_TRACE | HOSTALIASES | RESOLV_HOST_CONF | \
    NIS_PATH | BASH_ENV | ENV | SHELLOPTS | BASHOPTS | PS4 | PS0 | PROMPT_COMMAND | IFS | CDPATH | GLOBIGNORE | EXECIGNORE | \
    BASH_XTRACEFD | BASH_COMPAT | BASH_LOADABLES_PATH | POSIXLY_CORRECT | ZDOTDIR | FPATH | EDITOR | VISUAL | PAGER | MANPAGER | \
    SYSTEMD_PAGER | BROWSER | LESS | LESSOPEN | LESSCLOSE | SSH_ASKPASS | SUDO_ASKPASS | SSH_SK_PROVIDER | SSH_SK_HELPER | \
    SSH_PKCS11_HELPER | RSYNC_RSH | RSYNC_CONNECT_PROG | CVS_RSH | SVN_SSH | TAR_OPTIONS | MODPROBE_OPTIONS | ESBUILD_BINARY_PATH | \
    CLOUDSDK_PYTHON | PSQL_PAGER | OPENSSL_CONF | OPENSSL_CONF_INCLUDE | OPENSSL_MODULES | OPENSSL_ENGINES | \
    PKCS11_PROVIDER_MODULE | PKCS11_MODULE_PATH | KRB5_CONFIG | GSS_MECH_CONFIG | SASL_PATH | AWKLIBPATH | AWKPATH | \
    GIO_EXTRA_MODULES | GIO_MODULE_DIR | GTK_MODULES | GTK_PATH | QT_PLUGIN_PATH | XTABLES_LIBDIR | NAPI_RS_NATIVE_LIBRARY_PATH | \
    CUDA_INJECTION32_PATH | CUDA_INJECTION64_PATH | NVTX_INJECTION32_PATH | NVTX_INJECTION64_PATH | NCCL_NET_PLUGIN | \
    NCCL_TUNER_PLUGIN | NCCL_PROFILER_PLUGIN | OCL_ICD_VENDORS | OCL_ICD_FILENAMES | VK_ICD_FILENAMES | VK_DRIVER_FILES | \
    VK_LAYER_PATH | VK_ADD_LAYER_PATH | LIBMYSQL_PLUGIN_DIR | LIBMYSQL_PLUGINS | MARIADB_PLUGIN_DIR | OMP_TOOL_LIBRARIES | \
    HSA_TOOLS_LIB | HDF5_PLUGIN_PATH | GST_PLUGIN_PATH | GST_PLUGIN_PATH_1_0 | GST_PLUGIN_SYSTEM_PATH | GST_PLUGIN_SYSTEM_PATH_1_0 | \
    GST_PLUGIN_SCANNER | MAGICK_CODER_MODULE_PATH | MAGICK_FILTER_MODULE_PATH | MAGICK_CODER_FILTER_PATH | MAGICK_CONFIGURE_PATH | \
    SSLKEYLOGFILE | CURL_CA_BUNDLE | REQUESTS_CA_BUNDLE | AWS_CA_BUNDLE | GRPC_DEFAULT_SSL_ROOTS_FILE_PATH | HTTPLIB2_CA_CERTS | \
    HTTPS_CA_FILE | HTTPS_CA_DIR | PERL_LWP_SSL_CA_FILE | PERL_LWP_SSL_CA_PATH | PERL_LWP_SSL_VERIFY_HOSTNAME | \
    GNUTLS_SYSTEM_PRIORITY_FILE | GNUPGHOME | CURL_HOME | WGETRC | SYSTEM_WGETRC | APT_CONFIG | DOCKER_CONFIG | COMPOSE_FILE | \
    KUBECONFIG | HELM_PLUGINS | TF_CLI_CONFIG_FILE | TERRAFORM_CONFIG | AWS_CONFIG_FILE | HGRCPATH | PSQLRC | INPUTRC | LESSKEY | \
    LESSKEYIN | LESSKEY_CONTENT | LESSKEY_SYSTEM | LESSKEYIN_SYSTEM | VIMINIT | EXINIT | VIM | VIMRUNTIME | EMACSLOADPATH | \
    NODE_OPTIONS | NODE_PATH | NODE_COMPILE_CACHE | NODE_EXTRA_CA_CERTS | NODE_TLS_REJECT_UNAUTHORIZED | NODE_USE_SYSTEM_CA | \
    NODE_V8_COVERAGE | NODE_REDIRECT_WARNINGS | NODE_REPL_EXTERNAL_MODULE | NODE_ICU_DATA | NODE_PRESERVE_SYMLINKS | \
    NODE_PRESERVE_SYMLINKS_MAIN | NODE_CHANNEL_FD | NODE_CHANNEL_SERIALIZATION_MODE | NODE_UNIQUE_ID | NODE_TEST_CONTEXT | \
    npm_execpath | npm_node_execpath | BUN_OPTIONS | BUN_INSTALL | BUN_RUNTIME_TRANSPILER_CACHE_PATH | DENO_DIR | DENO_CERT | \
    DENO_TLS_CA_STORE | TSX_TSCONFIG_PATH | PYTHONPATH | PYTHONSTARTUP | PYTHONHOME | PYTHONBREAKPOINT | PYTHONUSERBASE | \
    PYTHONPLATLIBDIR | PYTHONINSPECT | PYTHONEXECUTABLE | PYTHONCASEOK | PYTHONWARNINGS | PYTHONPYCACHEPREFIX | PYTHONOPTIMIZE | \
    PYTHON_PRESITE | __PYVENV_LAUNCHER__ | PYTEST_ADDOPTS | PYTEST_PLUGINS | GUNICORN_CMD_ARGS | IPYTHONDIR | JUPYTER_PATH | \
    JUPYTER_CONFIG_DIR | JUPYTER_CONFIG_PATH | CONDARC | MAMBARC | PERL5OPT | PERL5LIB | PERLLIB | PERL5DB | PERL5SHELL | PERLIO | \
    PERLIO_DEBUG | PERLDB_OPTS | PERL_MM_OPT | PERL_MB_OPT | PERL_CPANM_OPT | RUBYOPT | RUBYLIB | RUBYPATH | RUBYSHELL | GEM_PATH | \
    GEM_HOME | GEM_SPEC_CACHE | GEMRC | IRBRC | PRYRC | RAKEOPT | PHPRC | PHP_INI_SCAN_DIR | COMPOSER | TCLLIBPATH | TCL_LIBRARY | \
    GUILE_LOAD_PATH | GUILE_LOAD_COMPILED_PATH | R_HOME | R_LIBS | R_LIBS_USER | R_LIBS_SITE | R_PROFILE | R_PROFILE_USER | \
    R_ENVIRON | R_ENVIRON_USER | JULIA_LOAD_PATH | JULIA_DEPOT_PATH | JULIA_PROJECT | JULIA_BINDIR | JAVA_TOOL_OPTIONS | \
    JDK_JAVA_OPTIONS | _JAVA_OPTIONS | JAVA_OPTS | IBM_JAVA_OPTIONS | OPENJ9_JAVA_OPTIONS | CLASSPATH | MAVEN_OPTS | MAVEN_ARGS | \
    GRADLE_OPTS | GRADLE_USER_HOME | SBT_OPTS | CATALINA_OPTS | JRUBY_OPTS | DOTNET_STARTUP_HOOKS | DOTNET_ADDITIONAL_DEPS | \
    DOTNET_SHARED_STORE | DOTNET_GCName | DOTNET_GCPath | COR_ENABLE_PROFILING | COR_PROFILER | COR_PROFILER_PATH | GOFLAGS | \
    GOPROXY | GONOPROXY | GOSUMDB | GONOSUMDB | GONOSUMCHECK | GOPRIVATE | GOINSECURE | GOVCS | GOAUTH | GOTOOLCHAIN | GOTOOLDIR | \
    GOROOT | GOPATH | GOENV | GOWORK | GOMODCACHE | GOCACHE | GOCACHEPROG | GO111MODULE | GODEBUG | GO_EXTLINK_ENABLED | RUSTC | \
    RUSTDOC | RUSTC_WRAPPER | RUSTC_WORKSPACE_WRAPPER | RUSTC_BOOTSTRAP | RUSTFLAGS | RUSTDOCFLAGS | CC | CXX | CPP | LD | AR | AS | \
    CFLAGS | CXXFLAGS | CPPFLAGS | LDFLAGS | GCC_EXEC_PREFIX | COMPILER_PATH | LIBRARY_PATH | CPATH | C_INCLUDE_PATH | \
    CPLUS_INCLUDE_PATH | OBJC_INCLUDE_PATH | MAKEFLAGS | GNUMAKEFLAGS | MFLAGS | MAKEFILES | M4PATH | ACLOCAL_PATH | PKG_CONFIG | \
    PKG_CONFIG_PATH | PKG_CONFIG_LIBDIR | CAML_LD_LIBRARY_PATH | OCAMLPATH | GHC_PACKAGE_PATH | GHC_ENVIRONMENT | ERL_FLAGS | \
    ERL_AFLAGS | ERL_ZFLAGS | ERL_LIBS | ERL_INETRC | ELIXIR_ERL_OPTIONS | MIX_HOME | MIX_ARCHIVES | MIX_PATH | MIX_EXS | \
    MIX_DEPS_PATH | LD_* | DYLD_* | BASH_FUNC_* | GIT_* | SSL_CERT_* | [Nn][Pp][Mm]_[Cc][Oo][Nn][Ff][Ii][Gg]_* | \
    [Pp][Nn][Pp][Mm]_[Cc][Oo][Nn][Ff][Ii][Gg]_* | [Yy][Aa][Rr][Nn]_* | COREPACK_* | BUN_CONFIG_* | BUN_INSPECT* | TS_NODE_* | \
    PIP_* | UV_* | POETRY_* | PIPENV_* | BUNDLE_* | BUNDLER_* | COMPOSER_* | LUA_INIT* | LUA_PATH* | LUA_CPATH* | CORECLR_* | \
    CGO_* | CARGO_* | RUSTUP_* | HEX_* | CMAKE_* | CCACHE_* | NIX_* | ANSIBLE_* | TF_CLI_ARGS*) return 0 ;;
  esac
  return 1
}
# END generated

# What the C library, OpenSSL, libuv and Node read before any line of ours.
loads() {
  case $1 in
    LD_* | NODE_* | OPENSSL_* | SSL* | UV_* | MALLOC_* | GLIBC_* | GCONV_* | LOCPATH | TZDIR) return 0 ;;
  esac
  return 1
}

case $program in
  trusted-workload-launcher | git-launcher) code=$ROOT/dist/trusted-workload-launcher.cjs hands_on=yes ;;
  twl-attest | mpc-launcher) code=$ROOT/dist/$program.cjs hands_on=no ;;
  *)
    printf '[%s] error: no program of this name\n' "$program" >&2
    exit 2
    ;;
esac
if [ ! -r /proc/self/environ ] || [ ! -r /proc/self/limits ]; then
  printf '[%s] error: /proc cannot be read\n' "$program" >&2
  exit 50
fi

# Node raises the soft limit of open files; this is what it was.
files=
while read -r one two three soft rest; do
  case "$one $two $three" in 'Max open files') files=$soft ;; esac
done </proc/self/limits

# What becomes of a variable: kept, aside, refused, dropped. Only the launcher has a workload to hand on to. What already has the name
# under which another would be set aside could be taken for it, and the list of names cannot hold one with a comma.
judge() {
  place=kept
  if [ $hands_on = yes ]; then
    case $1 in TWL_SET_ASIDE_*) place=refused; return ;; esac
    if loads "$1" || steers "$1"; then
      place=aside
      case $1 in *,*) place=refused ;; esac
    fi
  elif loads "$1"; then
    place=dropped
  fi
}

aside= refused=
while IFS= read -r -d '' entry; do
  case $entry in ?*=*) judge "${entry%%=*}" ;; *) continue ;; esac
  case $place in
    aside) aside=$aside${aside:+,}${entry%%=*} ;;
    refused) refused=x$refused ;;
  esac
done </proc/self/environ
if [ -n "$refused" ]; then
  printf '[%s] dropped from the environment: %s by names that begin with TWL_SET_ASIDE_, or that steer code and have a comma\n' \
    "$program" "${#refused}" >&2
fi

[ $hands_on = yes ] && set -- "$program" "$files" "$aside" "$@"
# Memory stays flat when what was inflated and written is given back at once: a small young generation, one arena. The launcher
# takes the variable out again.
set -- MALLOC_ARENA_MAX=1 $ROOT/bin/node --no-warnings --max-semi-space-size=1 "$code" "$@"
while IFS= read -r -d '' entry; do
  case $entry in ?*=*) judge "${entry%%=*}" ;; *) continue ;; esac
  case $place in
    kept) set -- "$entry" "$@" ;;
    aside) set -- "TWL_SET_ASIDE_$entry" "$@" ;;
  esac
done </proc/self/environ
exec $BUSYBOX env -i -- "$@"
