import type { LogEvent } from '../../evidence/log-event.ts';
import type { Context } from '../context.ts';
import { judgeQuote } from './judge-quote.ts';
import { deploymentDifference } from './same-deployment.ts';

/** A quote of the run beside the evidence's own, with a log of its own that it covers to the end. */
export interface FurtherQuote {
  readonly context: Context;
  /** Whose it is, as a sentence begins. */
  readonly whose: string;
  /** Of twl-attest, which was asked after the evidence was given. */
  readonly isOfNow: boolean;
}

const hasReceiptQuote = (context: Context): boolean => {
  try {
    return context.evidence.receipt !== undefined && context.receipt().quote !== undefined;
  } catch {
    // runtime.receipt says what is wrong with it.
    return false;
  }
};

const isGood = (context: Context, { context: other, whose }: FurtherQuote): boolean => {
  try {
    return judgeQuote(other, whose) === undefined && deploymentDifference(context, other) === undefined;
  } catch {
    // What a quote is worth that cannot be judged: nothing. The check whose matter it is says why.
    return false;
  }
};

const find = (context: Context): readonly FurtherQuote[] => {
  const found: FurtherQuote[] = [];
  const { attest } = context.evidence;
  if (attest !== undefined && 'value' in attest) {
    found.push({ context: context.attested(), whose: "twl-attest's quote", isOfNow: true });
  }
  if (hasReceiptQuote(context)) {
    found.push({ context: context.receiptQuote(), whose: "the receipt's quote", isOfNow: false });
  }
  return found.filter((one) => isGood(context, one));
};

/** Each is verified once a run. */
const known = new WeakMap<Context, readonly FurtherQuote[]>();

/** The further quotes that hold and are of the deployment that the evidence is of: twl-attest's first. */
export const furtherQuotes = (context: Context): readonly FurtherQuote[] => {
  const found = known.get(context) ?? find(context);
  known.set(context, found);
  return found;
};

/** RTMR3's events of a log. */
export const ofRtmr3 = (events: readonly LogEvent[]): readonly LogEvent[] =>
  events.filter(({ register }) => register === 3);

/** The log that goes furthest of those that a quote of the run covers: the evidence's own up to its quote, and those of the further ones. */
export const newestLog = (context: Context): readonly LogEvent[] =>
  [context.log(), ...furtherQuotes(context).map((one) => one.context.log())].reduce((a, b) =>
    ofRtmr3(b).length > ofRtmr3(a).length ? b : a,
  );
