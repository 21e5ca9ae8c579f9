import { EXIT } from '../../base/exit-codes.ts';
import { sameBytes } from '../../evidence/bytes.ts';
import { receiptDigest, receiptReportData } from '../../evidence/receipt/statement.ts';
import { GRAMMAR_VERSION } from '../../pin/canonical.ts';
import { AGENT_SOCKETS } from '../../compose/host-paths.ts';
import type { Mount } from '../../compose/mounts.ts';
import { doOverlap } from '../../compose/paths.ts';
import type { Context } from '../context.ts';
import { failed, notBound, notChecked, type Outcome, passed } from '../outcome.ts';
import type { CommitFacts } from '../source/facts.ts';
import { hex, originsOf } from '../wording.ts';
import { claimDifference } from './compare-claim.ts';
import { compareSource } from './compare-source.ts';
import { bindClaim } from './covering-event.ts';
import { judgeQuote } from './judge-quote.ts';
import { deploymentDifference, type Difference } from './same-deployment.ts';

const differs = (summary: string, { what, expected, found }: Difference, source: string): Outcome =>
  failed({ summary: `${summary}: ${what}`, expected, found, source });

/** The statement is of the pin that was attested. */
const againstPin = (context: Context): Outcome | undefined => {
  const { claim } = context.receipt().statement;
  const { pin, pinText } = context.compose().review;
  if (claim.pin.grammar !== GRAMMAR_VERSION) {
    return notChecked(
      {
        summary: "the receipt's pin was read by other rules than those of this program",
        expected: `grammar ${GRAMMAR_VERSION}`,
        found: `grammar ${claim.pin.grammar}`,
        source: 'built in',
        hint: "use the version of this program that belongs to the deployment's launcher",
      },
      EXIT.unsupported,
    );
  }
  // compose.pin has passed: there is one.
  const difference = claimDifference(claim, pin!, pinText?.text);
  return difference && differs('the receipt is of another pin', difference, 'the pin in the measured app-compose');
};

/** A further quote is good, and of the deployment that the evidence is of. */
const againstEvidence = (context: Context, other: Context, whose: string): Outcome | undefined => {
  const flaw = judgeQuote(other, `${whose} quote`);
  if (flaw !== undefined) return flaw;
  const difference = deploymentDifference(context, other);
  return difference && differs(`${whose} quote is of another deployment`, difference, 'the evidence');
};

/** The quote was made over this statement. */
const overStatement = (context: Context): Outcome | undefined => {
  const expected = receiptReportData(context.receipt().statementBytes);
  const found = context.receiptQuote().quote().body.reportData;
  if (sameBytes(expected, found)) return undefined;
  return failed({
    summary: "the receipt's quote was not made for its statement",
    expected: hex(expected),
    found: hex(found),
    source: "the receipt's statement",
  });
};

/** What step 3 had of the commit; its own checks say why it had none. */
const commitOf = ({ evidence: { source } }: Context): CommitFacts | undefined => {
  const facts = source === undefined || 'error' in source ? undefined : source.value;
  return facts !== undefined && 'value' in facts.commit ? facts.commit.value : undefined;
};

const againstAnswer = (context: Context): Outcome | undefined => {
  if (context.evidence.attest === undefined) return undefined;
  return againstEvidence(context, context.attested(), "twl-attest's");
};

const named = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];

const tell = (context: Context): string[] => {
  const { statement, event } = context.receipt();
  const { claim, times } = statement;
  const { compared, open } = compareSource(claim, commitOf(context));
  return [
    `${claim.launcher.name} ${claim.launcher.version} checked tree ${claim.tree} of commit ${claim.commit}`,
    ...named('held against the source, too', compared),
    ...named('not held against the source, which was not had; the commit covers them', open),
    ...(event === 'found' ? ['an earlier start of this boot wrote the event: the container was restarted since'] : []),
    ...(context.events().system.instanceId.length === 0
      ? ['the deployment has no instance id (no_instance_id): the receipt may be of another machine that runs it']
      : []),
    ...named('kept from the workload', claim.dropped),
    ...named('let through to it by ALLOW_ENV', claim.allowed),
    `it says that it started at ${times.started}, which nothing proves`,
  ];
};

/** Variables that decide which agent the launcher asks, and how long. */
const AGENT_VARIABLE = /^TWL_(?:AGENT|RUN)_/;

/** A mount that decides what stands at a place of the agent's socket, other than that socket itself. */
const isFalseAgent = ({ kind, source, target }: Mount): boolean =>
  target !== undefined &&
  AGENT_SOCKETS.some((socket) => doOverlap(socket, target)) &&
  !(kind === 'bind' && AGENT_SOCKETS.includes(source ?? ''));

/**
 * Why the workload could have written the first event itself: the launcher went on without one, or asked another agent. Then event and receipt prove
 * nothing, whatever they say. Undefined where the launcher must have written it.
 */
const whyForgeable = (context: Context): { readonly summary: string; readonly hint: string } | undefined => {
  const { pin, launcher } = context.compose().review;
  if (pin?.receipt !== 'required') {
    return {
      summary: `self-stated: with RECEIPT=${pin?.receipt ?? 'auto'} a launch goes on without an event, and the workload could then write the first`,
      hint: 'set RECEIPT=required in the pin',
    };
  }
  const variable = launcher?.environment.find(({ name = '' }) => AGENT_VARIABLE.test(name));
  const mount = launcher?.mounts.find(isFalseAgent);
  if (variable === undefined && mount === undefined) return undefined;
  return {
    summary: `self-stated: ${variable?.name ?? `a mount at ${mount?.target}`} decides which agent the launcher asks, and the workload could ask the real one`,
    hint: "leave it out, and mount the agent's socket at its own place",
  };
};

/** Why a receipt that cannot be bound is none the less no contradiction. */
const withoutQuote = (): Outcome =>
  notBound({
    summary: 'self-stated: the receipt has no quote, since the agent gave none and RECEIPT=auto let that pass',
    hint: 'set RECEIPT=required in the pin',
  });

/**
 * Judges a receipt that is there. First whatever contradicts it, and then whether RTMR3 covers it: its claim is that of the attested pin and of
 * the source, its quote is good, of this deployment and over its statement, and its event is the first one after `system-ready`.
 * @throws what its readers throw
 */
export const judgeReceipt = (context: Context): Outcome => {
  const receipt = context.receipt();
  const { claim } = receipt.statement;
  const { difference } = compareSource(claim, commitOf(context));
  const contradiction =
    againstPin(context) ??
    (difference && differs('the receipt is of another source', difference, 'the source at the pin'));
  if (contradiction !== undefined) return contradiction;
  if (receipt.quote === undefined) return withoutQuote();
  const flaw =
    againstEvidence(context, context.receiptQuote(), "the receipt's") ??
    overStatement(context) ??
    againstAnswer(context);
  if (flaw !== undefined) return flaw;
  const details = tell(context);
  const open = whyForgeable(context);
  if (open !== undefined) return notBound({ ...open, details });
  const binding = bindClaim(context);
  if ('outcome' in binding) return { ...binding.outcome, details };
  return passed({
    summary: `${binding.label} in ${binding.log} is the first after system-ready and the only one of its name, and of this receipt`,
    expected: `an event of the claim ${hex(receiptDigest(claim))}`,
    found: binding.label,
    source: 'the claim, which is that of the attested pin',
    details,
  });
};

/** Where a receipt comes from, and what it was held against. */
export const receiptOrigins = (context: Context): string[] =>
  originsOf(context, 'receipt', 'eventLog', 'quote', 'attest', 'appCompose', 'source');
