import type * as z from 'zod/mini';
import { escapeText } from '../../base/escape.ts';
import { nearestOf } from '../../pin/suggest.ts';
import { PolicyError, type PolicyErrorCode } from './errors.ts';
import type { ValueFault } from './fields.ts';
import type { Path, Places } from './places.ts';
import { policyJsonSchema } from './schema.ts';

interface Problem {
  readonly path: Path;
  readonly code: PolicyErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** Keys with dots between, without the indices of lists: the line says which. */
const nameOf = (path: Path): string =>
  path
    .filter((part) => typeof part !== 'number')
    .map((part) => escapeText(String(part)))
    .join('.');

type SchemaNode = { properties?: Record<string, SchemaNode>; items?: SchemaNode };

/** The keys that may stand in the table at `path`. */
const keysAt = (path: Path): string[] => {
  let node: SchemaNode | undefined = policyJsonSchema() as SchemaNode;
  for (const part of path) node = typeof part === 'number' ? node?.items : node?.properties?.[String(part)];
  return Object.keys(node?.properties ?? {});
};

/** The one of `words` that may have been meant. */
const nearest = (word: string, words: readonly string[]): string | undefined => {
  const upper = (text: string): string => text.toUpperCase().replaceAll('-', '_');
  const singular = word.replace(/ies$/i, 'y').replace(/s$/i, '');
  const known = words.map(upper);
  const found = nearestOf(word, known) ?? nearestOf(singular, known);
  return words.find((candidate) => upper(candidate) === found);
};

const unknownKey = (path: Path, key: string): Problem => {
  const known = keysAt(path);
  const near = nearest(key, known);
  return {
    path: [...path, key],
    code: 'unknown-key',
    what: `unknown key ${nameOf([...path, key])}`,
    hint: near === undefined ? `the keys here are ${known.join(', ')}` : `did you mean ${near}?`,
  };
};

const valueAt = (document: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    document,
  );

const isFault = (given: unknown): given is ValueFault => typeof given === 'object' && given !== null && 'hint' in given;

const WRONG_TYPE: Record<string, string> = {
  string: 'write it in quotes',
  array: 'write it as a list, or as [[…]] tables',
  object: 'write it as a table',
  boolean: 'write true or false, without quotes',
};

const problemsOf = (issue: z.core.$ZodIssue, document: unknown, above: Path): Problem[] => {
  const path = [...above, ...issue.path];
  const problem = (code: PolicyErrorCode, what: string, hint: string): Problem[] => [
    { path, code, what: `${nameOf(path)} ${what}`, hint },
  ];
  const given = valueAt(document, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key));
    case 'invalid_union': {
      // One value or a list of them.
      const branch = issue.errors[Array.isArray(given) ? 1 : 0] ?? [];
      return branch.flatMap((inner) => problemsOf(inner, document, path));
    }
    case 'too_small':
      return problem('empty-list', 'must not be an empty list', 'an empty list never means "any": leave the key out');
    case 'invalid_value': {
      if (given === undefined) return problem('missing-key', 'is missing', `write one of ${issue.values.join(', ')}`);
      const words = issue.values.map(String);
      const near = typeof given === 'string' ? nearest(given, words) : undefined;
      const hint = near === undefined ? 'write one of these words' : `did you mean ${near}?`;
      return problem('bad-value', `must be one of ${words.join(', ')}`, hint);
    }
    case 'custom': {
      const fault: unknown = issue.params?.fault;
      if (isFault(fault)) return problem(fault.code, fault.message, fault.hint);
      const hint = 'write a date without quotes: until = 2027-01-31';
      return given === undefined
        ? problem('missing-key', 'is missing', hint)
        : problem('wrong-type', 'must be a date of TOML without a time', hint);
    }
    default: {
      const expected = issue.code === 'invalid_type' ? issue.expected : 'other';
      if (given === undefined) return problem('missing-key', 'is missing', 'add it: it is required here');
      return problem(
        'wrong-type',
        `must be of type ${expected}`,
        WRONG_TYPE[expected] ?? 'see the schema of the policy',
      );
    }
  }
};

const isMissing = ({ code }: Problem): number => (code === 'missing-key' ? 1 : 0);

/**
 * What is wrong with a document that the schema refuses: the first thing in the order of the text. What is missing comes last,
 * since a key that is misspelt explains it.
 */
export const firstProblem = (
  issues: readonly z.core.$ZodIssue[],
  document: unknown,
  { name, places }: { name: string; places: Places },
): PolicyError => {
  const found = issues
    .flatMap((issue) => problemsOf(issue, document, []))
    .map((problem) => ({ ...problem, place: places.at(problem.path) }))
    .toSorted((a, b) => isMissing(a) - isMissing(b) || a.place.line - b.place.line || a.place.column - b.place.column);
  const [first] = found;
  if (first === undefined) throw new Error('a schema refused a document and named no issue');
  return new PolicyError(first.code, first.what, { hint: first.hint, at: { name, place: first.place } });
};
