import { BaseError } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { JsonError, objectOf, stringOf } from '../../../base/json.ts';
import { CollectError } from '../errors.ts';
import { readAddress } from '../address.ts';
import { unpackBlob } from './blob.ts';
import { type ProvenanceDocument, unavailable } from './document.ts';

/** Fetches what is at an address that the API names. */
export type FetchBlob = (url: URL) => Promise<Uint8Array>;

/**
 * Anything that a server can cause, JSON that is not as it should be included, as an error of collecting. Throws what
 * is ours to fix.
 */
export const asCollectError = (thrown: unknown): BaseError<string> => {
  if (thrown instanceof JsonError) return new CollectError('bad-answer', thrown.message, { cause: thrown });
  if (thrown instanceof BaseError) return thrown;
  throw thrown;
};

/**
 * A URL that the API names, held to the rules for one that a user types: their errors would be about a command line.
 */
const addressOf = (text: string, origin: string): URL => {
  try {
    return readAddress(text);
  } catch (cause) {
    throw new CollectError(
      'bad-answer',
      `${origin} names a place that is not fetched from: ${asCollectError(cause).message}`,
      {
        cause,
      },
    );
  }
};

const bytesOf = async (item: unknown, origin: string, fetchBlob: FetchBlob): Promise<Uint8Array> => {
  const { bundle, bundle_url: address } = objectOf(item, origin);
  if (bundle !== undefined && bundle !== null) return Buffer.from(JSON.stringify(bundle), 'utf8');
  if (address === undefined || address === null) {
    throw new CollectError('bad-answer', `${origin} has neither a bundle nor a place of it`);
  }
  return unpackBlob(await fetchBlob(addressOf(stringOf(address, `${origin}: bundle_url`), origin)));
};

/**
 * One attestation of GitHub's answer: the bundle that it holds, as it did until July 2026, else the one at its
 * `bundle_url`.
 */
export const fromItem = async (item: unknown, origin: string, fetchBlob: FetchBlob): Promise<ProvenanceDocument> => {
  try {
    return { kind: 'bundle', origin, bytes: await bytesOf(item, escapeText(origin), fetchBlob) };
  } catch (thrown) {
    return unavailable(origin, asCollectError(thrown));
  }
};
