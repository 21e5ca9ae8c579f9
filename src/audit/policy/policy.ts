import type { LauncherName } from '../../compose/programs.ts';
import type { Runner } from '../../provenance/expectations.ts';
import type { Instance } from '../../provenance/instance.ts';
import type { PredicateType } from '../../provenance/predicate.ts';
import type { RefRule } from '../../provenance/refs.ts';
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

/** Something beside the workload that somebody has read and lets run: with a reason and the place in the policy. */
export interface Admission<T> {
  readonly value: T;
  readonly reason: string;
  readonly source: string;
}

/** A value that a policy expects, and the place in the policy. */
export interface Stated<T> {
  readonly value: T;
  readonly source: string;
}

/** What is measured of an image alike on every shape of virtual machine. Lower-case hex, 48 bytes each. */
export interface ImageRegisters {
  readonly mrtd: string;
  readonly rtmr1: string;
  readonly rtmr2: string;
}

/**
 * Reference values of one OS image: its hash, its three registers, or both. It is found by either; by the hash only where the
 * image carries its own measurement. The reader of policies takes all registers or none, and none only beside a hash.
 */
export interface OsImage extends Partial<ImageRegisters> {
  readonly name: string;
  /** Lower-case hex, 32 bytes: SHA-256 of the image's checksum file. */
  readonly hash?: string;
  /** Lower-case hex, 48 bytes. It depends on the shape of the virtual machine; where it is stated, it is demanded. */
  readonly rtmr0?: string;
  readonly development: boolean;
}

/** An image that holds a launcher. */
export interface LauncherImage {
  /** `sha256:` and 64 lower-case hex digits. */
  readonly digest: string;
  /** What its entry point calls the launcher: defaults depend on it. */
  readonly program: LauncherName;
}

/** Another service that may run beside the launcher. */
export interface Neighbour {
  /** `sha256:` and 64 lower-case hex digits: its image. */
  readonly digest: string;
  /** 64 lower-case hex digits: `definitionHash` of what was read. Undefined: whatever the file makes the image do. */
  readonly definition?: string;
}

/** A script of app-compose.json. */
export interface ReadScript {
  /** SHA-256 of its bytes, 64 lower-case hex. */
  readonly sha256: string;
  /** How reports name it. */
  readonly name: string;
}

/**
 * What is expected of the build of the launcher's image: ProvenanceExpectations with the place of each value. What is left out
 * has the strict default that is named there.
 */
export interface ProvenancePolicy {
  readonly repository?: Stated<string>;
  readonly repositoryId?: Stated<string>;
  readonly ownerId?: Stated<string>;
  readonly commit?: Stated<string>;
  /** The path; the other three are given only beside it. */
  readonly workflow?: Stated<string>;
  readonly workflowRepository?: Stated<string>;
  readonly workflowRefs?: readonly Stated<RefRule>[];
  readonly workflowCommit?: Stated<string>;
  readonly refs?: readonly Stated<RefRule>[];
  readonly runners?: readonly Stated<Runner>[];
  readonly triggers?: readonly Stated<string>[];
  readonly predicateTypes?: readonly Stated<PredicateType>[];
  readonly instances?: readonly Stated<Instance>[];
}

/**
 * What an auditor demands, all layers merged. A list that is undefined was not given by the first layer; a later one may not give it then.
 * Where both give one, only what both hold is left, so that a later layer can only tighten.
 */
export interface Policy {
  readonly repositories?: readonly Stated<string>[];
  readonly commits?: readonly Stated<string>[];
  readonly treeSha256s?: readonly Stated<string>[];
  readonly appIds?: readonly Stated<string>[];
  readonly osImages?: readonly Stated<OsImage>[];
  /** Hex of a key provider's id (for a KMS: its root CA key as DER SPKI). */
  readonly keyProviderIds?: readonly Stated<string>[];
  readonly launchers?: readonly Stated<LauncherImage>[];
  readonly provenance?: ProvenancePolicy;
  readonly services: readonly Admission<Neighbour>[];
  readonly scripts: readonly Admission<ReadScript>[];
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
  services: [],
  scripts: [],
  tcbStatuses: [],
  advisories: [],
  developmentImages: [],
  findings: [],
  required: [],
};
