import { type ComposeFinding, failing, unboundBy } from '../findings.ts';
import { type ComposeNode, variablesOf } from '../tree.ts';

/** For a value that has no literal: not bound where variables decide it; where none does, it is of a shape that is not read. */
export const undecided = (node: ComposeNode, what: string): ComposeFinding[] => {
  const variables = variablesOf(node);
  if (variables.length > 0) return unboundBy(variables, node, `${what} is not decided by the text`);
  return [failing(node, `${what} cannot be read`)];
};
