/** Shown as it is, whatever follows. Nearly every text is of it, and then the expression below is never made. */
const PLAIN = /^[ -~]*$/;

/**
 * What may not reach a terminal, a log or a report as it is. By Unicode's own properties, so that what a later version adds is in it:
 * controls and what separates lines; format characters, which include the bidirectional controls (UAX #9, CVE-2021-42574); what a reader
 * of text is shown nothing for (Default_Ignorable_Code_Point); halves of surrogates and code points that are none. By hand: every blank but
 * the space itself, since two names that differ in one look alike; blanks that Unicode counts as signs (Braille without dots, Egyptian, Khitan
 * and musical ones); and U+FFF0 to U+FFFF, which stand for what is not there.
 */
const PROPERTIES = ['Cc', 'Cf', 'Cs', 'Zl', 'Zp', 'Default_Ignorable_Code_Point', 'Noncharacter_Code_Point'];
const BLANKS = String.raw`\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\ufff0-\uffff\u{13441}-\u{13446}\u{16fe4}\u{1d159}`;

/** Made when it is first needed: looking the properties up takes half a millisecond of every start. */
let unsafe: RegExp | undefined;
const unsafeCharacters = (): RegExp => {
  unsafe ??= new RegExp(`[${PROPERTIES.map((name) => String.raw`\p{${name}}`).join('')}${BLANKS}]`, 'gu');
  return unsafe;
};

const escapeOne = (char: string): string => {
  const code = char.codePointAt(0) ?? 0;
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  return code < 0xa0 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/** `text` with every character that could steer a terminal or mislead a reader written as an escape. */
export const escapeText = (text: string): string =>
  PLAIN.test(text) ? text : text.replace(unsafeCharacters(), escapeOne);

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
