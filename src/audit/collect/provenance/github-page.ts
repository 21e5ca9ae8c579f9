import { escapeText } from '../../../base/escape.ts';
import { arrayOf, objectOf, parseJson } from '../../../base/json.ts';
import { MAX_BUNDLES_BYTES, MAX_DEPTH } from '../../../provenance/limits.ts';
import { CollectError } from '../errors.ts';
import type { HttpReply } from '../http-once.ts';

/** What GitHub's API gives on one page at most. */
export const PER_PAGE = 100;

export interface Page {
  readonly items: readonly unknown[];
  /** Where the next page starts; undefined where this is the last. */
  readonly cursor: string | undefined;
}

const NEXT = /<([^<>]*)>\s*;\s*rel="?next"?/i;

/**
 * The cursor of the next page (GitHub REST API, "Using pagination"). Only that is the server's word: the address stays
 * ours.
 */
const cursorOf = ({ headers, url }: HttpReply, what: string): string | undefined => {
  const target = NEXT.exec(String(headers.link ?? ''))?.[1];
  if (target === undefined) return undefined;
  const cursor = URL.parse(target, url.href)?.searchParams.get('after') ?? '';
  if (cursor !== '') return cursor;
  throw new CollectError('bad-answer', `${what} has a next page without a cursor`);
};

/**
 * Reads one page of attestations. Throws CollectError `bad-answer`, and the JsonErrors of an answer that is not as it
 * should be.
 */
export const readPage = (reply: HttpReply): Page => {
  const what = `the answer of ${escapeText(reply.url.origin + reply.url.pathname)}`;
  const answer = parseJson(reply.body, { name: what, maxBytes: MAX_BUNDLES_BYTES, maxDepth: MAX_DEPTH });
  const items = arrayOf(objectOf(answer, what).attestations, `${what}: attestations`);
  if (items.length <= PER_PAGE) return { items, cursor: cursorOf(reply, what) };
  throw new CollectError('bad-answer', `${what} has ${items.length} attestations, more than the ${PER_PAGE} of a page`);
};
