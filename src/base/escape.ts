/**
 * What may not reach a terminal, a log or a report as it is: C0 and C1 controls, the line separators, and the bidirectional
 * controls and invisible characters that make text read otherwise than it is (Unicode UAX #9, CVE-2021-42574).
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant, never what they combine to
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

const escapeOne = (char: string): string => {
  const code = char.codePointAt(0) ?? 0;
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/** `text` with every character that could steer a terminal or mislead a reader written as an escape. */
export const escapeText = (text: string): string => text.replace(UNSAFE, escapeOne);

/** As {@link escapeText}, for a whole message: the line feeds that we put in stay. */
export const escapeLines = (text: string): string => text.split('\n').map(escapeText).join('\n');

/** Bytes of unknown encoding as text: as UTF-8 where they are UTF-8, else with each odd byte written `\xNN`. */
export const escapeBytes = (bytes: Uint8Array): string => {
  try {
    return escapeText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return Array.from(bytes, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    ).join('');
  }
};
