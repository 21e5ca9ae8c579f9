import { html } from './html.ts';
import { type Markup, NOTHING } from './markup.ts';

/** What is left out of a list, said in its place. */
const moreOf = (left: number, what: string): Markup =>
  left > 0 ? html`<li class="cut">[${left} more ${what} left out; --json has them]</li>` : NOTHING;

/** A list of at most `most` items; says how many more there are. Nothing at all where there are none. */
export const listOf = <T>(
  items: readonly T[],
  { most, what, name }: { readonly most: number; readonly what: string; readonly name: string },
  show: (item: T) => Markup,
): Markup =>
  items.length === 0
    ? NOTHING
    : html`<ul class="${name}">${items.slice(0, most).map((item) => html`<li>${show(item)}</li>`)}${moreOf(items.length - most, what)}</ul>`;

/** A name and its value; nothing where there is no value. */
export const row = (name: string | Markup, value: Markup | undefined): Markup =>
  value === undefined ? NOTHING : html`<dt>${name}</dt><dd>${value}</dd>`;

/** Rows of names and values. */
export const rows = (all: readonly Markup[]): Markup =>
  all.every(({ source }) => source === '') ? NOTHING : html`<dl>${all}</dl>`;
