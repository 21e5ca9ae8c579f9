import type { Evidence, Part } from '../evidence/evidence.ts';
import type { BundleSource } from '../provenance/read-bundles.ts';
import type { LookedImage } from './looked-image.ts';
import type { Expected } from './expectations.ts';
import type { Rebuilt } from './rebuilt.ts';
import type { SavedTerms } from './reservation.ts';
import type { AttestAnswer } from './runtime/attest-answer.ts';
import type { SourceFacts } from './source/facts.ts';

/** What was found about the build of the launcher's image. */
export interface ProvenanceMaterial {
  /** The image that it was looked for, `sha256:…`: the one that the app-compose names, or the one that that is made from. */
  readonly image: string;
  /** Where that is an index: the digests of all its children for linux/amd64, read out of bytes of that digest. */
  readonly children?: readonly string[];
  readonly bundles: readonly BundleSource[];
}

/** All that an audit looks at: what a target gave, and what was fetched because of it. */
export interface AuditEvidence extends Evidence {
  readonly provenance?: Part<ProvenanceMaterial>;
  /** A build of the auditor's own of the commit that the provenance names. That it is there says that it was asked for. */
  readonly rebuild?: Part<Rebuilt>;
  /** Images that the compose names and that were looked into. */
  readonly images?: Part<readonly LookedImage[]>;
  /** What the source at the attested pin is. */
  readonly source?: Part<SourceFacts>;
  /** The bytes of the launcher's receipt file. */
  readonly receipt?: Part<Uint8Array>;
  /** What twl-attest answered; what it was asked is an expectation. */
  readonly attest?: Part<AttestAnswer>;
  /** Of an answer that was saved: what it says that it was asked. No expectation: it proves nothing of now. */
  readonly asked?: Expected<Uint8Array>;
  /** Text that is said to be the launcher's log. */
  readonly logs?: Part<string>;
  /** Of evidence that was saved: what is held back of the checks on it. */
  readonly saved?: SavedTerms;
}
