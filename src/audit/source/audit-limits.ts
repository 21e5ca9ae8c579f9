import { BaseError } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { type LimitName, type Limits, readLimits } from '../../source/limits.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/**
 * Where an audit stops before the launcher does. The launcher brings what its owner pinned onto a disk of its own; here the evidence names what
 * is brought, and it lies where TMPDIR points, beside other people's files. Of one commit with all its submodules; --since brings a second one.
 */
export const AUDIT_LIMITS = {
  // A depth-1 pack of Linux has 280 MiB. The pack is kept beside the files.
  PACK_BYTES: 1 * GIB,
  // Linux has 1.6 GiB in 90,000 files, and repositories that hold a workload seldom a tenth of it.
  CHECKOUT_BYTES: 2 * GIB,
  // Files once, their trees, and what deltas are made from.
  INFLATED_BYTES: 4 * GIB,
  // Held in memory at most twice; forges refuse pushed files above 100 MiB.
  OBJECT_BYTES: 256 * MIB,
  // Each file costs an inode and a block, however small it is: a pack of some hundred bytes can name a million.
  PATHS: 250_000,
  OBJECTS: 500_000,
  // Each costs at least one request to whoever is named.
  SUBMODULES: 64,
} as const satisfies Partial<Limits>;

/** A variable of the environment that sets no limit. */
export class LimitError extends BaseError<'limit-variable'> {
  get exitCode(): ExitCode {
    return EXIT.usage;
  }
}

const PREFIX = 'TWL_LIMIT_';

/**
 * The limits of an audit: the launcher's, lowered to {@link AUDIT_LIMITS}, but for those that the auditor's own environment sets by the
 * launcher's variables `TWL_LIMIT_<NAME>`. Throws LimitError.
 */
export const auditLimits = (environment: Record<string, string | undefined>): Limits => {
  const read = readLimits(environment);
  if (!read.ok) {
    const names = escapeText(read.variables.join(', '));
    throw new LimitError('limit-variable', `no limit of that name, or no positive whole number: ${names}`, {
      hint: 'docs/limits.md lists the limits',
    });
  }
  const lower = Object.entries(AUDIT_LIMITS).filter(([name]) => environment[PREFIX + name] === undefined);
  return { ...read.limits, ...Object.fromEntries(lower) };
};

/** The limit of resources that an error is about, by the variable that its hint names; undefined where it is about none. */
export const resourceOf = ({ code, hint }: BaseError<string>): LimitName | undefined => {
  const name = code === 'limit-exceeded' ? /TWL_LIMIT_([A-Z_]+)/.exec(hint ?? '')?.[1] : undefined;
  return name !== undefined && Object.hasOwn(AUDIT_LIMITS, name) ? (name as LimitName) : undefined;
};
