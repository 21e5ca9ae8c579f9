import { describeCounts, countStates } from '../counts.ts';
import { checkView } from './check-view.ts';
import type { Link } from './chain.ts';
import { html } from './html.ts';
import { LINK_ICONS, STATE_ICONS } from './icons.ts';
import type { Markup } from './markup.ts';
import { LINK_STATE_WORDS, LINK_WORDS } from './words.ts';

const stateOf = ({ state }: Link): Markup =>
  html`<span class="state">${STATE_ICONS[state]} ${LINK_STATE_WORDS[state]}</span>`;

/** The chain as a row of links, or below each other where there is no room; each leads to its checks. */
export const chainView = (links: readonly Link[]): Markup => html`<ol class="chain">
${links.map(
  (link) => html`<li class="${link.state}"><a href="#${link.id}">
<span class="node">${LINK_ICONS[link.id]}</span>
<span class="words"><b>${LINK_WORDS[link.id].name}</b> <span class="asks">${LINK_WORDS[link.id].asks}</span> ${stateOf(link)}</span>
</a></li>
`,
)}</ol>
`;

const linkView = (link: Link, at: number): Markup => {
  const { name, asks } = LINK_WORDS[link.id];
  const counts = link.checks.length === 0 ? 'No check of it was asked for' : describeCounts(countStates(link.checks));
  return html`<section class="link ${link.state}" id="${link.id}" aria-labelledby="${`${link.id}-name`}">
<h3 id="${`${link.id}-name`}"><span class="node">${LINK_ICONS[link.id]}</span> <span>${at + 1}. ${name}</span> ${stateOf(link)}</h3>
<p class="asks">${asks} ${counts}.</p>
${link.checks.map(checkView)}</section>
`;
};

/** Each link with its checks. */
export const linkViews = (links: readonly Link[]): Markup => html`${links.map(linkView)}`;
