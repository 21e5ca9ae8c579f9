import type { Evidence, Part } from '../evidence/evidence.ts';
import type { BundleSource } from '../provenance/read-bundles.ts';
import type { AttestAnswer } from './runtime/attest-answer.ts';
import type { SourceFacts } from './source/facts.ts';

/** What was found about the build of the launcher's image. */
export interface ProvenanceMaterial {
  /** The image that it was looked for, `sha256:…`: the digest that the app-compose names. */
  readonly image: string;
  /** Where that is an index: the digests of all its children for linux/amd64, read out of bytes of that digest. */
  readonly children?: readonly string[];
  readonly bundles: readonly BundleSource[];
}

/** All that an audit looks at: what a target gave, and what was fetched because of it. */
export interface AuditEvidence extends Evidence {
  readonly provenance?: Part<ProvenanceMaterial>;
  /** What the source at the attested pin is. */
  readonly source?: Part<SourceFacts>;
  /** The bytes of the launcher's receipt file. */
  readonly receipt?: Part<Uint8Array>;
  /** What twl-attest answered; what it was asked is an expectation. */
  readonly attest?: Part<AttestAnswer>;
  /** Text that is said to be the launcher's log. */
  readonly logs?: Part<string>;
}
