import { isZero, sha256 } from './bytes.ts';

/** The measurements of a quote; 48 bytes each. */
export interface Measurements {
  readonly mrtd: Uint8Array;
  readonly rtmr0: Uint8Array;
  readonly rtmr1: Uint8Array;
  readonly rtmr2: Uint8Array;
  readonly rtmr3: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
}

type System = Pick<Measurements, 'mrtd' | 'rtmr0' | 'rtmr1' | 'rtmr2'>;

/**
 * dstack's `mr_system`: SHA-256 of MRTD, RTMR0 to RTMR2 and SHA-256 of the key-provider payload, 32 zero bytes where
 * there is none. A name for other tools' values, never evidence of its own.
 */
export const mrSystem = (
  { mrtd, rtmr0, rtmr1, rtmr2 }: System,
  keyProviderPayload: Uint8Array | undefined,
): Uint8Array => {
  const provider = keyProviderPayload === undefined ? new Uint8Array(32) : sha256(keyProviderPayload);
  return sha256(mrtd, rtmr0, rtmr1, rtmr2, provider);
};

/**
 * dstack's `mr_aggregated`: SHA-256 of MRTD and the four RTMRs, then of config id, owner and owner config where any of
 * these is not zero.
 */
export const mrAggregated = (values: Measurements): Uint8Array => {
  const { mrtd, rtmr0, rtmr1, rtmr2, rtmr3, mrConfigId, mrOwner, mrOwnerConfig } = values;
  const ids = [mrConfigId, mrOwner, mrOwnerConfig];
  return sha256(mrtd, rtmr0, rtmr1, rtmr2, rtmr3, ...(ids.every(isZero) ? [] : ids));
};

/**
 * dstack's `device_id` as its verifier and KMS make it: SHA-256 of the PPID. The guest does not know its PPID and
 * says SHA-256 of nothing.
 */
export const deviceId = (ppid: Uint8Array): Uint8Array => sha256(ppid);
