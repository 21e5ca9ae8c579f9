/** SIMULATED hardware: what `phala cvms attestation --json` prints, in both shapes of the command, with or without noise around it. */
import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import type { Certificate } from '../x509/certificate.ts';
import { tcbInfoAnswer } from './info.ts';
import type { Machine } from './machine.ts';

export interface PhalaOptions {
  /**
   * `raw`: the answer did not fit the command's old schema, and its `tcb_info` went through whole. `strict`: it fitted, and
   * the keys that the schema does not know were dropped, `app_compose` among them.
   */
  readonly shape?: 'raw' | 'strict';
  /** Lines of progress and of notices before and after the JSON. */
  readonly noise?: boolean;
  readonly isPublic?: boolean;
  readonly composeFile?: string;
  readonly change?: Readonly<Record<string, unknown>>;
}

const certificateOf = (one: Certificate, position: number, quote: Uint8Array): object => {
  // Of DER with PEM inside, as a quote has it, Node reads the PEM inside.
  const x509 = new X509Certificate(one.pem);
  const nameOf = (name: Certificate['spec']['subject']): object => {
    const find = (key: string): string | null => name.find(([attribute]) => attribute === key)?.[1] ?? null;
    return {
      common_name: find('CN'),
      organization: find('O'),
      country: find('C'),
      state: find('ST'),
      locality: find('L'),
    };
  };
  return {
    subject: nameOf(one.spec.subject),
    issuer: nameOf(one.spec.issuer),
    serial_number: x509.serialNumber.toLowerCase(),
    not_before: new Date(one.spec.notBefore * 1000).toISOString(),
    not_after: new Date(one.spec.notAfter * 1000).toISOString(),
    version: 'v3',
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    signature_algorithm: 'sha256',
    sans: '',
    is_ca: one.spec.ca === true,
    position_in_chain: position,
    quote: position === 0 ? Buffer.from(quote).toString('hex') : null,
  };
};

const tcbInfoOf = (machine: Machine, shape: 'raw' | 'strict'): object => {
  const whole = tcbInfoAnswer(machine, machine.body, machine.events);
  if (shape === 'raw') return whole;
  const { mrtd, rtmr0, rtmr1, rtmr2, rtmr3, event_log } = whole;
  return { mrtd, rootfs_hash: '00'.repeat(32), rtmr0, rtmr1, rtmr2, rtmr3, event_log };
};

export const phalaText = (
  machine: Machine,
  chain: readonly Certificate[],
  quote: Uint8Array,
  { shape = 'raw', noise = false, isPublic = true, composeFile, change = {} }: PhalaOptions = {},
): string => {
  const answer = JSON.stringify(
    {
      success: true,
      is_online: true,
      is_public: isPublic,
      error: null,
      app_certificates: chain.map((one, position) => certificateOf(one, position, quote)),
      tcb_info: isPublic ? tcbInfoOf(machine, shape) : null,
      compose_file: composeFile ?? null,
      ...change,
    },
    null,
    2,
  );
  return noise
    ? `⏳ Fetching attestation [SIMULATED] {1/1}\n\u001b[33m[warn]\u001b[0m a new version is available\n${answer}\n\n✓ done {}\n`
    : `${answer}\n`;
};
