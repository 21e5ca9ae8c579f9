import { BaseError } from '../../base/error.ts';
import type { Part } from '../../evidence/evidence.ts';
import { describeImage } from '../../registry/describe-image.ts';
import { isDigest } from '../../registry/digest.ts';
import { parseReference } from '../../registry/reference.ts';
import { openRepository, type Repository } from '../../registry/repository.ts';
import type { ProvenanceMaterial } from '../evidence.ts';
import { type ImageDocument, keepingDocuments, savedRepository } from '../bundle/image-documents.ts';
import type { ProvenancePolicy } from '../policy/policy.ts';
import { type ProvenanceDocument, orUnavailable, readDocuments } from './provenance/document.ts';
import { fromFile } from './provenance/from-file.ts';
import { fromGithub } from './provenance/from-github.ts';
import { fromRegistry } from './provenance/from-registry.ts';

/** How long the registry may take for all that is asked of it, in milliseconds. */
const REGISTRY_MS = 60_000;

export type ProvenanceRecorder = (documents: readonly ProvenanceDocument[], image: readonly ImageDocument[]) => void;

/** What an earlier run found. */
export interface SavedProvenance {
  /** Where it is now, for messages. */
  readonly origin: string;
  readonly documents: readonly ProvenanceDocument[];
  readonly image: readonly ImageDocument[];
}

export interface ProvenanceRequest {
  /** The image as the app-compose names it, hostile; and its digest. */
  readonly image: { readonly text: string; readonly digest: string };
  /** Files that the auditor named. */
  readonly bundles: readonly string[];
  /** A registry that the auditor named, `host[:port]`: it may be private. */
  readonly registry: string | undefined;
  readonly policy: ProvenancePolicy | undefined;
  readonly offline: boolean;
  /** Takes a line of progress, unescaped. */
  readonly note: (line: string) => void;
  /** Is told what was found, for whoever keeps it. */
  readonly record?: ProvenanceRecorder | undefined;
  /** What an earlier run found, in place of all servers. */
  readonly saved?: SavedProvenance | undefined;
}

/** The repository of the image; undefined where its name is none that is contacted. */
const repositoryOf = ({ image, registry, note }: ProvenanceRequest): Repository | undefined => {
  try {
    const reference = parseReference(image.text);
    return openRepository(reference, {
      named: registry !== undefined && reference.registry === registry,
      deadline: performance.now() + REGISTRY_MS,
    });
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    note(error.message);
    return undefined;
  }
};

/** GitHub's name of the repository that the policy expects; undefined where that is elsewhere. */
const githubName = (policy: ProvenancePolicy | undefined): string | undefined =>
  /^https:\/\/github\.com\/([^/]+\/[^/]+?)(?:\.git)?$/.exec(policy?.repository?.value ?? '')?.[1];

/** The digests of an index's children for linux/amd64; none where the digest names a manifest, or cannot be read. */
const childrenOf = async (
  repository: Repository,
  digest: string,
  note: (line: string) => void,
  seen: ImageDocument[] = [],
) => {
  if (!isDigest(digest)) return undefined;
  try {
    const { indexDigest, platformManifests } = await describeImage(keepingDocuments(repository, seen), digest);
    return indexDigest === undefined ? undefined : platformManifests.map((one) => one.digest);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    note(error.message);
    return undefined;
  }
};

/**
 * Looks for provenance of the launcher's image: in the files that were named, at its registry, and at GitHub for the repository that the
 * policy expects. Undefined where it was looked for nowhere. A place that fails does not hide the others, and is noted; files throw CollectError.
 */
export const followProvenance = async (request: ProvenanceRequest): Promise<Part<ProvenanceMaterial> | undefined> => {
  const { image, bundles, policy, note, record, saved } = request;
  const offline = request.offline || saved !== undefined;
  const documents: ProvenanceDocument[] = [...bundles.map(fromFile), ...(saved?.documents ?? [])];
  const seen: ImageDocument[] = [];
  let children: readonly string[] | undefined;
  if (!offline && isDigest(image.digest)) {
    const { digest } = image;
    const repository = repositoryOf(request);
    if (repository !== undefined) {
      note(`looking for provenance of the launcher's image at ${repository.name}`);
      children = await childrenOf(repository, digest, note, seen);
      documents.push(...(await orUnavailable(repository.name, () => fromRegistry(repository, digest))));
    }
    const github = githubName(policy);
    if (github !== undefined) {
      note(`looking for provenance of the launcher's image at GitHub, ${github}`);
      documents.push(...(await orUnavailable(`GitHub, ${github}`, () => fromGithub(github, digest))));
    }
  }
  if (saved !== undefined && saved.image.length > 0) {
    children = await childrenOf(savedRepository(saved.image, saved.origin), image.digest, note);
  }
  // Of an image that is no index the digest itself says all.
  record?.(documents, children === undefined ? [] : seen);
  if (documents.length === 0 && offline) return undefined;
  const { sources, failures } = readDocuments(documents);
  for (const failure of failures) note(failure);
  return {
    origin: documents.length === 0 ? `registry of ${image.text}` : documents.map(({ origin }) => origin).join(', '),
    value: { image: image.digest, bundles: sources, ...(children === undefined ? {} : { children }) },
  };
};
