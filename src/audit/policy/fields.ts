import * as z from 'zod/mini';
import { type Checked, fail, pass } from '../../pin/checked.ts';
import type { PolicyErrorCode } from './errors.ts';

/** Why a value is refused, as an issue of the schema carries it. */
export interface ValueFault {
  readonly code: PolicyErrorCode;
  /** Continues the key's name: "must be …". */
  readonly message: string;
  readonly hint: string;
}

/** What help, documentation and the JSON Schema say of a value. */
export interface Described {
  readonly description: string;
  /** ECMA-262, anchored: every value that is accepted matches. The rule may be stricter. */
  readonly pattern: string;
  readonly example: string;
}

/** Pushes a fault into a context of zod's, at `path` below the value. */
export const refuse = (
  context: { issues: unknown[]; value: unknown },
  fault: ValueFault,
  path: PropertyKey[] = [],
): void => {
  context.issues.push({ code: 'custom', input: context.value, path, message: fault.message, params: { fault } });
};

/** A string by a rule of ours. */
export const text = (rule: (given: string) => Checked<unknown>, { description, pattern, example }: Described) =>
  z.string().check(
    z.check<string>((context) => {
      const checked = rule(context.value);
      if (checked.ok) return;
      const code = checked.fault.code === 'empty-value' ? 'empty-value' : 'bad-value';
      refuse(context, { code, message: checked.fault.message, hint: checked.fault.hint });
    }),
    z.meta({ description, pattern, examples: [example] }),
  );

/** A list without its like twice. `identify` gives what makes two elements the same. */
const unique = <T>(identify: (element: T) => string) =>
  z.check<T[]>((context) => {
    const seen = new Set<string>();
    for (const [index, element] of context.value.entries()) {
      const identity = identify(element);
      const message = 'must not name the same twice';
      if (seen.has(identity)) refuse(context, { code: 'duplicate-value', message, hint: 'remove one' }, [index]);
      seen.add(identity);
    }
  });

/** One or more elements. */
export const listOf = <T extends z.ZodMiniType>(element: T, identify: (element: z.output<T>) => string) =>
  z.array(element).check(z.minLength(1), unique(identify));

/** One value, or a list of one or more: any of them will do. */
export const oneOrMore = <T extends z.ZodMiniType<string>>(element: T, description: string) =>
  z.optional(z.union([element, listOf(element, (value: string) => value)]).check(z.describe(description)));

const hexHint = (given: string, lengths: readonly number[]): string => {
  if (/^0x/i.test(given)) return 'write it without 0x';
  if (/^[0-9a-fA-F]+$/.test(given) && lengths.includes(given.length)) return 'write it in lower case';
  if (/^[0-9a-fA-F]+$/.test(given)) return `it has ${given.length} digits`;
  return 'write the digits 0-9 and a-f only';
};

/** Lower-case hex of one of some lengths, in digits; not all zeros, which stands for "not set" everywhere in TDX. */
export const hex =
  (...lengths: readonly number[]) =>
  (given: string): Checked<string> => {
    if (!/^[0-9a-f]+$/.test(given) || !lengths.includes(given.length)) {
      return fail('bad-value', `must be ${lengths.join(' or ')} lower-case hex digits`, hexHint(given, lengths));
    }
    return /^0+$/.test(given) ? fail('bad-value', 'must not be all zeros', 'write the value itself') : pass(given);
  };

/** The pattern of {@link hex}. */
export const hexPattern = (...lengths: readonly number[]): string =>
  `^(?:${lengths.map((length) => `[0-9a-f]{${length}}`).join('|')})$`;
