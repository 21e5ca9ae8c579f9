/** The exit codes of every program (docs/errors.md). After `execve` the status is the workload's own. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  rejected: 10,
  notBound: 11,
  stale: 12,
  incomplete: 13,
  unsupported: 20,
  malformed: 30,
  unavailable: 40,
  environment: 50,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
