import { html } from './html.ts';
import { MAX_TEXT } from './limits.ts';
import type { Markup } from './markup.ts';

/** What a browser reads as an address in no other way than a person does: ASCII, a plain host, and no user before it. */
const PLAIN_URL = /^https?:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?(?:\/[!#$%&()*+,./0-9:;=?@A-Z_a-z~-]*)?$/;

/** Whether it may become a link: an address that the browser would change in reading it is shown as text. */
const isLink = (text: string): boolean => {
  if (text.length > MAX_TEXT || !PLAIN_URL.test(text)) return false;
  const read = URL.parse(text)?.href;
  return read === text || read === `${text}/`;
};

/** A value of the evidence; an http or https address is a link that is shown in full. */
export const valueView = (text: string): Markup => {
  if (text === '') return html`<span class="none">(empty)</span>`;
  return isLink(text) ? html`<a href="${text}" rel="noopener noreferrer">${text}</a>` : html`${text}`;
};

/** As {@link valueView}, for machines' text: hashes, names, paths. */
export const codeOf = (text: string): Markup => html`<code>${valueView(text)}</code>`;
