import { BundleError } from './errors.ts';

/** Bytes as a bundle holds them: as text where they are UTF-8, so that a reader sees them; else in base64. */
export type Content = { readonly text: string } | { readonly base64: string };

/** Bytes for a bundle. What `contentBytes` makes of it is the same to the last byte. */
export const contentOf = (bytes: Uint8Array): Content => {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: base64Of(bytes) };
  }
};

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

/**
 * The bytes of base64 (RFC 4648 section 4) that says the same when it is written again: no junk, no line ends, no missing padding. Its
 * length is bounded before anything is decoded.
 * @param maxBytes of what comes out
 * @throws BundleError `malformed`, `too-large`
 */
export const bytesOfBase64 = (text: string, maxBytes: number, what: string): Uint8Array => {
  if (text.length > Math.ceil(maxBytes / 3) * 4) throw tooLarge(what, maxBytes);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new BundleError('malformed', `${what} is not base64`);
  if (bytes.length > maxBytes) throw tooLarge(what, maxBytes);
  return new Uint8Array(bytes);
};

const tooLarge = (what: string, maxBytes: number): BundleError =>
  new BundleError('too-large', `${what} has more than ${maxBytes} bytes`);

/**
 * The bytes that were saved.
 * @param what names them for messages, escaped
 * @throws BundleError `malformed`, `too-large`
 */
export const contentBytes = (content: Content, maxBytes: number, what: string): Uint8Array => {
  if ('base64' in content) return bytesOfBase64(content.base64, maxBytes, what);
  if (Buffer.byteLength(content.text) > maxBytes) throw tooLarge(what, maxBytes);
  return new TextEncoder().encode(content.text);
};
