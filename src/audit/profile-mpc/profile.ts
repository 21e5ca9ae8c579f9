import type { CheckId } from '../check-ids.ts';
import type { Context } from '../context.ts';
import { MPC_CHECK_IDS } from './check-ids.ts';
import { isTextExpected } from './launcher-text.ts';

const IDS: ReadonlySet<string> = new Set(MPC_CHECK_IDS);

/** Whether a policy asks for any of the checks of a node. */
export const isProfiled = ({ expectations: { policy } }: Context): boolean =>
  policy.required.some(({ value }) => IDS.has(value));

/** Whether the compose text gives some service a pin, or a policy says which image is a launcher's: then there is a source to be named. */
export const hasPin = (context: Context): boolean => {
  try {
    return context.compose().launchers.length > 0;
  } catch {
    // The compose checks say what is wrong with it; nothing is dispensed with for a text that cannot be read.
    return true;
  }
};

/**
 * What a compose text is judged for where nobody knows it. With docker's socket in hand, which is what starts the node, the workload could
 * rewrite anything: the text says so, and who accepts its hash accepts that.
 */
const OF_UNKNOWN_TEXTS: ReadonlySet<CheckId> = new Set(['compose.persistence']);

/** What is about a pin: a text without one, as the contract's template is, has nothing to be held against them. */
const OF_A_PIN: ReadonlySet<CheckId> = new Set([
  'compose.launcher',
  'compose.pin',
  'compose.pin-bound',
  'compose.override',
  'compose.sharing',
  'compose.services',
  'compose.child-env',
]);

/**
 * Whether a check that always has to pass need not for this node: where a policy asks for mpc.launcher and somebody outside of the evidence
 * expects the measured compose text byte for byte, what only judges unknown texts is dispensed with. A check that fails is never outvoted, and
 * a text without a pin leaves three of the four steps unproved, so it cannot lead to VERIFIED.
 */
export const isDispensed = (id: CheckId, context: Context): boolean => {
  if (!OF_UNKNOWN_TEXTS.has(id) && !OF_A_PIN.has(id)) return false;
  if (!context.expectations.policy.required.some(({ value }) => value === 'mpc.launcher')) return false;
  if (!isTextExpected(context)) return false;
  return OF_UNKNOWN_TEXTS.has(id) || !hasPin(context);
};
