/**
 * The longest text that is shown whole, in code units: what is compared is at most three registers of 48 bytes as hex, with their
 * names. Of a longer one both ends are shown, and how much was left out between them.
 */
export const MAX_TEXT = 400;
/** How much of a longer text is shown at either end. */
export const KEPT_TEXT = 180;

/** So many runs of odd characters of one text are marked one by one; then the rest is written in escapes, which take less room. */
export const MAX_MARKS = 20;

/** Code points that are named behind one run: a look-alike stands alone or in a word; a comment in another script is longer. */
export const MAX_NAMED = 4;

/** Details of one check: a hostile log can have 100,000 entries that are each worth one. As many as in the text report. */
export const MAX_DETAILS = 30;
/** Places that one check looked at: the most that an honest one has is five. */
export const MAX_PLACES = 10;

/** Findings: far more than anybody reads, and a hostile commit can have tens of thousands. */
export const MAX_FINDINGS = 200;

/** Facts of one table, lines of the pin, things that are missing: honest evidence has at most 40 of each. */
export const MAX_ROWS = 100;

/** Changed paths. */
export const MAX_PATHS = 200;

/** Lines of one script or command, as in the text report. */
export const MAX_CODE_LINES = 4000;
/** Code units of HTML for one script or command: 256 KiB of plain text fit, which is the largest script that is collected. */
export const MAX_CODE_HTML = 1024 * 1024;

/** What all of these come to, at worst, in bytes; a page of honest evidence takes about 100 KB. */
export const MAX_PAGE_BYTES = 16 * 1024 * 1024;
