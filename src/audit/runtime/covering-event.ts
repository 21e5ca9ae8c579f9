import type { EventState } from '../../evidence/receipt/receipt.ts';
import { receiptDigest } from '../../evidence/receipt/statement.ts';
import type { Context } from '../context.ts';
import { failed, notBound, type Outcome } from '../outcome.ts';
import { hex } from '../wording.ts';
import { type EventFinding, findLauncherEvent } from './launcher-event.ts';

/** A log that a signed quote covers, and how a sentence names it. */
interface Covered {
  readonly context: Context;
  readonly name: string;
  /** Whether a log without any event leaves the claim unbound. */
  readonly mustHave: boolean;
}

/** What holds the agent's socket can quote any report data: only RTMR3 tells the launcher from what came after it. */
const unbound = (why: string, found: string, hint?: string): Outcome =>
  notBound({ summary: `self-stated: ${why}`, found, ...(hint === undefined ? {} : { hint }) });

const NO_EVENTS = 'no event after system-ready';
const NEWER = 'take evidence that was quoted after the launch: give --attest, or a newer quote';
const NO_EMIT = 'what compose and pin prove stands without a receipt; a dstack of the line 0.5 has events';

/** The agent of dstack 0.6 has no EmitEvent; that the launcher says so makes nothing of it bound. */
const absent = (name: string, event: EventState): Outcome =>
  event === 'unsupported'
    ? unbound('by its own word the guest agent offers no EmitEvent, and nothing measured covers it', NO_EVENTS, NO_EMIT)
    : unbound(`the launcher's event does not stand in ${name}`, NO_EVENTS, NEWER);

/** The event as it was found, or what a log without it comes to. */
export type Binding = { readonly label: string; readonly log: string } | { readonly outcome: Outcome };

const judge = ({ name, mustHave }: Covered, finding: EventFinding, event: EventState): Outcome | undefined => {
  switch (finding.state) {
    case 'bound':
      return undefined;
    case 'none':
      return mustHave ? absent(name, event) : undefined;
    case 'other-claim':
      return failed({
        summary: `the launcher of ${name} made another claim than this receipt`,
        found: finding.says,
        hint: 'get the receipt of this boot: its file is written anew at each start',
      });
    default:
      return unbound(`the launcher's event in ${name} may be anybody's`, finding.says);
  }
};

/**
 * Looks for the event of a receipt's claim in every log that a quote of this run covers: the one in the receipt, the evidence's, and that of
 * twl-attest's answer where there is one. It must be first and alone in the receipt's own and in the newest of the others; none may
 * contradict it. Evidence that was quoted before the launch, as the certificate of an agent mostly is, has no event at all, and that contradicts nothing
 * where twl-attest's answer has it.
 */
export const bindClaim = (evidence: Context): Binding => {
  const { statement, event } = evidence.receipt();
  const digest = receiptDigest(statement.claim);
  const hasAnswer = evidence.evidence.attest !== undefined;
  const logs: readonly Covered[] = [
    { context: evidence, name: "the evidence's log", mustHave: !hasAnswer },
    ...(hasAnswer ? [{ context: evidence.attested(), name: "the log of twl-attest's answer", mustHave: true }] : []),
    { context: evidence.receiptQuote(), name: "the receipt's own log", mustHave: true },
  ];
  const found = logs.map((log) => ({ ...log, finding: findLauncherEvent(log.context.events().user, digest) }));
  const outcomes = found.flatMap((one) => judge(one, one.finding, event) ?? []);
  const worst = outcomes.find(({ state }) => state === 'failed') ?? outcomes[0];
  if (worst !== undefined) return { outcome: { expected: `an event of the claim ${hex(digest)}`, ...worst } };
  const newest = found[hasAnswer ? 1 : 0]!;
  const label = newest.finding.state === 'bound' ? newest.finding.label : '';
  return { label, log: newest.name };
};
