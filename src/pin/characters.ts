import type { PinErrorCode } from './errors.ts';

export interface ForbiddenCharacter {
  code: PinErrorCode;
  /** As in "holds …". */
  name: string;
  hint: string;
}

/**
 * What no config may hold anywhere, comments included: controls but TAB, the byte order mark, the line separators that
 * some editors break lines at, the bidirectional controls of Unicode UAX #9 (CVE-2021-42574), and lone surrogates,
 * which a JavaScript string can hold though UTF-8 cannot. Line feeds are taken out before.
 */
const FORBIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\p{Cs}]/u;

const named = (point: number): string => `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;

const describe = (point: number): ForbiddenCharacter => {
  const remove = 'remove the character, or write the line again by hand';
  if (point === 0) return { code: 'nul', name: 'a NUL byte', hint: remove };
  if (point === 0x0d) {
    return { code: 'carriage-return', name: 'a carriage return', hint: 'save the file with LF line ends' };
  }
  if (point === 0xfeff) {
    return { code: 'byte-order-mark', name: 'a byte order mark', hint: 'save the file as UTF-8 without a BOM' };
  }
  if (point === 0x2028 || point === 0x2029) {
    return { code: 'line-separator', name: `the line separator ${named(point)}`, hint: 'end lines with LF only' };
  }
  if (point <= 0x9f) return { code: 'control-character', name: `the control character ${named(point)}`, hint: remove };
  // The rest of the pattern lies below the surrogates.
  if (point >= 0xd800) return { code: 'not-utf8', name: 'a lone surrogate', hint: remove };
  const hint = 'remove it: it makes text read otherwise than it is';
  return { code: 'bidirectional-control', name: `the bidirectional control ${named(point)}`, hint };
};

/** The first forbidden character of `text`, with its index in code units; undefined where there is none. */
export const findForbidden = (text: string): (ForbiddenCharacter & { index: number }) | undefined => {
  const index = text.search(FORBIDDEN);
  return index < 0 ? undefined : { ...describe(text.codePointAt(index) ?? 0), index };
};
