import type { LogEvent } from '../../evidence/log-event.ts';

/** What twl-attest answers to a nonce (docs/receipt.md): nothing in it is believed, the nonce that it repeats is left out. */
export interface AttestAnswer {
  /** A quote over the nonce and the receipt. */
  readonly quote: Uint8Array;
  readonly eventLog: readonly LogEvent[];
  /** The exact bytes of the receipt file. */
  readonly receipt: Uint8Array;
}
