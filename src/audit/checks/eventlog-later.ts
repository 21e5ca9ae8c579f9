import { sameBytes } from '../../evidence/bytes.ts';
import type { LogEvent } from '../../evidence/log-event.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notBound, type Outcome, passed } from '../outcome.ts';
import { type FurtherQuote, furtherQuotes, ofRtmr3 } from '../runtime/further-quotes.ts';
import { counted, originsOf } from '../wording.ts';

/** A log, and how a sentence names it. */
interface Named {
  readonly name: string;
  readonly events: readonly LogEvent[];
}

const isSame = (a: LogEvent, b: LogEvent): boolean => a.name === b.name && sameBytes(a.payload, b.payload);

/** How many events two logs have in common from their beginning on. */
const sharedLength = (a: readonly LogEvent[], b: readonly LogEvent[]): number => {
  const at = a.findIndex((event, index) => index >= b.length || !isSame(event, b[index]!));
  return at < 0 ? a.length : at;
};

/** One machine has one history since it started: of two logs of it one begins with the other. */
const contradiction = (first: Named, second: Named): Outcome | undefined => {
  const at = sharedLength(first.events, second.events);
  if (at === first.events.length || at === second.events.length) return undefined;
  return failed({
    summary: `${first.name} covers another event ${at + 1} of RTMR3 than ${second.name} has`,
    expected: `'${first.events[at]!.name}'`,
    found: `'${second.events[at]!.name}'`,
    source: `${first.name}, signed`,
    hint: 'one of them is of another start of the machine: take all of it anew',
  });
};

const HINT = 'give --attest with the address of the deployment: its quote is of now';

/** How far the quotes cover a log that goes on after the evidence's own. */
const judgeLater = (ours: readonly LogEvent[], quoted: number, further: readonly FurtherQuote[]): Outcome => {
  const later = ours.slice(quoted);
  const names = later.map(({ name }) => `'${name}'`).slice(0, 5);
  const many = `${counted(later.length, 'event')} of after the certificate's quote (${names.join(', ')})`;
  // What contradicts the answer of now, or is shorter, was refused before. A receipt turns nothing green: it may be of an earlier start.
  const cover = further.find(({ isOfNow }) => isOfNow);
  if (cover === undefined) {
    return notBound({
      summary: `the log has ${many}, which no quote of now covers: nothing is concluded from them`,
      hint: HINT,
    });
  }
  return passed({ summary: `${cover.whose} covers the ${many}`, source: `${cover.whose}, signed` });
};

/** twl-attest was asked after the evidence was given: what the log had by then, its log has too. */
const tooShort = (
  { context: other }: FurtherQuote,
  ours: readonly LogEvent[],
  { expectations: { nonce } }: Context,
): Outcome | undefined => {
  const { length } = ofRtmr3(other.log());
  if (length >= ours.length) return undefined;
  const remarks = {
    summary: `the answer of twl-attest has ${counted(ours.length - length, 'event')} of RTMR3 less than the log that was given before it`,
    hint: 'one of them is of another start of the machine, or the answer is older: take both anew',
  };
  return nonce === undefined ? notBound(remarks) : failed(remarks);
};

const judge = (context: Context): Outcome => {
  const { quoted, later } = context.splitLog();
  const covered = ofRtmr3(quoted);
  const ours = [...covered, ...later];
  const further = furtherQuotes(context);
  const logs: readonly Named[] = [
    ...further.map(({ context: other, whose }) => ({ name: whose, events: ofRtmr3(other.log()) })),
    { name: 'the log', events: ours },
  ];
  const contradictions = logs.flatMap((one, at) => logs.slice(at + 1).flatMap((two) => contradiction(one, two) ?? []));
  const [ofNow] = further.filter(({ isOfNow }) => isOfNow);
  const flaw = contradictions[0] ?? (ofNow && tooShort(ofNow, ours, context));
  if (flaw !== undefined) return flaw;
  if (later.length > 0) return judgeLater(ours, covered.length, further);
  const more = Math.max(0, ...logs.map(({ events }) => events.length - ours.length));
  return passed({
    summary: 'the quote covers the log to its end',
    details: more === 0 ? [] : [`a further quote covers ${counted(more, 'event')} more`],
  });
};

export const eventlogLater: Check = {
  id: 'eventlog.later',
  step: 'attestation',
  title: 'no event is newer than the quotes',
  proves:
    'The log that was given ends where a quote ends, so that no event is shown that nothing covers; and all quotes of the run tell of one and the same start of the machine.',
  from: "the log of the answer, its quote, and the quotes and logs of twl-attest's answer and of the receipt where they are given",
  assumes:
    'The log replays up to the quote (eventlog.replay). What an agent measures after it has made its certificate is in the log of its Info and not in the quote of the certificate.',
  citation: 'dstack guest-agent, Info; docs/verify.md, "Events after the quote"',
  required: 'always',
  needs: ['eventlog.order'],
  run: (context) => ({
    ...judge(context),
    origins: originsOf(context, 'eventLog', 'quote', 'attest', 'receipt'),
  }),
};
