import { TomlDate } from 'smol-toml';

/** A table of TOML: integers are bigints, floats are numbers. */
export type TomlTable = Readonly<Record<string, unknown>>;

/** Whether a value is a table, and neither an array nor a date. */
export const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TomlDate);

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/**
 * The name of the first integer that does not fit into 64 bits, which the node's parser refuses (TOML 1.1, "Integer"); undefined where
 * all do. `name` is the value's own.
 */
export const findWideInteger = (value: unknown, name: string): string | undefined => {
  if (typeof value === 'bigint') return value < LEAST || value > MOST ? name : undefined;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findWideInteger(item, `${name}[${index}]`);
      if (found !== undefined) return found;
    }
  } else if (isTable(value)) {
    for (const [key, item] of Object.entries(value)) {
      const found = findWideInteger(item, name === '' ? key : `${name}.${key}`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
};
