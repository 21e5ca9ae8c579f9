import { partValue } from '../../evidence/evidence.ts';
import { digestV1 } from '../../evidence/runtime-digest.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';
import type { MeasurementSet } from './allowed.ts';
import { listOf, withoutList } from './lists.ts';

const EVENT = 'key-provider';
const REGISTERS = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'] as const;

const KEYS = [...REGISTERS, 'keyProviderEventDigest'] as const satisfies readonly (keyof MeasurementSet)[];
const NAMES: Readonly<Record<keyof MeasurementSet, string>> = {
  mrtd: 'MRTD',
  rtmr0: 'RTMR0',
  rtmr1: 'RTMR1',
  rtmr2: 'RTMR2',
  keyProviderEventDigest: 'the digest of the key-provider event',
};

/** What the machine measured, as one of the contract's sets would say it; or why that cannot be told. */
const measured = (context: Context): MeasurementSet | string => {
  const events = context.log().filter(({ register, name }) => register === 3 && name === EVENT);
  const [event, other] = events;
  if (event === undefined || other !== undefined) return `RTMR3 has ${events.length} events ${EVENT}, not one`;
  const { mrTd, rtmrs } = context.quote().body;
  const [rtmr0, rtmr1, rtmr2] = rtmrs;
  // Recomputed: a log may leave the digest out, and an edited one would have been told by the replay.
  const keyProviderEventDigest = hex(digestV1(event.name, event.payload));
  return { mrtd: hex(mrTd), rtmr0: hex(rtmr0), rtmr1: hex(rtmr1), rtmr2: hex(rtmr2), keyProviderEventDigest };
};

/** A register that the answer states otherwise than the quote: the contract compares both. */
const contradiction = (context: Context, found: MeasurementSet): string | undefined =>
  REGISTERS.flatMap((name) => {
    const part = context.evidence.statements[name];
    return part === undefined || partValue(part) === found[name]
      ? []
      : [`the node states ${NAMES[name]} ${partValue(part)}`];
  })[0];

const differences = (set: MeasurementSet, found: MeasurementSet): (keyof MeasurementSet)[] =>
  KEYS.filter((key) => set[key] !== found[key]);

const judge = (context: Context, sets: readonly MeasurementSet[], source: string): Outcome => {
  const found = measured(context);
  if (typeof found === 'string') return failed({ summary: found });
  const wrong = contradiction(context, found);
  if (wrong !== undefined) return failed({ summary: wrong, source: 'the signed quote' });
  if (sets.length === 0) return failed({ summary: 'no measurements are accepted: the list is empty', source });
  const compared = sets.map((set, index) => ({ set, index, differing: differences(set, found) }));
  const fits = compared.find(({ differing }) => differing.length === 0);
  const unstated = REGISTERS.filter((name) => context.evidence.statements[name] === undefined);
  if (fits !== undefined && unstated.length > 0) {
    return notChecked({
      summary: `the evidence states no ${unstated.map((name) => NAMES[name]).join(', ')}, which the contract compares with the quote`,
      details: [`those of the quote are set ${fits.index + 1} of ${sets.length}`],
      source,
      hint: "give the node's /public_data",
    });
  }
  if (fits !== undefined) {
    return passed({ summary: `the measurements are set ${fits.index + 1} of ${sets.length}`, source });
  }
  const { set, index, differing } = compared.reduce((a, b) => (b.differing.length < a.differing.length ? b : a));
  return failed({
    summary: 'the measurements are those of no accepted set',
    expected: differing.map((key) => set[key]).join('; '),
    found: differing.map((key) => found[key]).join('; '),
    source,
    details: [
      `set ${index + 1} comes closest; what differs: ${differing.map((key) => NAMES[key]).join(', ')}`,
      ...(differing.join() === 'rtmr2' ? ['a release image and its development image differ in RTMR2 alone'] : []),
    ],
  });
};

export const mpcMeasurements: Check = {
  id: 'mpc.measurements',
  step: 'attestation',
  title: 'machine and key provider are accepted ones',
  proves:
    'MRTD and RTMR0 to RTMR2, in the quote and as tcb_info states them, and the digest of the one key-provider event are together one of the sets that the contract accepts: firmware, kernel, command line, the shape of the machine, and who gives the keys.',
  from: 'the quote, tcb_info, the key-provider event, and the measurements of --allowed',
  assumes: 'The log replays (eventlog.replay). Operators voted on measurements of an image that they could build.',
  citation: 'near/mpc crates/mpc-attestation, the check of the expected measurements',
  required: 'never',
  isOptional: true,
  needs: ['eventlog.replay'],
  run: (context) => {
    const origins = originsOf(context, 'quote', 'eventLog');
    const list = listOf(context, 'measurements');
    if (list === undefined) return withoutList('measurements', origins);
    return { ...judge(context, list.value, list.source), origins };
  },
};
