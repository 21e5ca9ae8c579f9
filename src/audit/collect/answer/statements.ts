import { escapeText } from '../../../base/escape.ts';
import { type JsonObject, stringOf } from '../../../base/json.ts';
import type { Evidence, Part } from '../../../evidence/evidence.ts';
import { STATEMENT_NAMES, type StatementName } from '../../../evidence/statements.ts';
import { CollectError } from '../errors.ts';
import { isGiven, partOf } from './parts.ts';

/** An object that states things, and where it stands. */
export interface Stating {
  readonly object: JsonObject;
  readonly origin: string;
}

const statement = (name: StatementName, places: readonly Stating[]): Part<string> => {
  const origin = places.map((place) => `${place.origin}, ${name}`).join(' and ');
  return partOf(origin, () => {
    const [first = '', ...others] = places.map(({ object }) => stringOf(object[name], `${origin}`));
    if (others.every((other) => other === first)) return first;
    throw new CollectError('contradictory', `${escapeText(origin)} say different things`, {
      hint: 'the answer contradicts itself; ask for it again',
    });
  });
};

/** What the answer says of itself, wherever it says it; where two places differ, that is what the part says. */
export const readStatements = (places: readonly Stating[]): Evidence['statements'] =>
  Object.fromEntries(
    STATEMENT_NAMES.flatMap((name) => {
      const saying = places.filter(({ object }) => isGiven(object[name]));
      return saying.length === 0 ? [] : [[name, statement(name, saying)]];
    }),
  );
