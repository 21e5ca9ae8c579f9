import type { LinkId, LinkState } from './chain.ts';
import { Markup } from './markup.ts';

/** Drawings of ours, 24 units wide and high, in the colour of the text around them; the words beside them say the same. */
const draw = (body: string): Markup =>
  new Markup(
    `<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${body}</svg>`,
  );

/** Each state has an outline of its own, for eyes and printers without colour. */
export const STATE_ICONS: Readonly<Record<LinkState, Markup>> = {
  passed: draw(
    '<circle cx="12" cy="12" r="10" fill="currentColor"/><path d="M7.5 12.5l3 3 6-6.5" class="in" stroke-width="2.4"/>',
  ),
  failed: draw(
    '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7" class="in" stroke-width="2.4"/>',
  ),
  'not-bound': draw('<path d="M12 1.5L22.5 12 12 22.5 1.5 12z"/><path d="M12 7v6M12 16.4v.2" stroke-width="2.4"/>'),
  'not-checked': draw(
    '<circle cx="12" cy="12" r="10" stroke-dasharray="4 3.2"/><path d="M8 12h8" stroke-width="2.4"/>',
  ),
  'not-asked': draw('<circle cx="12" cy="12" r="10" stroke-dasharray="1 4"/>'),
};

export const LINK_ICONS: Readonly<Record<LinkId, Markup>> = {
  silicon: draw(
    '<rect x="6" y="6" width="12" height="12" rx="1.5"/><rect x="9.5" y="9.5" width="5" height="5"/><path d="M9 6V3M15 6V3M9 21v-3M15 21v-3M6 9H3M6 15H3M21 9h-3M21 15h-3"/>',
  ),
  quote: draw(
    '<path d="M14 3H6v18h12V7z"/><path d="M14 3v4h4M9 11h6M9 14h3"/><circle cx="14.5" cy="17" r="1.6" fill="currentColor"/>',
  ),
  'event-log': draw('<path d="M9 6h11M9 12h11M9 18h11"/><path d="M4.5 6h.01M4.5 12h.01M4.5 18h.01" stroke-width="3"/>'),
  compose: draw('<path d="M12 3l9 4.5-9 4.5-9-4.5z"/><path d="M3 12l9 4.5 9-4.5M3 16.5L12 21l9-4.5"/>'),
  image: draw('<path d="M12 2.5l8.5 4.7v9.6L12 21.5l-8.5-4.7V7.2z"/><path d="M3.5 7.2L12 12l8.5-4.8M12 12v9.5"/>'),
  workflow: draw(
    '<rect x="3" y="3" width="7" height="7" rx="1.2"/><rect x="14" y="14" width="7" height="7" rx="1.2"/><path d="M6.5 10v4.5a3 3 0 0 0 3 3H14"/>',
  ),
  commit: draw('<circle cx="12" cy="12" r="4"/><path d="M2.5 12H8M16 12h5.5"/>'),
  entry: draw('<rect x="2.5" y="4" width="19" height="16" rx="2"/><path d="M6.5 9l3.5 3-3.5 3M12.5 15.5h5"/>'),
  receipt: draw('<circle cx="12" cy="12" r="9.5"/><path d="M10 8.2l6 3.8-6 3.8z" fill="currentColor"/>'),
};
