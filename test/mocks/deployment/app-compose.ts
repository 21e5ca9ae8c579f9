/** SIMULATED hardware: an app-compose.json whose compose file runs the launcher by digest with the pin in its environment. */
import { Buffer } from 'node:buffer';
import { COMPOSE_NAMES, type KeyProviderName } from './key-provider.ts';

export const DEFAULT_PIN = [
  'REPO_URL=https://github.com/example/workload.git',
  'COMMIT_SHA=3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
  'WORK_DIR=/srv/workload/checkout',
].join('\n');

export const LAUNCHER_IMAGE = `registry.example/trusted-workload-launcher@sha256:${'51'.repeat(32)}`;

export interface ComposeOptions {
  readonly image?: string | undefined;
  /** The text of `LAUNCHER_CONFIG`. */
  readonly pin?: string | undefined;
}

/** The recommended compose file. */
export const composeFile = ({ image = LAUNCHER_IMAGE, pin = DEFAULT_PIN }: ComposeOptions = {}): string =>
  `services:
  workload:
    image: ${image}
    environment:
      LAUNCHER_CONFIG: |
${pin
  .replace(/\n$/, '')
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
    read_only: true
    security_opt: ['no-new-privileges:true']
    cap_drop: [ALL]
    volumes:
      - checkout:/srv/workload
      - /var/run/dstack.sock:/var/run/dstack.sock
    tmpfs: [/tmp]
    restart: unless-stopped
volumes:
  checkout:
`;

export interface AppComposeOptions extends ComposeOptions {
  readonly keyProvider: KeyProviderName;
  readonly composeFile?: string | undefined;
  /** Further keys, or other values of the usual ones; undefined takes a key away. */
  readonly keys?: Readonly<Record<string, unknown>>;
}

/** The exact bytes, written as dstack's vmm-cli writes them: four spaces. */
export const appComposeBytes = (options: AppComposeOptions): Buffer =>
  Buffer.from(
    JSON.stringify(
      {
        manifest_version: 2,
        name: 'SIMULATED workload',
        runner: 'docker-compose',
        docker_compose_file: options.composeFile ?? composeFile(options),
        kms_enabled: options.keyProvider === 'kms',
        gateway_enabled: false,
        local_key_provider_enabled: options.keyProvider === 'local-sgx',
        ...(options.keyProvider === 'tpm' ? { key_provider: COMPOSE_NAMES.tpm } : {}),
        key_provider_id: '',
        public_logs: true,
        public_sysinfo: true,
        allowed_envs: [],
        no_instance_id: false,
        secure_time: true,
        ...options.keys,
      },
      null,
      4,
    ),
    'utf8',
  );
