import type { JsonObject } from '../base/json.ts';

/**
 * Takes one variable out of `Env` of an image's `config`: its value, and the config without it. Where it is not there exactly once, or
 * `Env` is no list of texts, nothing is taken: comparing the config then finds `Env` changed.
 */
export const takeVariable = (config: JsonObject, name: string): { value: string | undefined; rest: JsonObject } => {
  const { Env: environment } = config;
  const nothing = { value: undefined, rest: config };
  if (!Array.isArray(environment)) return nothing;
  const isIt = (entry: unknown): entry is string => typeof entry === 'string' && entry.startsWith(`${name}=`);
  const [first, second] = environment.filter(isIt);
  if (first === undefined || second !== undefined) return nothing;
  const rest = { ...config, Env: environment.filter((entry) => !isIt(entry)) };
  return { value: first.slice(name.length + 1), rest };
};
