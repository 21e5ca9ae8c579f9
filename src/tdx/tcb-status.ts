/**
 * Intel's statuses of a TCB level, best first (Intel SGX/TDX DCAP, "QvE verification result" order). `mergeStatus` says what two
 * of them come to: never better than either.
 */
export const TCB_STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
] as const;

export type TcbStatus = (typeof TCB_STATUSES)[number];
