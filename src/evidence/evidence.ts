import type { BaseError } from '../base/error.ts';
import type { LogEvent } from './log-event.ts';
import type { StatementName } from './statements.ts';

/**
 * One piece of evidence and where it came from, in words that a report can show ("saved answer info.json, tcb_info.app_compose");
 * or, where it was there and could not be read, why. Nothing in it is believed: the checks hold it against the quote.
 */
export type Part<T> =
  | { readonly origin: string; readonly value: T }
  | { readonly origin: string; readonly error: BaseError<string> };

/** What kind of answer the evidence was taken from: it decides what the report data is expected to hold. */
export type EvidenceKind = 'agent-info' | 'quote-answer' | 'versioned-attestation' | 'phala-attestation' | 'near-mpc';

/** The keys that a NEAR MPC node says its report data binds; each 32 bytes of Ed25519. */
export interface NearKeys {
  readonly p2p: Uint8Array;
  readonly account: Uint8Array;
}

/** All that a target gave. A part that is not there was not offered. */
export interface Evidence {
  /** The target as the user named it. */
  readonly target: string;
  readonly kind: EvidenceKind;
  /** The quote, to its last byte, padding included. */
  readonly quote?: Part<Uint8Array>;
  readonly eventLog?: Part<readonly LogEvent[]>;
  /** The exact bytes of app-compose.json. */
  readonly appCompose?: Part<Uint8Array>;
  /** The text of `vm_config`: what the host says of the machine. */
  readonly vmConfig?: Part<string>;
  /** The preimage of a V3 `mr_config_id`, where the answer carries it. */
  readonly mrConfig?: Part<string>;
  /** The RA-TLS chain in DER, leaf first. */
  readonly certificates?: Part<readonly Uint8Array[]>;
  readonly nearKeys?: Part<NearKeys>;
  /** DCAP collateral as parsed JSON, unread. */
  readonly collateral?: Part<unknown>;
  /** What the answer says of itself, unsigned: shown and compared, never believed. */
  readonly statements: Readonly<Partial<Record<StatementName, Part<string>>>>;
}

/** The value of a part that is there. Throws the part's own error where it could not be read. */
export const partValue = <T>(part: Part<T>): T => {
  if ('error' in part) throw part.error;
  return part.value;
};
