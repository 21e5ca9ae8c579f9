/** The register that an event was extended into: RTMR0 to RTMR3. */
export type Register = 0 | 1 | 2 | 3;

/** The event type of what dstack itself and its applications extend at run time (dstack cc-eventlog). */
export const RUNTIME_EVENT_TYPE = 0x08000001;

/** One entry of an event log as it was given: nothing in it is checked but its shape. */
export interface LogEvent {
  readonly register: Register;
  readonly eventType: number;
  /** 48 bytes; undefined where the log leaves it out, as agents from 0.5.6 do for runtime events. */
  readonly digest: Uint8Array | undefined;
  readonly name: string;
  readonly payload: Uint8Array;
  /** The payload as the log spells it, where that is not lower-case hex: verifiers that compare texts refuse it. */
  readonly payloadText?: string;
  /** How the digest of a runtime event is made: 1, or 2 with an RFC 8785 preimage. */
  readonly version: 1 | 2;
  readonly preimage: Uint8Array | undefined;
}
