import type { CheckResult, Verdict } from '../../result.ts';
import { decides } from '../../verdict.ts';
import { STATE_WORDS } from '../counts.ts';
import { html } from './html.ts';
import { MAX_ROWS } from './limits.ts';
import { listOf } from './listed.ts';
import { type Markup, NOTHING } from './markup.ts';

/** What no verdict says, however good. */
const NEVER_PROVED = [
  'That the source is good. The page shows which commit starts; reading it, and what it fetches when it starts, is yours.',
  'That a connection of yours ends in this machine: no TLS endpoint is bound to the quote.',
  'That Intel, Sigstore, the forge and whoever built the operating system are honest: each check says below what it assumes.',
];

const FRESH =
  "What the machine did later: one of its quotes was made after the auditor's question, and speaks for that time.";
const NOT_FRESH =
  'That the machine still runs: the quote answers no number of the auditor. An answer that was saved once can be shown for ever.';

const isFresh = (checks: readonly CheckResult[]): boolean =>
  checks.some(({ id, state }) => id === 'freshness' && state === 'passed');

/** What would have to be given or done for the best verdict. */
export const missingView = ({ missing, only }: Verdict): Markup =>
  missing.length === 0
    ? NOTHING
    : html`<section class="missing" aria-labelledby="missing">
<h2 id="missing">What stands in the way of ${only === undefined ? 'VERIFIED' : 'PASSED'}</h2>
${listOf(missing, { most: MAX_ROWS, what: 'things', name: 'plain' }, (one) => html`${one}`)}
</section>
`;

/** What was not proved: what never is, and what did not pass and was not required. */
export const unprovedView = ({ checks }: Verdict): Markup => {
  const open = checks.filter((result) => result.state !== 'passed' && !decides(result));
  return html`<section aria-labelledby="unproved">
<h2 id="unproved">What this does not prove</h2>
<ul class="plain">${[...NEVER_PROVED, isFresh(checks) ? FRESH : NOT_FRESH].map((text) => html`<li>${text}</li>`)}</ul>
${
  open.length === 0
    ? ''
    : html`<h3>Not required here, and not passed</h3>
<ul class="plain">${open.map(({ id, state, summary }) => html`<li><code>${id}</code> ${STATE_WORDS[state]}: ${summary}</li>`)}</ul>`
}
</section>
`;
};
