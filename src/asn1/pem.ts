import { Asn1Error } from './errors.ts';

/** Text of a chain: three certificates of Intel's need under 4 KiB. */
export const MAX_PEM_BYTES = 64 * 1024;
/** Blocks in one text. */
export const MAX_PEM_BLOCKS = 10;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const SPACE = /[ \t\r\n]+/g;

/** Base64 that says the same when written again: a last digit with stray bits has another spelling. */
const fromBase64 = (text: string, what: string): Uint8Array<ArrayBuffer> => {
  const bytes = Buffer.from(text, 'base64');
  if (text === '' || !BASE64.test(text) || bytes.toString('base64') !== text) {
    throw new Asn1Error('bad-pem', `${what} holds a block that is not base64`);
  }
  return new Uint8Array(bytes);
};

/**
 * The blocks of one PEM text (RFC 7468), decoded, in their order: 1 to {@link MAX_PEM_BLOCKS}. Between and around them only white space may
 * stand, and NUL bytes at the end, which Intel's tools leave there. Throws `bad-pem` and `too-large`.
 */
export const splitPem = (text: string, label: string, what: string): Uint8Array<ArrayBuffer>[] => {
  if (text.length > MAX_PEM_BYTES) {
    throw new Asn1Error('too-large', `${what} has ${text.length} characters, more than ${MAX_PEM_BYTES}`);
  }
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const [before = '', ...blocks] = text.replace(/[\0 \t\r\n]+$/, '').split(begin);
  const outside = [before];
  const found = blocks.map((block) => {
    const at = block.indexOf(end);
    if (at < 0) throw new Asn1Error('bad-pem', `${what} holds a block without its end`);
    outside.push(block.slice(at + end.length));
    return block.slice(0, at);
  });
  if (outside.some((part) => part.replace(SPACE, '') !== '')) {
    throw new Asn1Error('bad-pem', `${what} holds something outside of its blocks`);
  }
  if (found.length === 0) throw new Asn1Error('bad-pem', `${what} holds no ${label}`);
  if (found.length > MAX_PEM_BLOCKS) {
    throw new Asn1Error('too-large', `${what} holds ${found.length} blocks, more than ${MAX_PEM_BLOCKS}`);
  }
  return found.map((block) => fromBase64(block.replace(SPACE, ''), what));
};
