import type { CheckId } from '../../check-ids.ts';
import { CHECKS } from '../../registry.ts';
import type { CheckResult, CheckState } from '../../result.ts';
import type { Step } from '../../steps.ts';
import { decides } from '../../verdict.ts';

/** The links of the chain, from the hardware to what ran. */
export const LINK_IDS = [
  'silicon',
  'quote',
  'event-log',
  'compose',
  'image',
  'workflow',
  'commit',
  'entry',
  'receipt',
] as const;

export type LinkId = (typeof LINK_IDS)[number];

/** `not-asked`: not every check of it belongs to the step that was asked for, or none was made. */
export type LinkState = CheckState | 'not-asked';

/** Which link a check holds: each holds one. */
export const LINK_OF: Readonly<Record<CheckId, LinkId>> = {
  'quote.parse': 'quote',
  'quote.signature': 'silicon',
  'quote.tcb': 'silicon',
  'quote.module': 'silicon',
  'quote.debug': 'silicon',
  'eventlog.replay': 'event-log',
  'eventlog.order': 'event-log',
  'eventlog.later': 'event-log',
  'compose.hash': 'compose',
  'compose.config-id': 'compose',
  'compose.launcher': 'image',
  'compose.pin': 'compose',
  'compose.pin-bound': 'compose',
  'compose.override': 'compose',
  'compose.environment': 'compose',
  'compose.sharing': 'compose',
  'compose.services': 'compose',
  'compose.persistence': 'compose',
  'compose.images': 'compose',
  'compose.scripts': 'compose',
  'compose.commands': 'entry',
  'compose.child-env': 'compose',
  'compose.exposure': 'compose',
  'app.id': 'event-log',
  'os.image': 'quote',
  'os.acpi': 'quote',
  'os.development': 'quote',
  'kms.identity': 'event-log',
  'cert.report-data': 'quote',
  freshness: 'quote',
  'mpc.image': 'compose',
  'mpc.launcher': 'image',
  'mpc.tcb': 'silicon',
  'mpc.report-data': 'quote',
  'mpc.replay': 'event-log',
  'mpc.app-compose': 'compose',
  'mpc.compose-hash': 'compose',
  'mpc.measurements': 'quote',
  'mpc.events': 'event-log',
  'provenance.bundle': 'image',
  'provenance.subject': 'image',
  'provenance.issuer': 'workflow',
  'provenance.repository': 'workflow',
  'provenance.commit': 'workflow',
  'provenance.workflow': 'workflow',
  'provenance.ref': 'workflow',
  'provenance.runner': 'workflow',
  'provenance.trigger': 'workflow',
  'provenance.predicate': 'workflow',
  'provenance.agreement': 'workflow',
  'provenance.rebuild': 'image',
  'source.pin': 'commit',
  'source.commit': 'commit',
  'source.tree': 'commit',
  'source.tree-sha256': 'commit',
  'source.entry': 'entry',
  'source.reachable': 'commit',
  'source.signature': 'commit',
  'runtime.receipt': 'receipt',
  'runtime.logs': 'receipt',
};

/** Where a check goes that the table does not know: never out of the page. */
const OTHERWISE: Readonly<Record<Step, LinkId>> = {
  attestation: 'quote',
  provenance: 'workflow',
  source: 'commit',
  runtime: 'receipt',
};

const linkOf = ({ id, step }: CheckResult): LinkId => (Object.hasOwn(LINK_OF, id) ? LINK_OF[id] : OTHERWISE[step]);

/** The worst first. */
const WORST = ['failed', 'not-bound', 'not-checked'] as const;

const worstOf = (results: readonly CheckResult[]): LinkState | undefined =>
  WORST.find((state) => results.some((result) => result.state === state));

export interface Link {
  readonly id: LinkId;
  readonly state: LinkState;
  readonly checks: readonly CheckResult[];
}

/** The steps that the checks of a link belong to. */
const stepsOf = (id: LinkId): Step[] => CHECKS.filter((check) => LINK_OF[check.id] === id).map(({ step }) => step);

/**
 * The state of a link: the worst among the checks that count for the verdict, and where all of those passed, `passed`. Where none
 * counts and none passed, the worst of all. A link of which a part was not asked for is not called passed.
 */
const stateOf = (id: LinkId, checks: readonly CheckResult[], only: Step | undefined): LinkState => {
  const worst = worstOf(checks.filter(decides));
  if (worst !== undefined) return worst;
  if (only !== undefined && stepsOf(id).some((step) => step !== only)) return 'not-asked';
  return checks.some(({ state }) => state === 'passed') ? 'passed' : (worstOf(checks) ?? 'not-asked');
};

/** All links in order, each with its checks in theirs. `only`: the step that was asked for alone. */
export const chainOf = (results: readonly CheckResult[], only: Step | undefined): Link[] =>
  LINK_IDS.map((id) => {
    const checks = results.filter((result) => linkOf(result) === id);
    return { id, state: stateOf(id, checks, only), checks };
  });
