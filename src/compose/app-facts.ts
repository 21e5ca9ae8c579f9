import { arrayOf, booleanOf, type JsonObject, optional, stringOf } from '../base/json-fields.ts';

/** The keys that open something of the machine to the outside (dstack app-compose). */
export const EXPOSURE_KEYS = ['public_logs', 'public_sysinfo', 'public_tcbinfo', 'gateway_enabled'] as const;
export type ExposureKey = (typeof EXPOSURE_KEYS)[number];

/** A script of app-compose.json that runs as root beside the containers. */
export interface AppScript {
  /** `pre_launch_script`, `init_script[1]`, … */
  readonly name: string;
  readonly text: string;
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
}

const stringsOf = (value: unknown, what: string): readonly string[] =>
  arrayOf(value, what).map((item, index) => stringOf(item, `${what}[${index}]`));

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
  };
};
