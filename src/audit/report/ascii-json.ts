const NOT_PRINTABLE = /[^\u0020-\u007e\n]/g;

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * A value as JSON in ASCII, indented, with a line feed at the end. JSON.stringify leaves C1 controls and bidirectional controls
 * as they are (RFC 8259 section 7 asks for less than a terminal needs). Outside of strings a document holds ASCII only, so
 * every other character is one of a string, where its escape means the same.
 */
export const asciiJson = (value: unknown): string =>
  `${JSON.stringify(value, undefined, 2).replace(NOT_PRINTABLE, escapeUnit)}\n`;
