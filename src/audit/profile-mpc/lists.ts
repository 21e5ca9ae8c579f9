import type { Expected } from '../expectations.ts';
import type { Context } from '../context.ts';
import { notChecked, type Outcome } from '../outcome.ts';
import type { AllowedLists } from './allowed.ts';

const GIVE = 'give --allowed with a file of what the views of the contract return';

/** One of the lists, with who stated it; undefined where nobody did. */
export const listOf = <Name extends keyof AllowedLists>(
  { expectations: { mpcAllowed } }: Context,
  name: Name,
): Expected<NonNullable<AllowedLists[Name]>> | undefined => {
  const list = mpcAllowed?.value[name];
  return mpcAllowed === undefined || list === undefined
    ? undefined
    : { value: list as NonNullable<AllowedLists[Name]>, source: mpcAllowed.source };
};

/** A check whose list nobody stated: what is not expected never means "any". */
export const withoutList = (what: string, origins: readonly string[]): Outcome =>
  notChecked({ summary: `nobody said which ${what} are accepted`, origins, hint: GIVE });
