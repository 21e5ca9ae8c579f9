import { type ComposeFinding, failing, unboundBy } from '../findings.ts';
import { childOf, type ComposeNode, itemsOf, switchOf, variablesOf } from '../tree.ts';

const KEYS = ['command', 'environment', 'privileged', 'user', 'working_dir'];

const hookFindings = (node: ComposeNode, name: string): ComposeFinding[] => {
  if (node.kind !== 'map') return [failing(node, `a hook of ${name} cannot be read`)];
  const stranger = [...node.entries].find(([key]) => !KEYS.includes(key));
  if (stranger !== undefined) return [failing(stranger[1], `a hook of ${name} has the key ${stranger[0]}`)];
  const privileged = childOf(node, 'privileged');
  const user = childOf(node, 'user');
  const variables = variablesOf(privileged);
  return [
    ...unboundBy(variables, privileged ?? node, `whether a hook of ${name} is privileged is not decided by the text`),
    ...(privileged === undefined || variables.length > 0 || switchOf(privileged) === false
      ? []
      : [failing(privileged, `a hook of ${name} is privileged`)]),
    // It would run as somebody whom the service's own keys do not name.
    ...(user === undefined ? [] : [failing(user, `a hook of ${name} runs as another user`)]),
  ];
};

/** `post_start` and `pre_stop`: commands inside of the container that may have more rights than it has itself. */
export const judgeHooks = (node: ComposeNode, name: string): ComposeFinding[] =>
  itemsOf(node).flatMap((item) => hookFindings(item, name));
