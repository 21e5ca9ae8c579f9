import {
  type JsonObject,
  JsonError,
  arrayOf,
  booleanOf,
  integerOf,
  objectOf,
  parseJson,
  stringOf,
} from '../base/json.ts';
import { escapeText } from '../base/escape.ts';
import { sha256 } from './bytes.ts';
import { EvidenceError } from './errors.ts';
import { bytesOfHex } from './hex.ts';
import { MAX_APP_COMPOSE_BYTES } from './limits.ts';

const NAME = 'app-compose.json';
const KEY_PROVIDER_KINDS = ['none', 'kms', 'local', 'tpm'] as const;
/** Where the app's keys come from. An event and a V3 document call `local` `local-sgx`. */
export type KeyProviderKind = (typeof KEY_PROVIDER_KINDS)[number];

/** What app-compose.json says, with the guest's defaults where it says nothing. Undefined: not there. */
export interface AppCompose {
  /** As text, whether it was a number or a string: `1`, `2`, `3`. */
  readonly manifestVersion: string;
  readonly name: string;
  readonly runner: string;
  readonly snapshotter: string | undefined;
  readonly dockerComposeFile: string | undefined;
  readonly bashScript: string | undefined;
  /** None, one, or several with manifest 3. */
  readonly initScripts: readonly string[];
  readonly preLaunchScript: string | undefined;
  readonly kmsEnabled: boolean;
  readonly gatewayEnabled: boolean;
  readonly localKeyProviderEnabled: boolean;
  /** `key_provider` where it is given, else what the booleans come to: kms before local. */
  readonly keyProvider: KeyProviderKind;
  /** The pinned identity of the key provider; empty where none is pinned. */
  readonly keyProviderId: Uint8Array;
  readonly allowedEnvs: readonly string[];
  readonly publicLogs: boolean;
  readonly publicSysinfo: boolean;
  readonly publicTcbinfo: boolean;
  readonly noInstanceId: boolean;
  readonly secureTime: boolean;
  readonly storageFs: string | undefined;
  readonly swapSize: string | number | undefined;
  readonly eventLogVersion: 1 | 2;
  /** These are as they were parsed. */
  readonly portPolicy: JsonObject | undefined;
  readonly requirements: JsonObject | undefined;
  readonly verityVolumes: readonly unknown[];
  readonly dockerConfig: JsonObject | undefined;
  readonly features: readonly string[];
  /** Keys that the guest does not know and leaves alone; the hash covers them. */
  readonly unknownKeys: readonly string[];
}

/** The compose hash: SHA-256 of the file's very bytes. Nothing re-serialises it, neither the guest nor this code. */
export const composeHash = (bytes: Uint8Array): Uint8Array => sha256(bytes);

const textOrNumber = (value: unknown, what: string): string | number =>
  typeof value === 'number' ? integerOf(value, what) : stringOf(value, what);

const stringsOf = (value: unknown, what: string): readonly string[] =>
  arrayOf(value, what).map((one, index) => stringOf(one, `${what}[${index}]`));

const initScriptsOf = (value: unknown, what: string): readonly string[] =>
  typeof value === 'string' ? [value] : stringsOf(value, what);

const keyProviderKind = (value: unknown, what: string): KeyProviderKind => {
  const text = stringOf(value, what);
  const kind = KEY_PROVIDER_KINDS.find((one) => one === text);
  if (kind === undefined) {
    throw new EvidenceError(
      'bad-compose',
      `${NAME}: ${what} '${escapeText(text)}' is none of ${KEY_PROVIDER_KINDS.join(', ')}`,
    );
  }
  return kind;
};

const manifestVersion = (value: unknown, what: string): string => {
  const version = String(textOrNumber(value, what));
  if (!/^[1-9][0-9]*$/.test(version)) {
    throw new EvidenceError('bad-compose', `${NAME}: ${what} '${escapeText(version)}' is no version number`);
  }
  return version;
};

const eventLogVersion = (value: unknown, what: string): 1 | 2 => {
  const version = integerOf(value, what);
  if (version !== 1 && version !== 2) {
    throw new EvidenceError('bad-compose', `${NAME}: ${what} is ${version}; 1 and 2 are known`);
  }
  return version;
};

const hexId = (value: unknown, what: string): Uint8Array => bytesOfHex(stringOf(value, what), `${NAME}: ${what}`);

/**
 * Reads keys and remembers which, so that what is left over is known. `null` counts as not there, as it does in the
 * guest.
 */
const readerOf = (object: JsonObject) => {
  const asked = new Set<string>();
  const take = (key: string): unknown => {
    asked.add(key);
    return object[key] ?? undefined;
  };
  return {
    required: <T>(key: string, read: (value: unknown, what: string) => T): T => read(take(key), key),
    optional: <T, D>(key: string, read: (value: unknown, what: string) => T, otherwise: D): T | D => {
      const value = take(key);
      return value === undefined ? otherwise : read(value, key);
    },
    rest: (): readonly string[] => Object.keys(object).filter((key) => !asked.has(key)),
  };
};

const read = (object: JsonObject): AppCompose => {
  const { required, optional, rest } = readerOf(object);
  const kmsEnabled = optional('kms_enabled', booleanOf, false);
  const localKeyProviderEnabled = optional('local_key_provider_enabled', booleanOf, false);
  const byBooleans: KeyProviderKind = kmsEnabled ? 'kms' : localKeyProviderEnabled ? 'local' : 'none';
  const oldGateway = optional('tproxy_enabled', booleanOf, false);
  const known = {
    manifestVersion: required('manifest_version', manifestVersion),
    name: required('name', stringOf),
    runner: required('runner', stringOf),
    snapshotter: optional('snapshotter', stringOf, undefined),
    dockerComposeFile: optional('docker_compose_file', stringOf, undefined),
    bashScript: optional('bash_script', stringOf, undefined),
    initScripts: optional('init_script', initScriptsOf, []),
    preLaunchScript: optional('pre_launch_script', stringOf, undefined),
    kmsEnabled,
    gatewayEnabled: optional('gateway_enabled', booleanOf, false) || oldGateway,
    localKeyProviderEnabled,
    keyProvider: optional('key_provider', keyProviderKind, byBooleans),
    keyProviderId: optional('key_provider_id', hexId, new Uint8Array(0)),
    allowedEnvs: optional('allowed_envs', stringsOf, []),
    publicLogs: optional('public_logs', booleanOf, false),
    publicSysinfo: optional('public_sysinfo', booleanOf, false),
    publicTcbinfo: optional('public_tcbinfo', booleanOf, true),
    noInstanceId: optional('no_instance_id', booleanOf, false),
    secureTime: optional('secure_time', booleanOf, true),
    storageFs: optional('storage_fs', stringOf, undefined),
    swapSize: optional('swap_size', textOrNumber, undefined),
    eventLogVersion: optional('event_log_version', eventLogVersion, 1 as const),
    portPolicy: optional('port_policy', objectOf, undefined),
    requirements: optional('requirements', objectOf, undefined),
    verityVolumes: optional('verity_volumes', arrayOf, []),
    dockerConfig: optional('docker_config', objectOf, undefined),
    features: optional('features', stringsOf, []),
  };
  return { ...known, unknownKeys: rest() };
};

/**
 * Reads app-compose.json (dstack-types, `AppCompose`) from its exact bytes; only {@link composeHash} of the same
 * bytes says whether they are what was measured. Throws `JsonError` where it is no JSON, has a key twice or a value
 * of the wrong type, and {@link EvidenceError} `bad-compose`, `bad-hex`.
 */
export const readAppCompose = (bytes: Uint8Array): AppCompose => {
  const json = parseJson(bytes, { name: NAME, maxBytes: MAX_APP_COMPOSE_BYTES });
  try {
    return read(objectOf(json, 'the document'));
  } catch (error) {
    if (error instanceof JsonError) throw new JsonError(error.code, `${NAME}: ${error.message}`, { cause: error });
    throw error;
  }
};
