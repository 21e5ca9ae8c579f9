import type { CheckResult, Verdict, VerdictWord } from '../../result.ts';
import { verdictLine } from '../verdict-line.ts';
import type { LinkState } from './chain.ts';
import { html } from './html.ts';
import { LINK_ICONS, STATE_ICONS } from './icons.ts';
import { row } from './listed.ts';
import type { Markup } from './markup.ts';
import { codeOf } from './value.ts';
import { LINK_STATE_WORDS, VERDICT_WORDS } from './words.ts';

/** How a verdict looks: as a check of that state does. */
const TONES: Readonly<Record<VerdictWord, LinkState>> = {
  VERIFIED: 'passed',
  PASSED: 'passed',
  CONSISTENT: 'not-checked',
  REJECTED: 'failed',
  'NOT BOUND': 'not-bound',
  STALE: 'failed',
  UNSUPPORTED: 'not-checked',
  MALFORMED: 'failed',
  UNAVAILABLE: 'not-checked',
  ENVIRONMENT: 'not-checked',
  'INTERNAL ERROR': 'failed',
};

export const SIMULATED_WORDS =
  'The hardware, or who signed the build, was pretended. This page says nothing about any real machine.';

/** One thing that the evidence claims, and the check that it is worth as much as. */
const claim = (name: string, value: string | undefined, check: string, checks: readonly CheckResult[]): Markup => {
  const state = checks.find(({ id }) => id === check)?.state ?? 'not-asked';
  const badge = html`<span class="state ${state}">${STATE_ICONS[state]} ${LINK_STATE_WORDS[state]}: <code>${check}</code></span>`;
  return row(name, value === undefined ? undefined : html`${codeOf(value)} ${badge}`);
};

/** What it is about: each value as the evidence has it, beside the check that holds it. */
const claims = ({ facts, launcher, entryScript, build, checks }: Verdict): Markup[] => [
  claim('repository', facts.repository, 'source.pin', checks),
  claim('commit', facts.commit, 'source.pin', checks),
  claim('entry script', entryScript?.path, 'source.entry', checks),
  claim('launcher', launcher?.image, 'compose.launcher', checks),
  claim('built by', build?.facts.workflow, 'provenance.workflow', checks),
  claim('app id', facts.app_id, 'app.id', checks),
  claim('instance', facts.instance_id, 'eventlog.replay', checks),
];

/** `10 March 2026, 09:20 UTC` would be nicer to read and is another thing in every country: the time as it was written. */
const judgedAt = ({ at, atSource }: Verdict): Markup =>
  html`<span>${at}</span> <span class="quiet">from ${atSource}</span>`;

/** The verdict: one word, what it means, for when, and what it is about. */
export const headView = (verdict: Verdict): Markup => {
  const { word, only, simulated, target } = verdict;
  const tone = TONES[word];
  const name = only === undefined ? word : `${word} (${only} only)`;
  return html`<header class="verdict ${tone}">
<p class="kind">Does this deployment run the expected commit?</p>
<h1>${STATE_ICONS[tone]} <span>${simulated ? html`<small>SIMULATED</small> ` : ''}${name}</span></h1>
<p class="plainly">${VERDICT_WORDS[word]}</p>
<p class="quiet"><code>${verdictLine(verdict)}</code></p>
<dl class="about">${row('looked at', codeOf(target))}${row('judged for', judgedAt(verdict))}${claims(verdict)}</dl>
<p class="quiet">It speaks for this one instance and this time, and for no other. A value stands here because the evidence names it; what it is worth, the check beside it says.</p>
</header>
`;
};

/** Above everything, and again at the end: who pretends must not be taken at his word by who scrolls. */
export const simulatedView = ({ simulated }: Verdict): Markup =>
  simulated
    ? html`<p class="simulated" role="note">${LINK_ICONS.silicon} <span><b>SIMULATED.</b> ${SIMULATED_WORDS}</span></p>
`
    : html``;

/** What stands in the window's title bar. */
export const titleOf = ({ simulated, word, at }: Verdict): string =>
  `${simulated ? 'SIMULATED: ' : ''}${word}, judged for ${at}`;
