import { type JsonObject, objectOf, optional, parseJson, stringOf } from '../base/json.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { listOf, shown } from './fields.ts';
import { MAX_BUNDLE_BYTES, MAX_DEPTH, MAX_SUBJECTS } from './limits.ts';

/** Payload type of an in-toto statement in a DSSE envelope. */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** One thing that a statement is about. Only the digest says which: a name is what the workflow wrote. */
export interface Subject {
  readonly name: string | undefined;
  /** Lower-case hex, 64 digits; undefined where the statement names another algorithm only. */
  readonly sha256: string | undefined;
}

/** An in-toto statement (in-toto attestation, spec/v1/statement.md), not believed. */
export interface Statement {
  readonly type: string;
  readonly predicateType: string;
  readonly subjects: readonly Subject[];
  readonly predicate: JsonObject;
}

const SHA256 = /^[0-9a-f]{64}$/;

const subjectOf = (value: unknown, what: string): Subject => {
  const subject = objectOf(value, what);
  const digest = objectOf(subject.digest, `${what}.digest`);
  const sha256 = optional(stringOf, digest.sha256, `${what}.digest.sha256`);
  if (sha256 !== undefined && !SHA256.test(sha256)) {
    throw new ProvenanceError(
      'bad-statement',
      `${what}.digest.sha256 is not 64 lower-case hex digits: ${shown(sha256)}`,
    );
  }
  return { name: optional(stringOf, subject.name, `${what}.name`), sha256 };
};

/**
 * Reads the payload of an attestation. JSON with a key given twice is refused: readers differ on which one counts. Throws
 * {@link ProvenanceError} `bad-statement`, and `too-many`.
 */
export const readStatement = (payload: Uint8Array): Statement =>
  guarded('bad-statement', 'the statement', () => {
    const json = parseJson(payload, { maxBytes: MAX_BUNDLE_BYTES, maxDepth: MAX_DEPTH, name: 'the statement' });
    const statement = objectOf(json, 'the statement');
    const subjects = listOf(statement.subject, MAX_SUBJECTS, 'subject');
    return {
      type: stringOf(statement._type, '_type'),
      predicateType: stringOf(statement.predicateType, 'predicateType'),
      subjects: subjects.map((subject, index) => subjectOf(subject, `subject[${index}]`)),
      predicate: objectOf(statement.predicate, 'predicate'),
    };
  });
