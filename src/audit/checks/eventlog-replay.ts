import type { RegisterComparison } from '../../evidence/replay-against.ts';
import type { Check } from '../check.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { counted, hex, originsOf } from '../wording.ts';

const explain = ({ register, explanation }: RegisterComparison): string[] =>
  explanation.map((line) => `RTMR${register}: ${line}`);

const names = (registers: readonly RegisterComparison[]): string =>
  registers.map(({ register }) => `RTMR${register}`).join(', ');

const values = (registers: readonly RegisterComparison[], of: 'expected' | 'computed'): string =>
  registers
    .map((one) => `RTMR${one.register} ${one[of] === undefined ? '(cannot be computed)' : hex(one[of])}`)
    .join('; ');

export const eventlogReplay: Check = {
  id: 'eventlog.replay',
  step: 'attestation',
  title: 'the event log is the one that was measured',
  proves:
    'Extending the events of the log in order gives the very registers that the quote holds; for dstack events each digest is recomputed from name and payload, so both are covered.',
  from: 'the event log and RTMR0 to RTMR3 of the quote',
  assumes:
    'The quote is genuine (quote.signature). Payloads of RTMR0 to RTMR2 events are not covered, only their digests are; a log that leaves those registers out is not replayable there.',
  citation: 'dstack cc-eventlog; Intel TDX Module Base Architecture Specification, "RTMR"',
  required: 'always',
  needs: ['quote.signature'],
  run: (context) => {
    if (context.evidence.eventLog === undefined) return notChecked({ summary: 'the evidence has no event log' });
    const registers = context.registers();
    const origins = originsOf(context, 'eventLog', 'quote');
    const differing = registers.filter(({ state }) => state === 'differs');
    if (differing.length > 0) {
      return failed({
        summary: `the event log does not lead to ${names(differing)} of the quote`,
        expected: values(differing, 'expected'),
        found: values(differing, 'computed'),
        source: 'the signed quote',
        origins,
        details: registers.flatMap(explain),
      });
    }
    const rtmr3 = registers.find(({ register }) => register === 3);
    if (rtmr3?.state !== 'matches') return notChecked({ summary: 'RTMR3 cannot be replayed', origins });
    const matching = registers.filter(({ state }) => state === 'matches');
    return passed({
      summary: `${counted(context.log().length, 'event')} lead to ${names(matching)}`,
      source: 'the signed quote',
      origins,
      details: registers.flatMap(explain),
    });
  },
};
