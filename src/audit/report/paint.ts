/** How a piece of a report is set off where colour is wanted. */
export type Style = 'good' | 'bad' | 'open' | 'strong' | 'faint';

/** SGR parameters (ECMA-48 8.3.117). */
const SGR: Record<Style, string> = { good: '32', bad: '1;31', open: '33', strong: '1', faint: '2' };

/** Puts the codes of a style around a text of ours; or leaves it, where no colour is wanted. */
export type Paint = (style: Style, text: string) => string;

export const painter =
  (color: boolean): Paint =>
  (style, text) =>
    color ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
