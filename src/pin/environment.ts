import { STEERING_FAMILIES, STEERING_NAMES, type SteeringFamily } from './environment-table.ts';

/** A variable that was kept from the workload. The value is never told. */
export interface DroppedVariable {
  name: string;
  reason: string;
}

const reasonOf = new Map(
  STEERING_NAMES.flatMap(({ reason, names }) => names.split(' ').map((name): [string, string] => [name, reason])),
);

const belongsTo =
  (name: string) =>
  ({ prefix, anyCase, except }: SteeringFamily): boolean =>
    (anyCase ? name.toUpperCase() : name).startsWith(prefix) && !except?.includes(name);

/**
 * Why a variable of this name may load or steer code in a process; undefined for every other. Names are compared as
 * they are, but for the families that tools read in any case. The kernel lets a name hold anything but `=` and NUL.
 */
export const steersCode = (name: string): { reason: string } | undefined => {
  const reason = reasonOf.get(name) ?? STEERING_FAMILIES.find(belongsTo(name))?.reason;
  return reason === undefined ? undefined : { reason };
};

/**
 * Splits an environment into what the workload gets and what is kept from it. Variables that do not steer code go
 * through unchanged; those that do are dropped, unless `allow` (the pin's `ALLOW_ENV`) holds their exact name.
 *
 * Returns the environment to pass on, what was dropped and why, and which steering names passed because they are
 * allowed; each sorted by name, for the log.
 */
export const filterEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
  allow: readonly string[],
): { env: Record<string, string>; dropped: DroppedVariable[]; allowed: string[] } => {
  const passed: [string, string][] = [];
  const dropped: DroppedVariable[] = [];
  const allowed: string[] = [];
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name];
    if (value === undefined) continue;
    const steering = steersCode(name);
    if (steering !== undefined && !allow.includes(name)) {
      dropped.push({ name, reason: steering.reason });
      continue;
    }
    if (steering !== undefined) allowed.push(name);
    passed.push([name, value]);
  }
  // Not by assignment: a variable may be called __proto__.
  return { env: Object.fromEntries(passed), dropped, allowed };
};
