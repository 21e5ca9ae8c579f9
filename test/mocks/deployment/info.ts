/** SIMULATED hardware: what `Info` and `GetQuote` of the guest agent answer (dstack agent_rpc.proto). */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { bytesOf } from '../bytes.ts';
import { type MockEvent, type Strip, strip } from './event.ts';
import type { Machine } from './machine.ts';

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};
const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? Buffer.alloc(48)).toString('hex');
/** The app-compose text that the answers show. */
export const shownAppCompose = ({ options, appCompose }: Machine): string =>
  bytesOf(options.shownAppCompose ?? appCompose).toString('utf8');

/** dstack's own sum over the registers; the config fields count when any of them is not zero. */
export const mrAggregated = (body: Machine['body']): string => {
  const registers = [body.mrTd, body.rtmr0, body.rtmr1, body.rtmr2, body.rtmr3];
  const config = [body.mrConfigId, body.mrOwner, body.mrOwnerConfig].map((bytes) => bytes ?? Buffer.alloc(48));
  const counted = config.some((bytes) => bytes.some((byte) => byte !== 0)) ? config : [];
  return sha256(...registers.map((bytes) => bytes ?? Buffer.alloc(48)), ...counted);
};

export interface TcbInfoAnswer {
  readonly mrtd: string;
  readonly rtmr0: string;
  readonly rtmr1: string;
  readonly rtmr2: string;
  readonly rtmr3: string;
  readonly mr_aggregated: string;
  readonly os_image_hash: string;
  readonly compose_hash: string;
  readonly device_id: string;
  readonly app_compose: string;
  readonly event_log: readonly MockEvent[];
}

/** The guest does not know its PPID, so the id of its device is that of nothing. */
const DEVICE_ID = sha256();

export const tcbInfoAnswer = (
  machine: Machine,
  body: Machine['body'],
  events: readonly MockEvent[],
): TcbInfoAnswer => ({
  mrtd: hexOf(body.mrTd),
  rtmr0: hexOf(body.rtmr0),
  rtmr1: hexOf(body.rtmr1),
  rtmr2: hexOf(body.rtmr2),
  rtmr3: hexOf(body.rtmr3),
  mr_aggregated: mrAggregated(body),
  os_image_hash: machine.osImageHash,
  compose_hash: machine.composeHash,
  device_id: DEVICE_ID,
  app_compose: shownAppCompose(machine),
  event_log: events,
  ...machine.options.tcbInfo,
});

export interface InfoAnswer {
  readonly app_id: string;
  readonly instance_id: string;
  readonly app_cert: string;
  /** JSON, as are `vm_config` and `key_provider_info`. */
  readonly tcb_info: string;
  readonly app_name: string;
  readonly device_id: string;
  readonly mr_aggregated: string;
  readonly os_image_hash: string;
  readonly key_provider_info: string;
  readonly compose_hash: string;
  readonly vm_config: string;
  readonly cloud_vendor: string;
  readonly cloud_product: string;
}

/** `body` and `events` are those of the moment: an agent's log grows. */
export const infoAnswer = (
  machine: Machine,
  certificatePem: string,
  body: Machine['body'] = machine.body,
  events: readonly MockEvent[] = machine.events,
): InfoAnswer => ({
  app_id: machine.appId,
  instance_id: machine.instanceId,
  app_cert: certificatePem,
  tcb_info: JSON.stringify(tcbInfoAnswer(machine, body, events), null, 2),
  app_name: 'SIMULATED workload',
  device_id: DEVICE_ID,
  mr_aggregated: mrAggregated(body),
  os_image_hash: machine.osImageHash,
  key_provider_info: JSON.stringify({ name: machine.keyProvider.name, id: machine.keyProvider.id }),
  compose_hash: machine.composeHash,
  vm_config: machine.vmConfig,
  cloud_vendor: 'SIMULATED',
  cloud_product: 'SIMULATED',
  ...machine.options.info,
});

export interface QuoteAnswer {
  /** Hex. */
  readonly quote: string;
  /** JSON. */
  readonly event_log: string;
  /** Hex of 64 bytes. */
  readonly report_data: string;
  /** JSON. */
  readonly vm_config: string;
}

export const quoteAnswerOf = (
  machine: Machine,
  quote: Uint8Array,
  reportData: Uint8Array,
  form: Strip = 'get-quote',
  events: readonly MockEvent[] = machine.events,
): QuoteAnswer => ({
  quote: Buffer.from(quote).toString('hex'),
  event_log: JSON.stringify(strip(events, form)),
  report_data: Buffer.from(reportData).toString('hex'),
  vm_config: machine.vmConfig,
});
