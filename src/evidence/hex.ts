import { escapeText } from '../base/escape.ts';
import { EvidenceError } from './errors.ts';

const LOWER_OR_UPPER = /^(?:[0-9a-f]*|[0-9A-F]*)$/;

/** Lower-case hex. */
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** `length`: exactly so many bytes; `maxLength`: at most. */
export interface HexLength {
  readonly length?: number;
  readonly maxLength?: number;
}

/**
 * The bytes of a hex string: lower or upper case but not both, whole bytes, no prefix, no space. `what` names it in the
 * message. Throws {@link EvidenceError} `bad-hex`, `bad-length`, `too-large`.
 */
export const bytesOfHex = (text: string, what: string, { length, maxLength }: HexLength = {}): Uint8Array => {
  const name = escapeText(what);
  if (maxLength !== undefined && text.length > maxLength * 2) {
    throw new EvidenceError('too-large', `${name} is longer than ${maxLength} bytes`);
  }
  if (length !== undefined && text.length !== length * 2) {
    throw new EvidenceError('bad-length', `${name} has ${text.length} hex digits, not ${length * 2}`);
  }
  if (text.length % 2 !== 0 || !LOWER_OR_UPPER.test(text)) {
    throw new EvidenceError('bad-hex', `${name} is not hex: an even number of digits, in one case, and nothing else`);
  }
  return new Uint8Array(Buffer.from(text, 'hex'));
};
