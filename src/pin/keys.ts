/** One key of the pin, as help, documentation and schemas show it. */
interface KeyRow {
  name: string;
  required: boolean;
  /** One line, lower case, no full stop. */
  description: string;
  example: string;
  /** What is meant when the key is not given. */
  absent: string;
  /** ECMA-262, anchored: every value that is accepted matches. The reader's own rules are stricter. */
  pattern: string;
}

const URL_START = String.raw`https://|http://(?:localhost|127\.|\[)|ssh://|file:///|/|[A-Za-z0-9_][A-Za-z0-9._+\-]*@`;
const URL_PATTERN = String.raw`(?:${URL_START})[^\s]+`;
const ABSOLUTE_PATTERN = '^/[^/].*$';
const RELATIVE_PATTERN = String.raw`^(?![/\-]).+$`;

/** Every key of the pin, in the order in which it is documented and written. The one table behind all descriptions. */
export const PIN_KEYS = [
  {
    name: 'REPO_URL',
    required: true,
    description: 'https, ssh, git@host:path, file:/// or an absolute path; no credentials inside',
    example: 'https://github.com/example/workload.git',
    absent: '',
    pattern: `^${URL_PATTERN}$`,
  },
  {
    name: 'REPO_MIRRORS',
    required: false,
    description: 'further URLs of the same repository, separated by spaces, tried in order',
    example: 'https://mirror.example.org/workload.git',
    absent: 'none',
    pattern: `^ *${URL_PATTERN}(?: +${URL_PATTERN})* *$`,
  },
  {
    name: 'COMMIT_SHA',
    required: true,
    description: 'the commit: 40 or 64 lower-case hex digits; no branch, no tag, no short hash',
    example: '3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
    absent: '',
    pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$',
  },
  {
    name: 'TREE_SHA256',
    required: false,
    description: "the commit's tree as git names it in the SHA-256 object format",
    example: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
    absent: 'not checked',
    pattern: '^[0-9a-f]{64}$',
  },
  {
    name: 'WORK_DIR',
    required: true,
    description: 'absolute folder for the files of the commit; not / and no folder of the system',
    example: '/srv/workload',
    absent: '',
    pattern: ABSOLUTE_PATTERN,
  },
  {
    name: 'REPO_SUBDIR',
    required: false,
    description: 'folder of the commit that the workload runs in, relative',
    example: 'services/api',
    absent: 'the top of the repository',
    pattern: RELATIVE_PATTERN,
  },
  {
    name: 'ENTRYPOINT_SCRIPT',
    required: false,
    description: 'bash script of the commit that becomes the workload, relative to its folder',
    example: 'tee-launch.sh',
    absent: 'tee-launch.sh; as git-launcher, entrypoint.sh',
    pattern: RELATIVE_PATTERN,
  },
  {
    name: 'RUN_CMD',
    required: false,
    description: 'command for bash -c that becomes the workload, in place of ENTRYPOINT_SCRIPT',
    example: 'exec node server.js',
    absent: 'ENTRYPOINT_SCRIPT runs',
    pattern: String.raw`^.*\S.*$`,
  },
  {
    name: 'INSTALL_CMD',
    required: false,
    description: 'command for bash -c that must succeed before RUN_CMD; empty means none',
    example: 'npm ci',
    absent: 'none',
    pattern: '^.*$',
  },
  {
    name: 'CHILD_ENV_FILE',
    required: false,
    description: "file of KEY=VALUE lines for the workload's environment",
    example: '/run/secrets/workload.env',
    absent: 'none',
    pattern: ABSOLUTE_PATTERN,
  },
  {
    name: 'ALLOW_ENV',
    required: false,
    description: 'names of code-loading variables to let through to the workload, separated by spaces',
    example: 'NODE_OPTIONS PYTHONPATH',
    absent: 'they are dropped and named in the log',
    pattern: String.raw`^ *[A-Za-z_][^\s=]*(?: +[A-Za-z_][^\s=]*)* *$`,
  },
  {
    name: 'REPO_CREDENTIAL_FILE',
    required: false,
    description: 'for https: file with a token or user:password',
    example: '/run/secrets/repo-token',
    absent: 'none',
    pattern: ABSOLUTE_PATTERN,
  },
  {
    name: 'REPO_CA_FILE',
    required: false,
    description: 'for https: file of CA certificates to trust',
    example: '/etc/ssl/private-ca.pem',
    absent: 'the public ones',
    pattern: ABSOLUTE_PATTERN,
  },
  {
    name: 'REPO_PROXY',
    required: false,
    description: 'for https: http://host:port or https://host:port of a proxy',
    example: 'http://proxy.example.org:3128',
    absent: 'none',
    pattern: String.raw`^https?://[^\s/?#@]+:[0-9]+$`,
  },
  {
    name: 'SSH_KEY_FILE',
    required: false,
    description: 'for ssh: file of the private key',
    example: '/run/secrets/id_ed25519',
    absent: 'none',
    pattern: ABSOLUTE_PATTERN,
  },
  {
    name: 'SSH_KNOWN_HOSTS_FILE',
    required: false,
    description: 'for ssh: file of the host keys to accept',
    example: '/run/secrets/known_hosts',
    absent: "the system's /etc/ssh/ssh_known_hosts",
    pattern: ABSOLUTE_PATTERN,
  },
  {
    name: 'SUBMODULES',
    required: false,
    description: 'submodules: no (an error), ignore (an empty folder), yes (each at its recorded commit)',
    example: 'no',
    absent: 'no; as git-launcher, ignore',
    pattern: '^(?:no|ignore|yes)$',
  },
  {
    name: 'RECEIPT',
    required: false,
    description: "receipt in the attestation's event log: auto (where there is one), required, off",
    example: 'auto',
    absent: 'auto',
    pattern: '^(?:auto|required|off)$',
  },
] as const satisfies readonly KeyRow[];

export type PinKey = (typeof PIN_KEYS)[number]['name'];

export const PIN_KEY_NAMES: readonly PinKey[] = PIN_KEYS.map((row) => row.name);
