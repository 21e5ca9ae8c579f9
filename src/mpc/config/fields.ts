import * as z from 'zod/mini';
import { MpcError, type MpcErrorCode } from '../errors.ts';
import { digestProblem, type ImageDigest, readDigest } from '../digest.ts';
import { MAX_PORT_MAPPINGS } from '../limits.ts';
import type { TomlTable } from './toml-values.ts';

export interface PortMapping {
  readonly host: number;
  readonly container: number;
}

/** What a rule of ours puts into zod's issue, beside the message. */
interface Fault {
  readonly code: MpcErrorCode;
}

const fail = (context: { issues: unknown[]; value: unknown }, fault: Fault, message: string): void => {
  context.issues.push({ code: 'custom', input: context.value, message, params: { fault } });
};

/** A whole number within bounds. TOML's integers come as bigints: 5.0 is none. */
export const whole = (least: number, most: number, code: MpcErrorCode = 'out-of-bounds') =>
  z.pipe(
    z.bigint(`is not a whole number`).check(
      z.check<bigint>((context) => {
        if (context.value >= BigInt(least) && context.value <= BigInt(most)) return;
        fail(context, { code }, `is ${context.value}, not from ${least} to ${most}`);
      }),
    ),
    z.transform((value: bigint) => Number(value)),
  );

export const text = z.string('is not a string');

const port = whole(1, 0xffff, 'port-mapping-invalid');

/** `{ host, container }`; what else is in the table is left alone. */
export const portMappings = z
  .array(z.object({ host: port, container: port }, 'is not a table of host and container'), 'is not an array')
  .check(z.maxLength(MAX_PORT_MAPPINGS, `has more than ${MAX_PORT_MAPPINGS} elements`));

export const digest = z.pipe(
  text.check(
    z.check<string>((context) => {
      const problem = digestProblem(context.value);
      if (problem !== undefined) fail(context, { code: 'override-malformed' }, problem);
    }),
  ),
  z.transform((value: string) => readDigest(value) as ImageDigest),
);

const HINTS: Partial<Record<MpcErrorCode, string>> = {
  'key-missing': 'docs/mpc-launcher.md lists the keys',
  'port-mapping-invalid': 'write { host = 8080, container = 8080 }, with ports from 1 to 65535',
  'override-malformed': 'copy it out of the list of approved hashes: sha256: and 64 hex digits',
};

const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (shown, part) => shown + (typeof part === 'number' ? `[${part}]` : `.${String(part)}`),
    'launcher_config',
  );

/** Whether the value at a path of the table is not there. */
const isMissing = (table: TomlTable, path: readonly PropertyKey[]): boolean => {
  let value: unknown = table;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value === undefined;
};

/**
 * The values of `[launcher_config]` by a schema. Keys that it does not name are left alone. Throws MpcError `key-missing`,
 * `value-invalid`, `out-of-bounds`, `port-mapping-invalid`, `override-malformed`, for the first that is wrong.
 */
export const readFields = <T extends z.ZodMiniType>(schema: T, table: TomlTable): z.output<T> => {
  const result = z.safeParse(schema, table);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw new Error('a schema that refuses without a reason');
  const where = showPath(issue.path);
  const fault = (issue as { params?: { fault?: Fault } }).params?.fault;
  const inPorts = issue.path[0] === 'port_mappings' && issue.path.length > 1;
  const missing = isMissing(table, issue.path);
  const code = fault?.code ?? (inPorts ? 'port-mapping-invalid' : missing ? 'key-missing' : 'value-invalid');
  const hint = HINTS[code] ?? 'correct it in the user config';
  throw new MpcError(code, `${where} ${missing ? 'is missing' : issue.message}`, { hint });
};
