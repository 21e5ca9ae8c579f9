import { failed, passed } from '../outcome.ts';
import type { ProvenanceCheck } from '../result.ts';
import type { Statement, Subject } from '../statement.ts';
import type { Subjects } from '../subject-digests.ts';

/** How many subjects are shown of a statement that does not have the right one. */
const SHOWN_SUBJECTS = 5;

const show = ({ name = '(no name)', sha256 }: Subject): string =>
  `${name} ${sha256 === undefined ? '(no SHA-256)' : `sha256:${sha256}`}`;

const list = (subjects: readonly Subject[]): string => {
  const rest = subjects.length - SHOWN_SUBJECTS;
  const shown = subjects.slice(0, SHOWN_SUBJECTS).map(show).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
};

/**
 * Some subject has the digest of the image, or, where that is an index, every child for linux/amd64 is a subject. Names count for nothing:
 * the workflow writes them.
 */
export const checkSubject = ({ subjects }: Statement, { image, children }: Subjects): ProvenanceCheck => {
  const has = (hex: string): boolean => subjects.some(({ sha256 }) => sha256 === hex);
  const expected = `sha256:${image}`;
  if (has(image)) return passed('the image is a subject of the statement', { expected, found: expected });
  if (children.length > 0 && children.every(has)) {
    const found = children.map((hex) => `sha256:${hex}`).join(', ');
    return passed('every linux/amd64 image of the index is a subject of the statement', { expected, found });
  }
  if (subjects.length === 0) return failed('the statement is about nothing', { expected });
  if (children.some(has)) {
    return failed('not every linux/amd64 image of the index is a subject of the statement', {
      expected: children.map((hex) => `sha256:${hex}`).join(', '),
      found: list(subjects),
    });
  }
  const named = subjects.some(({ name }) => name?.includes(image) === true);
  const summary = named ? 'the digest is only in the name of a subject' : 'no subject has the digest of the image';
  return failed(summary, { expected, found: list(subjects) });
};
