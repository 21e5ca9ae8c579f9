import { partValue } from '../../evidence/evidence.ts';
import { sameBytes, sha384 } from '../../evidence/bytes.ts';
import { eventLabel } from '../../evidence/event-label.ts';
import { type LogEvent, RUNTIME_EVENT_TYPE } from '../../evidence/log-event.ts';
import { digestV1 } from '../../evidence/runtime-digest.ts';
import type { Check } from '../check.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { counted, hex, originsOf } from '../wording.ts';

/** What the contract refuses of an event that `eventlog.replay` may take: it reads no stripped logs and no second version. */
const flawOf = (event: LogEvent, index: number): string | undefined => {
  const label = eventLabel(index, event);
  if (event.eventType !== RUNTIME_EVENT_TYPE)
    return `${label} is of type ${event.eventType}, not ${RUNTIME_EVENT_TYPE}`;
  if (event.digest === undefined) return `${label} has no digest: the contract takes none that was left out`;
  if (!sameBytes(event.digest, digestV1(event.name, event.payload))) {
    return `${label} has another digest than its name and payload give`;
  }
  return undefined;
};

const judge = (events: readonly LogEvent[], stated: string, quoted: Uint8Array): Outcome => {
  const flaws = events.flatMap((event, index) => (event.register === 3 ? (flawOf(event, index) ?? []) : []));
  const [first, ...rest] = flaws;
  if (first !== undefined) return failed({ summary: first, details: rest });
  const ours = events.filter(({ register }) => register === 3);
  const computed = ours.reduce<Uint8Array>((value, { digest }) => sha384(value, digest!), new Uint8Array(48));
  const remarks = { expected: hex(quoted), source: 'the signed quote' };
  if (!sameBytes(computed, quoted)) {
    return failed({ ...remarks, summary: 'the events do not lead to RTMR3 of the quote', found: hex(computed) });
  }
  if (stated !== hex(quoted)) {
    return failed({ ...remarks, summary: "the node states another RTMR3 than the quote's", found: stated });
  }
  return passed({ ...remarks, summary: `${counted(ours.length, 'event')}, each with its digest, lead to RTMR3` });
};

export const mpcReplay: Check = {
  id: 'mpc.replay',
  step: 'attestation',
  title: 'RTMR3 replays by the rules of the contract',
  proves:
    'Each event of RTMR3 is of the one type that there is, has the digest that its name and payload give, and all together lead to RTMR3 of the quote, which tcb_info states alike.',
  from: 'the event log, tcb_info.rtmr3 and RTMR3 of the quote',
  assumes: 'The quote is genuine (quote.signature). Registers 0 to 2 are not replayed: mpc.measurements compares them.',
  citation: 'near/mpc crates/attestation, the replay of RTMR3',
  required: 'never',
  isOptional: true,
  needs: ['quote.signature'],
  run: (context) => {
    const { eventLog, statements } = context.evidence;
    const origins = originsOf(context, 'eventLog', 'quote');
    if (eventLog === undefined) return notChecked({ summary: 'the evidence has no event log' });
    if (statements.rtmr3 === undefined) {
      return notChecked({ summary: 'the evidence states no RTMR3', origins, hint: "give the node's /public_data" });
    }
    const outcome = judge(partValue(eventLog), partValue(statements.rtmr3), context.quote().body.rtmrs[3]);
    return { ...outcome, origins };
  },
};
