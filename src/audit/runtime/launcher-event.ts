import { sameBytes } from '../../evidence/bytes.ts';
import { LAUNCHER_EVENT } from '../../evidence/receipt/statement.ts';
import type { UserEvent } from '../../evidence/system-events.ts';
import { hex } from '../wording.ts';

/**
 * What a log says of a claim. `bound`: the launcher's event, of this claim, is the first one after `system-ready` and the only one of its
 * name. `none`: no event at all after `system-ready`. `not-first`, `not-unique`: whoever holds the agent's socket may have written it.
 * `other-claim`: the first event is the launcher's, of another claim.
 */
export type EventFinding =
  | { readonly state: 'bound'; readonly label: string }
  | { readonly state: 'none' }
  | { readonly state: 'not-first' | 'not-unique' | 'other-claim'; readonly says: string };

const labelOf = ({ index, name }: UserEvent): string => `event ${index + 1} '${name}'`;

const isLauncher = ({ name }: UserEvent): boolean => name === LAUNCHER_EVENT;

/**
 * Looks for the event of a claim: `digest` is `receiptDigest` of it, `user` what a log has after `system-ready`. The workload starts only after the
 * launcher wrote its event, so it can forge any but the first.
 */
export const findLauncherEvent = (user: readonly UserEvent[], digest: Uint8Array): EventFinding => {
  const [first, ...later] = user;
  if (first === undefined) return { state: 'none' };
  if (!isLauncher(first)) {
    const after = later.some(isLauncher) ? "the launcher's own" : 'any of the launcher';
    return { state: 'not-first', says: `${labelOf(first)} was written before ${after}` };
  }
  if (!sameBytes(first.payload, digest)) {
    return { state: 'other-claim', says: `${labelOf(first)} is of the claim ${hex(first.payload)}` };
  }
  const again = later.find(isLauncher);
  if (again !== undefined) return { state: 'not-unique', says: `${labelOf(again)} is a second one of that name` };
  return { state: 'bound', label: labelOf(first) };
};
