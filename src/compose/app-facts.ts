import { arrayOf, booleanOf, type JsonObject, objectOf, optional, stringOf } from '../base/json-fields.ts';

/** The keys that open something of the machine to the outside (dstack app-compose). */
export const EXPOSURE_KEYS = ['public_logs', 'public_sysinfo', 'public_tcbinfo', 'gateway_enabled'] as const;
export type ExposureKey = (typeof EXPOSURE_KEYS)[number];

/** A script of app-compose.json that runs as root beside the containers. */
export interface AppScript {
  /** `pre_launch_script`, `init_script[1]`, … */
  readonly name: string;
  readonly text: string;
}

/** A data volume that the machine mounts for itself, before any container starts. */
export interface VerityVolume {
  /** `verity_volumes[0]`. */
  readonly name: string;
  /** A path of the machine; undefined where there is none. */
  readonly target: string | undefined;
}

/** What an app-compose.json says beside its compose file, as far as the checks need it. */
export interface AppFacts {
  readonly runner: string | undefined;
  /** The value of `docker_compose_file`. */
  readonly composeText: string | undefined;
  /** Names that the encrypted environment may set. */
  readonly allowedEnvs: readonly string[];
  /** Those that are not empty, in the order in which they run. */
  readonly scripts: readonly AppScript[];
  readonly exposure: Readonly<Partial<Record<ExposureKey, boolean>>>;
  /** None where there is no app-compose.json; the same for the next two. */
  readonly verityVolumes?: readonly VerityVolume[];
  /** Whether `docker_config` says anything: a registry, a user or the like that is not empty. */
  readonly hasDockerConfig?: boolean;
  /** Keys that dstack does not know, in the order of the file: what they do is up to whoever reads them. */
  readonly strangeKeys?: readonly string[];
}

const stringsOf = (value: unknown, what: string): readonly string[] =>
  arrayOf(value, what).map((item, index) => stringOf(item, `${what}[${index}]`));

/** All keys that dstack's AppCompose has or had, the three above and `docker_config` included. */
const KNOWN_KEYS: readonly string[] = [
  'allowed_envs bash_script docker_compose_file docker_config event_log_version features gateway_enabled init_script',
  'key_provider key_provider_id kms_enabled local_key_provider_enabled manifest_version name no_instance_id port_policy',
  'pre_launch_script public_logs public_sysinfo public_tcbinfo requirements runner secure_time snapshotter storage_fs',
  'swap_size tproxy_enabled verity_volumes',
].flatMap((names) => names.split(' '));

/** Whether a value says nothing, however deep: hosts write `docker_config` with empty members. */
const isBlank = (value: unknown): boolean => {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isBlank);
  return value === undefined || value === null || value === '' || value === false;
};

const verityVolumesOf = (value: unknown, what: string): readonly VerityVolume[] =>
  arrayOf(value, what).map((item, index) => {
    const name = `${what}[${index}]`;
    return { name, target: optional(stringOf, objectOf(item, name).target ?? undefined, `${name}.target`) };
  });

/** A script is one string; with manifest 3 `init_script` may be several. */
const scriptsAt = (app: JsonObject, name: string): AppScript[] => {
  const value = app[name];
  if (value === undefined || value === null) return [];
  const scripts = Array.isArray(value)
    ? stringsOf(value, name).map((text, index) => ({ name: `${name}[${index}]`, text }))
    : [{ name, text: stringOf(value, name) }];
  return scripts.filter(({ text }) => text !== '');
};

/** The facts of a parsed app-compose.json (dstack's AppCompose). @throws JsonError where a key has another type than dstack's */
export const appFactsOf = (app: JsonObject): AppFacts => {
  const runner = optional(stringOf, app.runner ?? undefined, 'runner');
  // Only the runner of that name runs it; to the others it is text.
  const bash = runner === 'bash' ? scriptsAt(app, 'bash_script') : [];
  const exposure = EXPOSURE_KEYS.flatMap((key) => {
    const value = optional(booleanOf, app[key] ?? undefined, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    runner,
    composeText: optional(stringOf, app.docker_compose_file ?? undefined, 'docker_compose_file'),
    allowedEnvs: optional(stringsOf, app.allowed_envs ?? undefined, 'allowed_envs') ?? [],
    scripts: [...scriptsAt(app, 'init_script'), ...scriptsAt(app, 'pre_launch_script'), ...bash],
    exposure: Object.fromEntries(exposure),
    verityVolumes: optional(verityVolumesOf, app.verity_volumes ?? undefined, 'verity_volumes') ?? [],
    hasDockerConfig: !isBlank(app.docker_config),
    strangeKeys: Object.keys(app).filter((key) => !KNOWN_KEYS.includes(key)),
  };
};
