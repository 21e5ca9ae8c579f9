import type { TrustedRoot } from '../provenance/trusted-root.ts';
import type { Policy } from './policy/policy.ts';
import type { AllowedLists } from './profile-mpc/allowed.ts';
import type { Step } from './steps.ts';

/** A value from outside the evidence, and who said so ("--app-id", "policy org.toml line 3", "built in"). */
export interface Expected<T> {
  readonly value: T;
  readonly source: string;
}

/** The certificate that a chain of quotes and collateral must end at. */
export interface TrustRoot {
  readonly der: Uint8Array;
  readonly source: string;
  /** Not Intel's: everything that is printed says SIMULATED. */
  readonly simulated: boolean;
}

/** All that the evidence is held against. What is undefined was not expected, which never means "any". */
export interface Expectations {
  /** Seconds since 1970 that validity is judged at. */
  readonly now: Expected<number>;
  readonly root: TrustRoot;
  readonly repository?: Expected<string>;
  /** 40 or 64 lower-case hex. */
  readonly commit?: Expected<string>;
  readonly treeSha256?: Expected<string>;
  /** 40 lower-case hex. */
  readonly appId?: Expected<string>;
  /** The bytes of the compose file or of app-compose.json that the auditor read. */
  readonly compose?: Expected<Uint8Array>;
  /** Sigstore instances whose signatures count; none without. */
  readonly sigstoreRoots?: readonly TrustedRoot[];
  /** The 32 bytes that twl-attest was asked with. */
  readonly nonce?: Expected<Uint8Array>;
  /** What NEAR's contract accepts of a node of its MPC network. */
  readonly mpcAllowed?: Expected<AllowedLists>;
  readonly policy: Policy;
  readonly only?: Step;
}
