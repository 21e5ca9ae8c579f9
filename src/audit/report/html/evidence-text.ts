import { escapeText } from '../../../base/escape.ts';
import { KEPT_TEXT, MAX_MARKS, MAX_NAMED, MAX_TEXT } from './limits.ts';
import { Markup } from './markup.ts';

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that mean something to HTML, as character references: good for text and for quoted attributes. */
export const withReferences = (text: string): string => text.replace(/[&<>"']/g, (char) => REFERENCES[char] ?? char);

/** All but the printable characters of ASCII. */
const ODD_RUN = /[^ -~]+/gu;
/** What base/escape leaves alone and a page must not: marks that are drawn over the characters before them, or over other lines. */
const DRAWN_OVER = /\p{M}/u;

const hexOf = (char: string): string => (char.codePointAt(0) ?? 0).toString(16);

/** `\u{435}`, or as base/escape writes it. */
const asEscape = (char: string): string => {
  const escaped = escapeText(char);
  return escaped === char ? `\\u{${hexOf(char)}}` : escaped;
};

const isHidden = (char: string): boolean => escapeText(char) !== char || DRAWN_OVER.test(char);

/** Written in escapes; set off, so that it cannot be taken for text that holds the same characters. */
const escapeMark = (text: string): string => `<bdi class="esc">${text}</bdi>`;

/** Characters as they are, in a box of their own direction, and behind them which they are. */
const oddMark = (chars: readonly string[]): string => {
  const names = chars.slice(0, MAX_NAMED).map((char) => `U+${hexOf(char).toUpperCase().padStart(4, '0')}`);
  const more = chars.length > MAX_NAMED ? ` +${chars.length - MAX_NAMED}` : '';
  return `<bdi class="odd">${chars.join('')}<small>${names.join(' ')}${more}</small></bdi>`;
};

/** Neighbours of one kind within a run without printable ASCII. */
interface Group {
  readonly hidden: boolean;
  readonly chars: string[];
}

const groupsOf = (run: string): Group[] => {
  const groups: Group[] = [];
  for (const char of run) {
    const hidden = isHidden(char);
    const last = groups.at(-1);
    if (last?.hidden === hidden) last.chars.push(char);
    else groups.push({ hidden, chars: [char] });
  }
  return groups;
};

const mark = ({ hidden, chars }: Group): string => (hidden ? escapeMark(chars.map(asEscape).join('')) : oddMark(chars));

/**
 * Text of unknown origin as HTML, whole: nothing in it is markup, nothing is invisible or changes the order of what is shown, and each
 * character beyond ASCII is set off with its code point, since many look like one of ASCII. Who prints it bounds its length.
 */
export const marked = (text: string): string => {
  let out = '';
  let done = 0;
  let marks = 0;
  for (const { 0: run, index } of text.matchAll(ODD_RUN)) {
    const groups = groupsOf(run);
    marks += groups.length;
    out += withReferences(text.slice(done, index));
    done = index;
    if (marks > MAX_MARKS) break;
    out += groups.map(mark).join('');
    done += run.length;
  }
  const rest = text.slice(done);
  if (marks <= MAX_MARKS) return out + withReferences(rest);
  return out + escapeMark(withReferences(rest.replace(ODD_RUN, (run) => Array.from(run, asEscape).join(''))));
};

/** Said by the page, in a way that no text of the evidence can. */
export const leftOut = (what: string): string => `<em class="cut">[${what}]</em>`;

/** As {@link marked}, of bounded length. What is left out of the middle is counted in its place. */
export const inText = (text: string): Markup => {
  if (text.length <= MAX_TEXT) return new Markup(marked(text));
  const left = text.length - 2 * KEPT_TEXT;
  const note = leftOut(`${left} characters left out`);
  return new Markup(`${marked(text.slice(0, KEPT_TEXT))}${note}${marked(text.slice(-KEPT_TEXT))}`);
};
