import { inText, withReferences } from './evidence-text.ts';
import { Markup } from './markup.ts';

/** What may stand in a template: text and numbers, which are escaped; HTML of ours; or several of these. */
export type Piece = string | number | Markup | undefined | readonly Piece[];

const contentOf = (piece: Piece): string => {
  if (piece === undefined) return '';
  if (piece instanceof Markup) return piece.source;
  if (typeof piece === 'object') return piece.map(contentOf).join('');
  return inText(String(piece)).source;
};

/** Text of the evidence is no attribute, but for the address of a link, which is ASCII. Throws for anything else: a mistake of ours. */
const attributeOf = (piece: Piece): string => {
  if (typeof piece !== 'string' || !/^[!-~][ -~]*$/.test(piece)) throw new TypeError('not a value for an attribute');
  return withReferences(piece);
};

/**
 * HTML from a template. Whatever is put into it is escaped as text of unknown origin, or, right behind `="`, as the value of that
 * attribute; only what this tag made itself is HTML already.
 */
export const html = (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup => {
  let out = parts[0] ?? '';
  pieces.forEach((piece, at) => {
    out += parts[at]?.endsWith('="') ? attributeOf(piece) : contentOf(piece);
    out += parts[at + 1] ?? '';
  });
  return new Markup(out);
};
