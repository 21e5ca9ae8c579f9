import { messageOf } from '../../base/error.ts';
import type { Logger } from '../../base/log.ts';
import type { Descriptor } from '../../registry/descriptor.ts';
import type { Digest } from '../../registry/digest.ts';
import { isTransient, RegistryError, type RegistryErrorCode } from '../../registry/errors.ts';
import { isLinuxAmd64 } from '../../registry/platform.ts';
import { type Reference, showReference } from '../../registry/reference.ts';
import { type FetchedManifest, openRepository, type Repository } from '../../registry/repository.ts';
import { nextPause, type Sleep } from '../backoff.ts';
import type { ImageSource, RetryRule } from '../config/launcher-config.ts';
import type { ImageDigest } from '../digest.ts';
import { MpcError } from '../errors.ts';
import { MAX_INDEX_DEPTH, MAX_VISITS } from '../limits.ts';
import { readTaggedImage } from './tagged-image.ts';

export interface FindTask {
  readonly source: ImageSource & { readonly kind: 'config' };
  /** Of the config. */
  readonly wanted: ImageDigest;
  readonly log: Logger;
  readonly sleep: Sleep;
}

interface Visit {
  readonly tagOrDigest: string;
  /** Indexes above it. */
  readonly depth: number;
}

const mayPass = (error: unknown): error is RegistryError =>
  isTransient(error) || (error instanceof RegistryError && error.code === 'timed-out');

/** One manifest, asked for as often as the rule says where asking again can help. Throws RegistryError. */
const fetchPatiently = async (
  repository: Repository,
  tagOrDigest: string,
  rule: RetryRule,
  { log, sleep }: FindTask,
): Promise<FetchedManifest> => {
  for (let retry = 0; ; retry++) {
    try {
      return await repository.manifest(tagOrDigest);
    } catch (error) {
      if (!mayPass(error)) throw error;
      const { message, retryAfterMs } = error;
      const limited = message.includes('status 429');
      const next = nextPause({ transient: true, limited, retryAfterMs }, retry, rule);
      if ('stop' in next) throw error;
      log.warning(`no answer for ${tagOrDigest}, asking again in ${next.ms / 1000} s: ${message}`);
      await sleep(next.ms);
    }
  }
};

const runsHere = ({ platform }: Descriptor): boolean => platform === undefined || isLinuxAmd64(platform);

/** What an answer was wrong with. Of any other failure it is not known what the answer would have been: it might have been the one. */
const DECIDED: ReadonlySet<RegistryErrorCode> = new Set([
  'not-found',
  'bad-manifest',
  'media-type',
  'too-large',
  'digest-mismatch',
]);

/** What is known once everything was looked at, and nothing was found. */
const notFound = (reference: Reference, { source, wanted }: FindTask, failures: readonly RegistryError[]): MpcError => {
  const where = `${showReference(reference)} (${source.tags.join(', ')})`;
  const unanswered = failures.find(({ code }) => !DECIDED.has(code));
  if (unanswered !== undefined) {
    return new MpcError('tags-unavailable', `not all tags of ${where} could be looked at: ${unanswered.message}`, {
      hint: unanswered.hint ?? 'look at the network and the registry',
      cause: unanswered,
    });
  }
  const said = failures[0] === undefined ? '' : `; ${failures.length} failed, the first: ${failures[0].message}`;
  return new MpcError('image-not-among-tags', `no tag of ${where} leads to an image with the config ${wanted}${said}`, {
    hint: 'name a tag of the approved image in image_tags; IMAGE_DIGEST_KIND=config wants digests of configs',
  });
};

/**
 * The image by manifest digest, with its registry, whose manifest names `wanted` as its config. Tags are looked at in their
 * order, then what their indexes list for linux/amd64; each manifest is hashed here, so what a tag or a header says does not matter.
 * What cannot be read is passed over with a warning. Nothing is pulled.
 *
 * docker's image id is not asked: with the containerd store it is not the config's digest.
 * @returns `registry/name@sha256:…`
 * @throws MpcError `image-not-among-tags`, `tags-unavailable`, `image-reference-invalid`
 */
export const findManifest = async (task: FindTask): Promise<string> => {
  const { source, wanted, log } = task;
  const reference = readTaggedImage(source);
  const { requestMs } = source;
  // Retries are made here, by the user's rule; token, redirects and answer have the time of three requests.
  const limits = { attempts: 1, connectMs: requestMs, idleMs: requestMs, totalMs: 3 * requestMs };
  const repository = openRepository(reference, { named: true, limits });
  const queue: Visit[] = source.tags.map((tagOrDigest) => ({ tagOrDigest, depth: 0 }));
  const seen = new Set<string>();
  const failures: RegistryError[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { tagOrDigest, depth } = next;
    if (seen.has(tagOrDigest)) continue;
    if (seen.size === MAX_VISITS) {
      log.warning(`${MAX_VISITS} manifests were looked at, and no more will be`);
      break;
    }
    seen.add(tagOrDigest);
    try {
      const { digest, document } = await fetchPatiently(repository, tagOrDigest, source.requests, task);
      if (document.kind === 'index') {
        if (depth === MAX_INDEX_DEPTH) log.warning(`${tagOrDigest}: indexes in one another are too deep, passed over`);
        else
          queue.push(
            ...document.manifests.filter(runsHere).map((child) => ({ tagOrDigest: child.digest, depth: depth + 1 })),
          );
      } else if (document.config.digest === (wanted satisfies string as Digest)) {
        return showReference({ ...reference, tag: undefined, digest });
      } else log.warning(`${tagOrDigest} has the config ${document.config.digest}, passed over`);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      failures.push(error);
      log.warning(`${tagOrDigest} is passed over: ${messageOf(error)}`, { code: error.code });
    }
  }
  throw notFound(reference, task, failures);
};
