import { BaseError } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { GRAMMAR_LABEL } from '../../../pin/grammar-label.ts';
import { describeImage, type PlatformImage } from '../../../registry/describe-image.ts';
import { isDigest } from '../../../registry/digest.ts';
import { RegistryError } from '../../../registry/errors.ts';
import type { Repository } from '../../../registry/repository.ts';
import { readEntryPoint } from '../../entry-point.ts';
import type { ImageContents } from '../../looked-image.ts';
import type { Policy } from '../../policy/policy.ts';
import { TITLE_LABEL } from '../rebuild/stage-of.ts';
import { inspectImages } from './inspect.ts';
import { type NamedBase, nameBases } from './name-bases.ts';

/** The repository by a name, which may be hostile. Throws RegistryError where it is none, or may not be contacted. */
export type OpenRepository = (name: string) => Repository;

export interface LookRequest {
  readonly open: OpenRepository;
  /** As the compose names it, hostile: registry and repository, and the digest. */
  readonly name: string;
  readonly digest: string;
  /** Whether a pin in it is looked for. */
  readonly isPinWanted: boolean;
  readonly policy: Policy;
  /** The image that it should be made from, `NAME@sha256:…`, named by the auditor. */
  readonly base: string | undefined;
}

const describe = async (repository: Repository, digest: string): Promise<readonly PlatformImage[]> => {
  if (!isDigest(digest)) throw new RegistryError('bad-reference', `'${escapeText(digest)}' is no digest`);
  return (await describeImage(repository, digest)).platformManifests;
};

/** What the configs of an image say of the launcher in it. */
const toldBy = (images: readonly PlatformImage[]): Pick<ImageContents, 'grammars' | 'titles' | 'entryPoints'> => ({
  grammars: images.map(({ config }) => config.labels[GRAMMAR_LABEL]),
  titles: images.map(({ config }) => config.labels[TITLE_LABEL]),
  entryPoints: images.map(({ config }) => readEntryPoint(config.config.Entrypoint)),
});

/** The lower image, from where it is said to be, else from beside the other one. Throws RegistryError of the first place. */
const findBase = async ({ digest, name }: NamedBase, beside: Repository, openNamed: OpenRepository) => {
  const places = [...(name === undefined || name === beside.name ? [] : [() => openNamed(name)]), () => beside];
  const errors: unknown[] = [];
  for (const open of places) {
    try {
      const repository = open();
      return { name: repository.name, images: await describe(repository, digest) };
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      errors.push(error);
    }
  }
  throw errors[0];
};

/**
 * What is in an image: the version of the pin's grammar that its launcher reads; and where a pin is wanted, from which launcher image it is made
 * and what it adds. Only its own registry and the one of the lower image are asked. Throws RegistryError for its own; what cannot be had of
 * lower images is in the notes.
 */
export const lookInto = async ({
  open,
  name,
  digest,
  isPinWanted,
  policy,
  base,
}: LookRequest): Promise<ImageContents> => {
  const repository = open(name);
  const images = await describe(repository, digest);
  const plain = { ...toldBy(images), notes: [], failures: [] };
  if (!isPinWanted) return plain;
  // describeImage gives one at least.
  const named = nameBases(digest, images[0]!, policy, base);
  if (named.length === 0) return { ...plain, notes: ['it names no image that it is made from'] };
  const notes: string[] = [];
  const failures: BaseError<string>[] = [];
  for (const one of named) {
    try {
      const lower = await findBase(one, repository, open);
      const found = await inspectImages(repository, images, lower.images);
      if (found !== undefined) {
        const derived = { base: one.digest, baseName: lower.name, source: one.source, ...found };
        return { ...toldBy(lower.images), derived, notes: [], failures: [] };
      }
      notes.push(`it is not made from ${one.digest}: its lowest layers are others`);
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      // A registry that answers has not got it: then the auditor has to say where it lies, or it is another image.
      if (error.code === 'not-found') notes.push(`${one.digest} is not there to compare with: ${error.message}`);
      else failures.push(error);
    }
  }
  return { ...plain, notes, failures };
};
