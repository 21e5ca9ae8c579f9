import { CollectError } from './errors.ts';

/** Bitcoin's alphabet, as NEAR uses it: no 0, O, I and l. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** 32 bytes have at most 44 digits; the work is quadratic in them. */
const MAX_DIGITS = 64;

/** The bytes of base58 text, of which there must be `length`. `what` names it. Throws CollectError `bad-answer`. */
export const decodeBase58 = (text: string, length: number, what: string): Uint8Array => {
  const bad = (why: string): CollectError => new CollectError('bad-answer', `${what} ${why}`);
  if (text.length > MAX_DIGITS) throw bad(`has more than ${MAX_DIGITS} digits of base58`);
  let value = 0n;
  for (const digit of text) {
    const index = ALPHABET.indexOf(digit);
    if (index < 0) throw bad('is not base58');
    value = value * 58n + BigInt(index);
  }
  // A leading 1 stands for a zero byte, and only for that: so each value has one spelling.
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const hex = value === 0n ? '' : value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  if (zeros + bytes.length !== length) throw bad(`has ${zeros + bytes.length} bytes, not ${length}`);
  return new Uint8Array(Buffer.concat([Buffer.alloc(zeros), bytes]));
};

/** The 32 bytes of a key as NEAR writes it, `ed25519:<base58>`. Throws CollectError `bad-answer`. */
export const readNearKey = (text: string, what: string): Uint8Array => {
  const [, digits] = /^ed25519:(.+)$/.exec(text) ?? [];
  if (digits === undefined) throw new CollectError('bad-answer', `${what} is not written ed25519:…`);
  return decodeBase58(digits, 32, what);
};
