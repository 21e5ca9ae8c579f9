import type { Check } from '../check.ts';
import { eventlogOrder } from '../checks/eventlog-order.ts';
import { eventlogReplay } from '../checks/eventlog-replay.ts';
import { quoteDebug } from '../checks/quote-debug.ts';
import { quoteModule } from '../checks/quote-module.ts';
import { quoteParse } from '../checks/quote-parse.ts';
import { quoteSignature } from '../checks/quote-signature.ts';
import { quoteTcb } from '../checks/quote-tcb.ts';
import type { Context } from '../context.ts';
import { type Outcome, thrown } from '../outcome.ts';

/** What step 1 asks of a quote and its log, what one stands on before it. */
const RULES: readonly Check[] = [
  quoteParse,
  quoteSignature,
  quoteTcb,
  quoteModule,
  quoteDebug,
  eventlogReplay,
  eventlogOrder,
];

/**
 * A further quote and its log, by the rules of the first one: the same root, collateral and policy.
 * @param context with that quote and log as its evidence
 * @param what whose quote it is, as a sentence goes on ("the receipt's quote")
 * @returns what the first rule that did not pass came to; undefined where all passed
 */
export const judgeQuote = (context: Context, what: string): Outcome | undefined => {
  for (const { id, run } of RULES) {
    let outcome: Outcome;
    try {
      outcome = run(context);
    } catch (error) {
      outcome = thrown(error);
    }
    if (outcome.state !== 'passed') return { ...outcome, summary: `${what} (${id}): ${outcome.summary}` };
  }
  return undefined;
};
