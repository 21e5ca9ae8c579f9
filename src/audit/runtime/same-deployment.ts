import { sameBytes } from '../../evidence/bytes.ts';
import type { LogEvent } from '../../evidence/log-event.ts';
import type { Context } from '../context.ts';
import { hex } from '../wording.ts';

/** Where two quotes are of different deployments. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

const READY = 'system-ready';

/** The values that the module measured before anything of the deployment ran, and what dstack wrote at its start. */
const measured = (context: Context): readonly (readonly [string, Uint8Array])[] => {
  const { mrTd, rtmrs, mrConfigId } = context.quote().body;
  const { system } = context.events();
  return [
    ['app id', system.appId],
    ['instance id', system.instanceId],
    ['compose hash', system.composeHash],
    ['MRTD', mrTd],
    ['RTMR0', rtmrs[0]],
    ['RTMR1', rtmrs[1]],
    ['RTMR2', rtmrs[2]],
    ['MRCONFIGID', mrConfigId],
  ];
};

/** RTMR3's events up to the first `system-ready`. */
const systemEvents = (events: readonly LogEvent[]): readonly LogEvent[] => {
  const runtime = events.filter(({ register }) => register === 3);
  return runtime.slice(0, runtime.findIndex(({ name }) => name === READY) + 1);
};

const shown = ({ name, payload }: LogEvent): string => `${name} ${hex(payload)}`.trimEnd();

/** Each list ends with its only `system-ready`, so that neither is the beginning of the other; and all names are known ones. */
const eventDifference = (ours: readonly LogEvent[], theirs: readonly LogEvent[]): Difference | undefined => {
  const found = theirs.map(shown);
  const expected = ours.map(shown);
  const at = expected.findIndex((event, index) => event !== found[index]);
  if (at < 0) return undefined;
  return { what: `system event ${at + 1} of RTMR3`, expected: expected[at] ?? '', found: found[at] ?? '' };
};

/**
 * Where another quote and log of a run are of another deployment than the evidence, or of another start of it that measured something
 * else; undefined where they are of the same. Both logs must have been replayed against their quotes.
 * @throws EvidenceError, TdxError
 */
export const deploymentDifference = (evidence: Context, other: Context): Difference | undefined => {
  const ours = measured(evidence);
  const theirs = measured(other);
  const at = ours.findIndex(([, value], index) => !sameBytes(value, theirs[index]![1]));
  if (at < 0) return eventDifference(systemEvents(evidence.log()), systemEvents(other.log()));
  const [what, expected] = ours[at]!;
  return { what, expected: hex(expected), found: hex(theirs[at]![1]) };
};
