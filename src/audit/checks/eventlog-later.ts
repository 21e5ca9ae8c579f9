import { sameBytes } from '../../evidence/bytes.ts';
import type { LogEvent } from '../../evidence/log-event.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notBound, type Outcome, passed } from '../outcome.ts';
import { judgeQuote } from '../runtime/judge-quote.ts';
import { deploymentDifference } from '../runtime/same-deployment.ts';
import { counted, originsOf } from '../wording.ts';

/** A further quote of the run, with a log of its own. */
interface Newer {
  readonly context: Context;
  /** Whose it is. */
  readonly whose: string;
}

const hasReceiptQuote = (context: Context): boolean => {
  try {
    return context.evidence.receipt !== undefined && context.receipt().quote !== undefined;
  } catch {
    // runtime.receipt says what is wrong with it.
    return false;
  }
};

const isGood = (context: Context, { context: other, whose }: Newer): boolean => {
  try {
    return judgeQuote(other, whose) === undefined && deploymentDifference(context, other) === undefined;
  } catch {
    // What a quote is worth that cannot be judged: nothing. The check whose matter it is says why.
    return false;
  }
};

/** The further quotes of this deployment that hold, the newest first. */
const newerQuotes = (context: Context): readonly Newer[] => {
  const found: Newer[] = [];
  const { attest } = context.evidence;
  if (attest !== undefined && 'value' in attest)
    found.push({ context: context.attested(), whose: "twl-attest's quote" });
  if (hasReceiptQuote(context)) found.push({ context: context.receiptQuote(), whose: "the receipt's quote" });
  return found.filter((one) => isGood(context, one));
};

const ofRtmr3 = (events: readonly LogEvent[]): readonly LogEvent[] => events.filter(({ register }) => register === 3);

const isSame = (a: LogEvent, b: LogEvent | undefined): boolean => a.name === b?.name && sameBytes(a.payload, b.payload);

/** How many of `ours` the other log begins with. */
const sharedLength = (ours: readonly LogEvent[], theirs: readonly LogEvent[]): number => {
  const at = ours.findIndex((event, index) => !isSame(event, theirs[index]));
  return at < 0 ? ours.length : at;
};

const nameOf = ({ name }: LogEvent | undefined = {} as LogEvent): string =>
  name === undefined ? 'no event' : `'${name}'`;

const HINT =
  'give --attest with the address of the deployment, whose quote is of now, or --receipt where the launcher wrote the last event';

const judge = (context: Context, quoted: number, later: readonly LogEvent[]): Outcome => {
  const ours = ofRtmr3(
    context.evidence.eventLog && 'value' in context.evidence.eventLog ? context.evidence.eventLog.value : [],
  );
  const label = later.map(nameOf).slice(0, 5).join(', ');
  const many = `${counted(later.length, 'event')} of after the certificate's quote (${label})`;
  let covered = 0;
  for (const { context: other, whose } of newerQuotes(context)) {
    const theirs = ofRtmr3(other.log());
    const shared = sharedLength(ours, theirs);
    if (shared === ours.length) return passed({ summary: `${whose} covers the ${many}`, source: `${whose}, signed` });
    if (shared < theirs.length) {
      return failed({
        summary: `${whose} covers another event ${shared - quoted + 1} after the certificate's`,
        expected: nameOf(theirs[shared]),
        found: nameOf(ours[shared]),
        source: `${whose}, signed`,
      });
    }
    covered = Math.max(covered, shared - quoted);
  }
  const some = covered === 0 ? 'none of them' : `only the first ${covered}`;
  return notBound({
    summary: `the log has ${many}; a quote covers ${some}, and nothing is concluded from the rest`,
    hint: HINT,
  });
};

export const eventlogLater: Check = {
  id: 'eventlog.later',
  step: 'attestation',
  title: 'no event is newer than the quotes',
  proves: 'The log that was given ends where a quote ends: no event is shown that nothing covers.',
  from: "the log of the answer, its quote, and the quotes of twl-attest's answer and of the receipt where they are given",
  assumes:
    'The log replays up to the quote (eventlog.replay). What an agent measures after it has made its certificate is in the log of its Info and not in the quote of the certificate.',
  citation: 'dstack guest-agent, Info; docs/verify.md, "Events after the quote"',
  required: 'always',
  needs: ['eventlog.order'],
  run: (context) => {
    const { quoted, later } = context.splitLog();
    const origins = originsOf(context, 'eventLog', 'quote');
    if (later.length === 0) return passed({ summary: 'the quote covers the log to its end', origins });
    return {
      ...judge(context, ofRtmr3(quoted).length, later),
      origins: [...origins, ...originsOf(context, 'attest', 'receipt')],
    };
  },
};
