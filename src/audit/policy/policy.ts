import type { TcbStatus } from '../../tdx/tcb-status.ts';
import type { CheckId } from '../check-ids.ts';

/** Something that a policy lets pass although it is not clean: with a reason, an end, and the place in the policy. */
export interface Exception<T> {
  readonly value: T;
  readonly reason: string;
  /** Seconds since 1970 from which on it is no longer accepted. */
  readonly until: number;
  readonly source: string;
}

/** A value that a policy expects, and the place in the policy. */
export interface Stated<T> {
  readonly value: T;
  readonly source: string;
}

/** Reference values of one OS image. Those that depend on the shape of the virtual machine (RTMR0) are optional. */
export interface OsImage {
  readonly name: string;
  /** Lower-case hex, 32 bytes: SHA-256 of the image's checksum file. */
  readonly hash?: string;
  /** Lower-case hex, 48 bytes each. */
  readonly mrtd: string;
  readonly rtmr0?: string;
  readonly rtmr1: string;
  readonly rtmr2: string;
  readonly development: boolean;
}

/**
 * What an auditor demands, all layers merged. A list that is undefined was not given. Where two layers give one, only what both
 * hold is left, so that a later layer can only tighten.
 */
export interface Policy {
  readonly repositories?: readonly Stated<string>[];
  readonly commits?: readonly Stated<string>[];
  readonly treeSha256s?: readonly Stated<string>[];
  readonly appIds?: readonly Stated<string>[];
  readonly osImages?: readonly Stated<OsImage>[];
  /** Hex of a key provider's id (for a KMS: its root CA key as DER SPKI). */
  readonly keyProviderIds?: readonly Stated<string>[];
  /** Further statuses than UpToDate. */
  readonly tcbStatuses: readonly Exception<TcbStatus>[];
  readonly advisories: readonly Exception<string>[];
  /** OS image hashes of development images that are let pass. */
  readonly developmentImages: readonly Exception<string>[];
  readonly findings: readonly Exception<string>[];
  /** Checks that must pass beside those that always must. */
  readonly required: readonly Stated<CheckId>[];
}

/** No policy at all: nothing expected, nothing let pass. */
export const EMPTY_POLICY: Policy = {
  tcbStatuses: [],
  advisories: [],
  developmentImages: [],
  findings: [],
  required: [],
};
