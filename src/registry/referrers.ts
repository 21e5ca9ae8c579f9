import type { Connection } from './connection.ts';
import type { Descriptor } from './descriptor.ts';
import { type Digest, referrersTag } from './digest.ts';
import { RegistryError } from './errors.ts';
import type { HttpReply } from './http/exchange.ts';
import { showUrl } from './http/failures.ts';
import { MAX_MANIFEST_BYTES, MAX_REFERRER_PAGES, MAX_REFERRERS } from './limits.ts';
import { type ManifestDocument, readManifest } from './manifest.ts';
import { bareType, OCI_INDEX } from './media-types.ts';

export interface Referrers {
  /** Where the list comes from: the API, or the tag that stands in for it. Undefined where there is neither. */
  readonly via: 'referrers' | 'tag' | undefined;
  /** Each digest once. */
  readonly descriptors: readonly Descriptor[];
}

/** The target of `rel="next"` in a `Link` header (RFC 8288, 3), which has one link. */
const nextOf = ({ headers, url }: HttpReply): URL | undefined => {
  const link = headers.link;
  if (link === undefined) return undefined;
  const target = /^\s*<([^<>]*)>\s*;\s*rel=(?:"next"|next)\s*$/i.exec(String(link))?.[1];
  const next = target === undefined ? null : URL.parse(target, url.href);
  if (next !== null) return next;
  throw new RegistryError('bad-answer', `${showUrl(url)} has a Link header that is no link to a next page`);
};

/** All pages of the API. Undefined where the registry does not have it. */
const fromApi = async ({ base, get }: Connection, digest: Digest): Promise<readonly Descriptor[] | undefined> => {
  const start = new URL(`referrers/${digest}`, base);
  const found: Descriptor[] = [];
  const seen = new Set<string>();
  for (let url: URL | undefined = start; url !== undefined; ) {
    if (url.origin !== start.origin || url.pathname !== start.pathname) {
      throw new RegistryError('bad-answer', `${showUrl(start)} continues at ${showUrl(url)}, which is another list`);
    }
    if (seen.has(url.href) || seen.size >= MAX_REFERRER_PAGES) {
      throw new RegistryError('bad-answer', `${showUrl(start)} does not end after ${seen.size} pages`);
    }
    seen.add(url.href);
    const reply = await get({ method: 'GET', url, accept: OCI_INDEX, maxBytes: MAX_MANIFEST_BYTES });
    const type = bareType(reply.headers['content-type']);
    // What answers anything with a page of its own does not have the API (OCI distribution specification, "Listing Referrers").
    if (type !== OCI_INDEX) return undefined;
    const document = readManifest(reply.body, type, `the referrers of ${digest}`);
    if (document.kind === 'index') found.push(...document.manifests);
    if (found.length > MAX_REFERRERS) {
      throw new RegistryError('too-large', `${showUrl(start)} lists more than ${MAX_REFERRERS} referrers`);
    }
    url = nextOf(reply);
  }
  return found;
};

/**
 * What a registry says that does not have what was asked for: 404, or another refusal of an address that it does not
 * know.
 */
const isMissing = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof RegistryError && codes.includes(error.code);

const orElse = async <T>(codes: readonly string[], read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error, codes)) return undefined;
    throw error;
  }
};

const withoutRepeats = (descriptors: readonly Descriptor[]): readonly Descriptor[] => [
  ...new Map(descriptors.map((one) => [one.digest, one])).values(),
];

/**
 * What refers to `digest`: by the referrers API; by the tag `sha256-<hex>` where there is no such API, and where it
 * answers with an empty list (OCI distribution specification, "Listing Referrers" and "Referrers Tag Schema"; GHCR
 * answers so). Throws RegistryError.
 */
export const findReferrers = async (
  connection: Connection,
  manifest: (tag: string) => Promise<{ readonly document: ManifestDocument }>,
  digest: Digest,
): Promise<Referrers> => {
  const listed = await orElse(['not-found', 'server-refused'], () => fromApi(connection, digest));
  if (listed !== undefined && listed.length > 0) return { via: 'referrers', descriptors: withoutRepeats(listed) };
  const tagged = await orElse(['not-found'], () => manifest(referrersTag(digest)));
  if (tagged === undefined) return { via: listed === undefined ? undefined : 'referrers', descriptors: [] };
  if (tagged.document.kind !== 'index') {
    throw new RegistryError('bad-manifest', `the tag ${referrersTag(digest)} holds no index, so no list of referrers`);
  }
  return { via: 'tag', descriptors: withoutRepeats(tagged.document.manifests) };
};
