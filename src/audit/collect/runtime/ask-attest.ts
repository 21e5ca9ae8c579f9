import { escapeText } from '../../../base/escape.ts';
import type { AttestAnswer } from '../../runtime/attest-answer.ts';
import { readAddress } from '../address.ts';
import { CollectError } from '../errors.ts';
import { httpGet } from '../http-get.ts';
import type { HttpLimits } from '../limits.ts';
import { MAX_ATTEST_BYTES } from './limits.ts';
import { readAttest } from './read-attest.ts';

export interface AskOptions {
  /** PEM certificates that replace the built-in roots for https. */
  readonly ca?: string;
  readonly limits?: Partial<HttpLimits>;
  /** Is told the answer of twl-attest as it came, and from where. */
  readonly onAnswer?: ((bytes: Uint8Array, origin: string) => void) | undefined;
}

const PATH = '/attest';

/**
 * Where twl-attest is asked with a nonce: below the address that the user typed, or at it where it ends with `/attest` already.
 * @throws CollectError `unsupported-target`
 */
export const attestAddress = (text: string, nonce: Uint8Array): URL => {
  const url = readAddress(text);
  if (url.search !== '') {
    throw new CollectError('unsupported-target', `${escapeText(text)} has a query`, {
      hint: 'give the address alone: the nonce is put behind it',
    });
  }
  const base = url.pathname.replace(/\/$/, '');
  url.pathname = base.endsWith(PATH) ? base : `${base}${PATH}`;
  url.search = `?nonce=${Buffer.from(nonce).toString('hex')}`;
  return url;
};

/**
 * Asks the twl-attest that the user named, over https or, on loopback, http. A busy server is asked again with the same nonce: it was made for this
 * run, and an answer to it is no older than that. A redirect is followed as for any evidence, since the quote in the answer tells who made it.
 * @param nonce 32 bytes
 * @throws CollectError, JsonError, EvidenceError
 */
export const askAttest = async (text: string, nonce: Uint8Array, options: AskOptions = {}): Promise<AttestAnswer> => {
  const url = attestAddress(text, nonce);
  const { body } = await httpGet(url, { ...options, maxBytes: MAX_ATTEST_BYTES, named: true });
  const origin = `answer of ${url.origin}${url.pathname}`;
  options.onAnswer?.(body, origin);
  return readAttest(body, origin);
};
