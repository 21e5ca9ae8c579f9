import { objectOf, parseJson, type JsonObject } from '../../base/json.ts';
import { MAX_APP_COMPOSE_BYTES } from '../../evidence/limits.ts';
import type { Check } from '../check.ts';
import { failed, passed } from '../outcome.ts';
import { originsOf } from '../wording.ts';

const NAME = 'app-compose.json';

/** Keys that have to hold exactly this. */
const EXACT: Readonly<Record<string, string | number | boolean>> = {
  manifest_version: 2,
  runner: 'docker-compose',
  kms_enabled: false,
  gateway_enabled: false,
  public_logs: true,
  public_sysinfo: true,
  local_key_provider_enabled: true,
  no_instance_id: true,
};

/** Keys of code that runs beside the containers: an empty text counts as there, too. */
const ABSENT = ['pre_launch_script', 'init_script', 'bash_script'];

/** Keys that may be there, whatever they hold. */
const TOLERATED = [
  'name',
  'docker_compose_file',
  'secure_time',
  'key_provider_id',
  'features',
  'public_tcbinfo',
  'key_provider',
  'storage_fs',
  'swap_size',
  'port_policy',
  'docker_config',
];

const KNOWN = new Set([...Object.keys(EXACT), ...ABSENT, ...TOLERATED, 'tproxy_enabled', 'allowed_envs']);

/** At most this much of a value that the evidence holds. */
const MAX_SHOWN = 60;

const shown = (value: unknown): string =>
  value === undefined ? 'not there' : (JSON.stringify(value) ?? '').slice(0, MAX_SHOWN);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const flawsOf = (app: JsonObject): string[] => [
  ...Object.keys(app)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `${key.slice(0, MAX_SHOWN)} is a key that the contract does not know`),
  ...Object.entries(EXACT)
    .filter(([key, value]) => app[key] !== value)
    .map(([key, value]) => `${key} is ${shown(app[key])}, not ${JSON.stringify(value)}`),
  ...(app.tproxy_enabled === true ? ['tproxy_enabled is true'] : []),
  ...(isEmptyList(app.allowed_envs) ? [] : [`allowed_envs is ${shown(app.allowed_envs)}, not []`]),
  ...ABSENT.filter((key) => (app[key] ?? undefined) !== undefined).map((key) => `${key} is there`),
];

export const mpcAppCompose: Check = {
  id: 'mpc.app-compose',
  step: 'attestation',
  title: 'the app-compose has what the contract demands',
  proves:
    'The machine takes its keys from the local provider, has no gateway and no instance id, shows logs and system information, takes no variable from outside, and runs no script beside the containers.',
  from: 'the measured app-compose',
  assumes: 'The app-compose is the one that was measured (compose.hash).',
  citation: 'near/mpc crates/attestation, the check of the app-compose config',
  required: 'never',
  isOptional: true,
  needs: ['compose.hash'],
  run: (context) => {
    const json = parseJson(context.composeBytes(), { name: NAME, maxBytes: MAX_APP_COMPOSE_BYTES });
    const [first, ...details] = flawsOf(objectOf(json, NAME));
    const remarks = { source: 'built in: the rules of the contract', origins: originsOf(context, 'appCompose') };
    return first === undefined
      ? passed({ ...remarks, summary: 'each key is as the contract demands' })
      : failed({ ...remarks, summary: first, details });
  },
};
