import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';

/** What a ref must be: exactly this, or, with `*` at its end, one that begins so. */
export type RefRule = string;

/** Where nobody said which: a branch or a tag. A pull request's merge commit is in no history that anybody reviewed. */
export const BRANCH_OR_TAG: readonly RefRule[] = ['refs/heads/*', 'refs/tags/*'];

const PREFIX = /^refs\/(?:heads|tags)\/[^*@\s]*\*$/;
const EXACT = /^refs\/[^*@\s]+$/;

/** Throws {@link ProvenanceError} `bad-expectation` where it is no rule. */
export const checkRefRule = (rule: string, what: string): RefRule => {
  if (PREFIX.test(rule) || EXACT.test(rule)) return rule;
  throw new ProvenanceError('bad-expectation', `${what} is ${shown(rule)}, not a ref`, {
    hint: 'write refs/heads/main, refs/tags/v1.2.3, or refs/tags/v* for all that begin so',
  });
};

/** Whether one of the rules admits `ref`. */
export const admits = (rules: readonly RefRule[], ref: string): boolean =>
  rules.some((rule) =>
    rule.endsWith('*') ? ref.length >= rule.length && ref.startsWith(rule.slice(0, -1)) : ref === rule,
  );
