/** SIMULATED hardware: dstack's versioned attestation V0 in SCALE (result of `Attest`, extension 8 of RA-TLS certificates). */
import { Buffer } from 'node:buffer';
import { type MockEvent, type Strip, strip } from './event.ts';
import type { Machine } from './machine.ts';
import { list, str, vec } from './scale.ts';

export interface AttestationOptions {
  /** `none` keeps all events, as the simulator's fixture of dstack does; `attest` where not given. */
  readonly strip?: Strip;
  /** What `config` holds: the sys-config document or `vm_config` alone. With a V3 `mr_config_id` the former, which carries its document. */
  readonly config?: 'vm-config' | 'sys-config';
  /** In place of the quote's own report data, and of the log's runtime events. */
  readonly statedReportData?: Uint8Array;
  readonly runtimeEvents?: readonly MockEvent[];
  /** After the first byte (version 0): 0 is TDX. */
  readonly platform?: number;
  readonly trailing?: Uint8Array;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const eventBytes = (event: MockEvent): Buffer =>
  Buffer.concat([
    u32(event.imr),
    u32(event.event_type),
    vec(hex(event.digest)),
    str(event.event),
    vec(hex(event.event_payload)),
  ]);
const runtimeBytes = (event: MockEvent): Buffer => Buffer.concat([str(event.event), vec(hex(event.event_payload))]);

/** What the host wrote for the machine. Names of hosts are invented. */
export const sysConfig = (machine: Machine): string =>
  JSON.stringify({
    kms_urls: ['https://kms.invalid:12001'],
    gateway_urls: ['https://gateway.invalid:12002'],
    pccs_url: '',
    docker_registry: '',
    host_api_url: 'vsock://2:12000/api',
    vm_config: machine.vmConfig,
    ...(machine.mrConfig === undefined ? {} : { mr_config: machine.mrConfig }),
  });

export const attestationBytes = (
  machine: Machine,
  quote: Uint8Array,
  reportData: Uint8Array,
  events: readonly MockEvent[],
  options: AttestationOptions = {},
): Buffer => {
  const kept = strip(events, options.strip ?? 'attest');
  const runtime = options.runtimeEvents ?? kept.filter((event) => event.imr === 3);
  const whole = (options.config ?? (machine.mrConfig === undefined ? 'vm-config' : 'sys-config')) === 'sys-config';
  return Buffer.concat([
    Buffer.from([0, options.platform ?? 0]),
    vec(quote),
    list(kept.map(eventBytes)),
    list(runtime.map(runtimeBytes)),
    options.statedReportData ?? reportData,
    str(whole ? sysConfig(machine) : machine.vmConfig),
    options.trailing ?? Buffer.alloc(0),
  ]);
};
