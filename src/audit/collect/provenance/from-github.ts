import { escapeText } from '../../../base/escape.ts';
import { MAX_BUNDLE_BYTES, MAX_BUNDLES, MAX_BUNDLES_BYTES } from '../../../provenance/limits.ts';
import { type Digest, digestOf, isDigest } from '../../../registry/digest.ts';
import { readAddress } from '../address.ts';
import { CollectError } from '../errors.ts';
import { httpGet } from '../http-get.ts';
import { HTTP_LIMITS, type HttpLimits } from '../limits.ts';
import { ALLOWANCES, Budget } from './budget.ts';
import { type ProvenanceDocument, unavailable } from './document.ts';
import { asCollectError, type FetchBlob, fromItem } from './github-item.ts';
import { PER_PAGE, readPage } from './github-page.ts';

/** GitHub's REST API. */
export const GITHUB_API = 'https://api.github.com';

export interface GithubOptions {
  /** The API of another instance, or one on loopback: the user named it. */
  readonly api?: string;
  readonly ca?: string;
  readonly limits?: Partial<HttpLimits>;
}

const OWNER = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** The longest list that is gone through to its end. */
const MAX_PAGES = MAX_BUNDLES / PER_PAGE;

const listUrl = (api: URL, repository: string, digest: Digest): URL => {
  const [owner = '', name = '', ...rest] = repository.split('/');
  if (!OWNER.test(owner) || !NAME.test(name) || rest.length > 0) {
    const shown = escapeText(repository.slice(0, 160));
    throw new CollectError('unsupported-target', `'${shown}' is no repository of GitHub`, { hint: 'write owner/name' });
  }
  if (!isDigest(digest)) {
    throw new CollectError('unsupported-target', `'${escapeText(String(digest).slice(0, 160))}' is no digest`);
  }
  const url = new URL(api.origin);
  url.pathname = `${api.pathname.replace(/\/+$/, '')}/repos/${owner}/${name}/attestations/${digest}`;
  url.searchParams.set('per_page', String(PER_PAGE));
  return url;
};

/** What the budget leaves of a document: the same bytes once. */
const within = (budget: Budget, document: ProvenanceDocument): readonly ProvenanceDocument[] => {
  if (document.kind !== 'bundle') return [document];
  const identity = digestOf(document.bytes);
  if (budget.has(identity)) return [];
  budget.keep(identity);
  if (budget.admit(document.bytes.length)) return [document];
  // It was fetched all the same.
  budget.count(document.bytes.length);
  return [];
};

/**
 * The attestations that GitHub keeps for an image: `GET /repos/{owner}/{repo}/attestations/{digest}`, asked without a
 * token. A `bundle_url` is an address of another company's storage, signed in its query: fetched from public https
 * only, or from the API's own origin where the user named that. What the servers do never throws: what cannot be had is
 * in the answer. Throws CollectError `unsupported-target` where `repository` is not `owner/name`, `digest` is none, or
 * `options.api` is no address.
 */
export const fromGithub = async (
  repository: string,
  digest: Digest,
  options: GithubOptions = {},
): Promise<readonly ProvenanceDocument[]> => {
  const api = readAddress(options.api ?? GITHUB_API);
  const list = listUrl(api, repository, digest);
  const named = options.api !== undefined;
  const limits = { ...HTTP_LIMITS, ...options.limits };
  // One for all: a list of slow addresses must not take its time for each.
  const deadline = performance.now() + limits.totalMs;
  const shared = { limits, deadline, ...(options.ca === undefined ? {} : { ca: options.ca }) };

  const fetchBlob: FetchBlob = async (url) => {
    const isOwn = named && url.origin === api.origin;
    if (url.protocol !== 'https:' && !isOwn) {
      throw new CollectError('address-refused', `the bundle is at ${escapeText(url.origin)}, which is not https`);
    }
    return (await httpGet(url, { ...shared, maxBytes: MAX_BUNDLE_BYTES, named: isOwn })).body;
  };

  const documents: ProvenanceDocument[] = [];
  const origin = `GitHub's attestations of ${repository}`;
  const budget = new Budget(origin, ALLOWANCES.github);
  let number = 0;
  try {
    for (let pages = 1; ; pages++) {
      const { items, cursor } = readPage(await httpGet(list, { ...shared, maxBytes: MAX_BUNDLES_BYTES, named }));
      for (const item of items) {
        number++;
        if (budget.isSpent) budget.leaveOut(1);
        else documents.push(...within(budget, await fromItem(item, `${origin}, number ${number}`, fetchBlob)));
      }
      if (cursor === undefined) break;
      if (pages >= MAX_PAGES) {
        throw new CollectError('too-large', `there are more than ${pages} pages of attestations; these are looked at`);
      }
      list.searchParams.set('after', cursor);
    }
  } catch (thrown) {
    documents.push(unavailable(origin, asCollectError(thrown)));
  }
  return [...documents, ...budget.told()];
};
