/**
 * Every bound on what a server or an inherited work directory can make the launcher do, each beside its reason. Each is
 * raised (or lowered) by `TWL_LIMIT_<NAME>`: the environment decides about resources only, never about what is believed.
 */
const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

interface LimitRow {
  value: number;
  unit: 'bytes' | 'count' | 'milliseconds';
  reason: string;
}

export const LIMIT_TABLE = {
  PACK_BYTES: {
    value: 4 * GIB,
    unit: 'bytes',
    reason: 'a depth-1 pack of the largest public repositories is below 1 GiB; git itself has no limit on the client',
  },
  OBJECT_BYTES: {
    value: 512 * MIB,
    unit: 'bytes',
    reason: 'one object is held in memory at most twice; forges refuse pushed files above 100 MiB',
  },
  INFLATED_BYTES: {
    value: 16 * GIB,
    unit: 'bytes',
    reason: 'a 1 MB pack can expand to 1 GiB, so the sum of what is inflated is bounded by itself',
  },
  OBJECTS: { value: 2_000_000, unit: 'count', reason: 'each object costs memory for its id and offset' },
  PATHS: {
    value: 1_000_000,
    unit: 'count',
    reason: 'a 559-byte pack can name a million files; the largest public trees hold about 500,000',
  },
  CHECKOUT_BYTES: { value: 16 * GIB, unit: 'bytes', reason: 'one small object can stand at a million paths' },
  PATH_BYTES: { value: 4096, unit: 'bytes', reason: 'PATH_MAX of Linux, and where git fsck says largePathname' },
  NAME_BYTES: { value: 255, unit: 'bytes', reason: 'NAME_MAX of Linux file systems' },
  TREE_DEPTH: { value: 1024, unit: 'count', reason: 'half of what PATH_BYTES allows; git stops at 2048' },
  TREE_BYTES: {
    value: 256 * MIB,
    unit: 'bytes',
    reason: 'all tree objects are in memory while the paths are laid out',
  },
  COMMIT_BYTES: { value: 1 * MIB, unit: 'bytes', reason: 'a commit is a few lines of header and a message' },
  DELTA_DEPTH: { value: 4095, unit: 'count', reason: 'the largest depth that git pack-objects writes' },
  ADVERTISEMENT_BYTES: {
    value: 256 * MIB,
    unit: 'bytes',
    reason: 'servers without protocol v2 list every ref first; 35,000 refs are 2.4 MB',
  },
  PROGRESS_BYTES: {
    value: 4 * MIB,
    unit: 'bytes',
    reason: 'progress is asked not to be sent; a server could send it without end',
  },
  SUBMODULES: { value: 256, unit: 'count', reason: 'each costs at least one request' },
  SUBMODULE_DEPTH: { value: 8, unit: 'count', reason: 'submodules of submodules can name each other' },
  CONNECT_MS: {
    value: 20_000,
    unit: 'milliseconds',
    reason: 'name, TCP and TLS; a healthy server needs below one second',
  },
  IDLE_MS: {
    value: 60_000,
    unit: 'milliseconds',
    reason: 'a server may count objects for a while before the first byte, then data flows',
  },
  TOTAL_MS: { value: 900_000, unit: 'milliseconds', reason: 'all attempts at all addresses together' },
  ATTEMPTS: { value: 5, unit: 'count', reason: 'tries of each address when the failure is transient' },
  BACKOFF_MS: { value: 500, unit: 'milliseconds', reason: 'first pause between attempts; doubles, with jitter' },
  RETRY_AFTER_MS: { value: 120_000, unit: 'milliseconds', reason: 'longest pause that a server may ask for' },
  REDIRECTS: { value: 5, unit: 'count', reason: 'a renamed repository needs one' },
} as const satisfies Record<string, LimitRow>;

export type LimitName = keyof typeof LIMIT_TABLE;
export type Limits = Record<LimitName, number>;

/** The limits of the table. */
export const defaultLimits = (): Limits =>
  Object.fromEntries(Object.entries(LIMIT_TABLE).map(([name, row]) => [name, row.value])) as Limits;

/** Prefix of the documented variables that change a limit. */
const LIMIT_VARIABLE_PREFIX = 'TWL_LIMIT_';

/**
 * The limits in force: the table, with `TWL_LIMIT_*` of `environment` applied.
 * @returns the limits, or the names of variables that are not a positive whole number or name no limit
 */
export const readLimits = (
  environment: Record<string, string | undefined>,
): { ok: true; limits: Limits } | { ok: false; variables: string[] } => {
  const limits = defaultLimits();
  const wrong: string[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(LIMIT_VARIABLE_PREFIX) || text === undefined) continue;
    const name = variable.slice(LIMIT_VARIABLE_PREFIX.length);
    const value = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : Number.NaN;
    if (Object.hasOwn(LIMIT_TABLE, name) && Number.isSafeInteger(value)) limits[name as LimitName] = value;
    else wrong.push(variable);
  }
  return wrong.length === 0 ? { ok: true, limits } : { ok: false, variables: wrong };
};
