/** The closed list of check ids, in the order of the report. They are stable: policies, reports and docs name them. */
export const CHECK_IDS = [
  'quote.parse',
  'quote.signature',
  'quote.tcb',
  'quote.module',
  'quote.debug',
  'eventlog.replay',
  'eventlog.order',
  'compose.hash',
  'compose.config-id',
  'app.id',
  'os.image',
  'os.acpi',
  'os.development',
  'kms.identity',
  'cert.report-data',
  'freshness',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];
