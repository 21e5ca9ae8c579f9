import { escapeText } from '../../base/escape.ts';

/**
 * The longest value that is shown whole, in code units: what is compared is at most three registers of 48 bytes as hex, with
 * their names. More of a hostile value would push the rest of the report off the screen.
 */
export const MAX_SHOWN = 400;
/** How much of a longer value is shown at either end. */
const KEPT = 180;

/** Text of unknown origin, whole: on one line, nothing invisible. Who prints it bounds its length. */
export const escaped = (text: string): string => escapeText(text);

/**
 * Text of unknown origin as it may stand in a report: on one line, nothing invisible, and of bounded length. What is left out
 * of the middle is counted in its place.
 */
export const shown = (text: string): string => {
  if (text.length <= MAX_SHOWN) return escaped(text);
  const left = text.length - 2 * KEPT;
  return `${escaped(text.slice(0, KEPT))}[... ${left} characters left out ...]${escaped(text.slice(-KEPT))}`;
};

/** As {@link shown}, for the place of a value: nothing at all would look like a mistake of the report. */
export const shownOrEmpty = (text: string): string => (text === '' ? '(empty)' : shown(text));
