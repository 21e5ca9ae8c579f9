import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Asn1Error } from '../../src/asn1/errors.ts';
import { JsonError } from '../../src/base/json.ts';
import { EvidenceError } from '../../src/evidence/errors.ts';
import { type LogEvent, RUNTIME_EVENT_TYPE } from '../../src/evidence/log-event.ts';

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
export const hexOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** `make` when it is first asked for: mutation testing takes what runs while a test file loads for a part of every test. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** What `run` throws; not to throw is the failure. */
export const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

/** `code: message` of the EvidenceError, JsonError or Asn1Error that `run` throws; `exit` is its exit code. */
export const failure = (run: () => unknown, exit = 30): string => {
  const error = thrownBy(run);
  if (!(error instanceof EvidenceError || error instanceof JsonError || error instanceof Asn1Error)) throw error;
  expect(error.exitCode, error.message).toBe(exit);
  return `${error.code}: ${error.message}`;
};

/** Runs it and lets pass what untrusted bytes may cause. */
export const tolerate = (run: () => unknown): void => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof EvidenceError || error instanceof JsonError || error instanceof Asn1Error)) throw error;
  }
};

/** A runtime event of RTMR3 as a stripped log has it. */
export const runtime = (
  name: string,
  payload: Uint8Array = new Uint8Array(0),
  change: Partial<LogEvent> = {},
): LogEvent => ({
  register: 3,
  eventType: RUNTIME_EVENT_TYPE,
  digest: undefined,
  name,
  payload,
  version: 1,
  preimage: undefined,
  ...change,
});

/** An event of the firmware, with a digest that `seed` fills. */
export const firmware = (register: 0 | 1 | 2, seed: number, change: Partial<LogEvent> = {}): LogEvent =>
  runtime('', undefined, { register, eventType: 0x80000001, digest: new Uint8Array(48).fill(seed), ...change });

/** `events` with the one at `index` changed. */
export const changed = (events: readonly LogEvent[], index: number, change: Partial<LogEvent>): LogEvent[] =>
  events.map((event, at) => (at === index ? { ...event, ...change } : event));

const folder = join(import.meta.dirname, '../../../shared/fixtures/tdx');
/** Whether the captures are there. Where not, their tests are skipped under a name that says so. */
export const captured = existsSync(folder);
export const unlessCaptured = captured ? '' : ' (skipped: ../shared/fixtures is absent)';
export const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(join(folder, path)));
export const textOf = (path: string): string => readFileSync(join(folder, path), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: captures have the shape that the test says
export const jsonOf = (path: string): any => JSON.parse(textOf(path));

/** MRTD, config id, the RTMRs and the report data of a quote of version 4. */
export const bodyOf = (quote: Uint8Array) => {
  const at = (offset: number, length = 48): Uint8Array => quote.slice(offset, offset + length);
  return {
    mrtd: at(184),
    mrConfigId: at(232),
    mrOwner: at(280),
    mrOwnerConfig: at(328),
    rtmr0: at(376),
    rtmr1: at(424),
    rtmr2: at(472),
    rtmr3: at(520),
    rtmrs: [at(376), at(424), at(472), at(520)] as const,
    reportData: at(568, 64),
  };
};
