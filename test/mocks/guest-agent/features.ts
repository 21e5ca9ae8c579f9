/** SIMULATED hardware: what the releases of dstack's guest agent can do. */
import type { Strip } from '../deployment/event.ts';

export interface Features {
  readonly emitEvent: boolean;
  readonly attest: boolean;
  readonly version: boolean;
  /** What `GetQuote` leaves of the log. */
  readonly quoteLog: Strip;
}

/** `0.5.0` to `0.5.11`, or `0.6.0` for the line after them. */
export const featuresOf = (version: string): Features => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const number = major * 1_000_000 + minor * 1000 + patch;
  return {
    emitEvent: number >= 5000 && number < 6000,
    attest: number >= 5006,
    version: number >= 5007,
    quoteLog: number >= 5006 ? 'get-quote' : 'none',
  };
};
