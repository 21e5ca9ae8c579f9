import { sha384 } from './bytes.ts';
import { EvidenceError } from './errors.ts';
import { eventLabel } from './event-label.ts';
import type { LogEvent, Register } from './log-event.ts';
import { runtimeDigest } from './runtime-digest.ts';

export const REGISTERS: readonly Register[] = [0, 1, 2, 3];
/** What a stripped log keeps of register 0: the digests that cannot be computed from the image (dstack 0.6). */
const ACPI_NAMES = ['acpi-loader', 'acpi-rsdp', 'acpi-tables'];

/** An event of one register, where it stands in the whole log (from 0), and its digest or why it has none. */
export type Extension =
  | { readonly index: number; readonly event: LogEvent; readonly digest: Uint8Array }
  | { readonly index: number; readonly event: LogEvent; readonly error: EvidenceError };

/** A register as the log has it: whole, or not there to be replayed. */
export type RegisterLog = { readonly extensions: readonly Extension[] } | { readonly notReplayable: string };

/** The value that a register comes to, or why the log does not say. */
export type Replayed =
  | { readonly state: 'value'; readonly value: Uint8Array }
  | { readonly state: 'not-replayable'; readonly reason: string };

/** The value of an RTMR after `digests`, from 48 zero bytes or from `start` (Intel TDX module, TDG.MR.RTMR.EXTEND). */
export const fold = (digests: readonly Uint8Array[], start: Uint8Array = new Uint8Array(48)): Uint8Array =>
  digests.reduce((value, digest) => sha384(value, digest), start);

const extensionOf = (event: LogEvent, index: number): Extension => {
  const label = eventLabel(index, event);
  try {
    if (event.register === 3) return { index, event, digest: runtimeDigest(event, label) };
    if (event.digest === undefined) throw new EvidenceError('bad-event-log', `${label} has no digest`);
    return { index, event, digest: event.digest };
  } catch (error) {
    if (error instanceof EvidenceError) return { index, event, error };
    throw error;
  }
};

const isAcpiOnly = (extensions: readonly Extension[]): boolean =>
  extensions.length === ACPI_NAMES.length && extensions.every(({ event }, at) => event.name === ACPI_NAMES[at]);

/**
 * The events of one register. Newer agents strip the log: register 0 to 2 then has no event at all, or register 0
 * exactly the three ACPI events by name; such a register is not replayable, which is no mismatch. Every other shape
 * counts as whole: one event less is a mismatch. RTMR3 is never stripped, so that without events it must be zero.
 */
export const registerLog = (events: readonly LogEvent[], register: Register): RegisterLog => {
  const extensions = events.flatMap((event, index) => (event.register === register ? [extensionOf(event, index)] : []));
  if (register !== 3 && extensions.length === 0) {
    return { notReplayable: `the log holds no event of RTMR${register}: it was stripped` };
  }
  if (register === 0 && isAcpiOnly(extensions)) {
    return { notReplayable: 'the log holds only the three ACPI events of RTMR0: it was stripped' };
  }
  return { extensions };
};

const replayRegister = (events: readonly LogEvent[], register: Register): Replayed => {
  const log = registerLog(events, register);
  if ('notReplayable' in log) return { state: 'not-replayable', reason: log.notReplayable };
  const digests = log.extensions.map((extension) => {
    if ('error' in extension) throw extension.error;
    return extension.digest;
  });
  return { state: 'value', value: fold(digests) };
};

/**
 * RTMR0 to RTMR3 as the log tells them, with the digests of runtime events recomputed. Throws {@link EvidenceError}
 * for the first event whose digest cannot be had (`runtimeDigest`; `bad-event-log` for one of the firmware without
 * digest).
 */
export const replay = (events: readonly LogEvent[]): readonly Replayed[] =>
  REGISTERS.map((register) => replayRegister(events, register));
