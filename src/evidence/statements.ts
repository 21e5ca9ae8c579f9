/** The fields of a guest agent's answer that repeat what quote and event log prove (dstack guest API, `Info`). */
export const STATEMENT_NAMES = [
  'app_id',
  'instance_id',
  'compose_hash',
  'os_image_hash',
  'device_id',
  'mr_aggregated',
  'key_provider_info',
  'mrtd',
  'rtmr0',
  'rtmr1',
  'rtmr2',
  'rtmr3',
  'report_data',
] as const;

export type StatementName = (typeof STATEMENT_NAMES)[number];
