import { TCB_STATUSES, type TcbStatus } from './tcb-status.ts';

const rank = (status: TcbStatus): number => TCB_STATUSES.indexOf(status);

const NEEDS_CONFIGURATION: readonly TcbStatus[] = ['ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded'];

/**
 * The status that holds for both: the worse one, or where neither says what the other does, the one that says both. So OutOfDate with
 * ConfigurationNeeded is OutOfDateConfigurationNeeded, as where Intel's Quote Verification Library converges the status of a platform with
 * those of its quoting enclave and TDX module. Else a policy that accepts OutOfDate would accept a need for configuration unseen.
 */
export const mergeStatus = (a: TcbStatus, b: TcbStatus): TcbStatus => {
  const [better, worse] = rank(a) <= rank(b) ? [a, b] : [b, a];
  if (worse === 'OutOfDate' && NEEDS_CONFIGURATION.includes(better)) return 'OutOfDateConfigurationNeeded';
  if (worse === 'ConfigurationNeeded' && better === 'SWHardeningNeeded') return 'ConfigurationAndSWHardeningNeeded';
  return worse;
};
