import type { Check } from '../../check.ts';
import { CHECKS } from '../../registry.ts';
import type { CheckResult } from '../../result.ts';
import { decides } from '../../verdict.ts';
import { html } from './html.ts';
import { STATE_ICONS } from './icons.ts';
import { MAX_DETAILS, MAX_PLACES } from './limits.ts';
import { listOf, row, rows } from './listed.ts';
import { type Markup, NOTHING } from './markup.ts';
import { codeOf, valueView } from './value.ts';
import { LINK_STATE_WORDS } from './words.ts';

const TOLD: ReadonlyMap<string, Check> = new Map(CHECKS.map((check) => [check.id, check]));

const code = (text: string | undefined): Markup | undefined => (text === undefined ? undefined : codeOf(text));
const plain = (text: string | undefined): Markup | undefined => (text === undefined ? undefined : valueView(text));

const listed = (texts: readonly string[], most: number, what: string): Markup | undefined =>
  texts.length === 0 ? undefined : listOf(texts, { most, what, name: 'plain' }, valueView);

/** Expected and found stand below each other, so that the eye can hold one against the other. */
const body = (result: CheckResult, told: Check | undefined): Markup =>
  rows([
    row(result.state === 'passed' ? 'proves' : 'would prove', plain(told?.proves)),
    row('expected', code(result.expected)),
    row('expected by', plain(result.source)),
    row('found', code(result.found)),
    row('looked at', listed(result.origins, MAX_PLACES, 'places')),
    row('details', listed(result.details, MAX_DETAILS, 'details')),
    row('what to do', plain(result.hint)),
    row('assumes', plain(told?.assumes)),
    row('stands on', told === undefined || told.needs.length === 0 ? undefined : html`${told.needs.join(', ')}`),
    row('rule', plain(told?.citation)),
  ]);

const notRequired = ({ required, state }: CheckResult): Markup =>
  required || state === 'passed' || state === 'failed' ? NOTHING : html` <small>(not required)</small>`;

/**
 * One check: its state in a word, a drawing and a colour, what it is about, and what came of it; all else on a click. What keeps the
 * verdict from its best is open from the start, but for what was not made because of another check.
 */
export const checkView = (result: CheckResult): Markup => {
  const { id, state, summary } = result;
  const told = TOLD.get(id);
  const open = decides(result) && result.blockedBy === undefined ? html` open` : NOTHING;
  return html`<details class="check ${state}"${open}>
<summary><span class="state">${STATE_ICONS[state]} ${LINK_STATE_WORDS[state]}${notRequired(result)}</span> <span class="what"><b>${told?.title ?? id}</b> <code>${id}</code></span> <span class="came">${summary}</span></summary>
${body(result, told)}
</details>
`;
};
