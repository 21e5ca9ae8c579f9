import { COMPOSE_CHECK_IDS } from '../compose/findings.ts';
import { PROVENANCE_CHECK_IDS } from '../provenance/result.ts';
import { MPC_CHECK_IDS } from './profile-mpc/check-ids.ts';
import { SOURCE_CHECK_IDS } from './source/check-ids.ts';

/** The closed list of check ids, in the order of the report. They are stable: policies, reports and docs name them. */
export const CHECK_IDS = [
  'quote.parse',
  'quote.signature',
  'quote.tcb',
  'quote.module',
  'quote.debug',
  'eventlog.replay',
  'eventlog.order',
  'eventlog.later',
  'compose.hash',
  'compose.config-id',
  ...COMPOSE_CHECK_IDS,
  'app.id',
  'os.image',
  'os.acpi',
  'os.development',
  'kms.identity',
  'cert.report-data',
  'freshness',
  ...MPC_CHECK_IDS,
  ...PROVENANCE_CHECK_IDS,
  'provenance.rebuild',
  'source.pin',
  ...SOURCE_CHECK_IDS,
  'runtime.receipt',
  'runtime.logs',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];
