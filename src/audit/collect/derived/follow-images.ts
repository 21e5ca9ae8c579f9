import { BaseError } from '../../../base/error.ts';
import type { Part } from '../../../evidence/evidence.ts';
import { PIN_VARIABLE } from '../../../compose/programs.ts';
import type { Service } from '../../../compose/document.ts';
import type { AttestedCompose } from '../../attested-compose.ts';
import { type ImageDocument, keepingDocuments, savedRepository } from '../../bundle/image-documents.ts';
import type { ImageContents, LookedImage } from '../../looked-image.ts';
import type { Policy } from '../../policy/policy.ts';
import { lookInto, type OpenRepository } from './look-into.ts';
import { repositoryAt } from './open-repository.ts';

/** How long the registries may take for all images together, in milliseconds. */
const IMAGES_MS = 30_000;
/** Images that are looked into for a pin where no service is known to be the launcher's; each costs some ten requests. */
const MAX_CANDIDATES = 8;

export interface ImageOptions {
  /** A registry that the auditor named, `host[:port]`: it alone may be private. */
  readonly registry: string | undefined;
  /** The launcher image that a derived one is made from, `NAME@sha256:…`. */
  readonly base?: string | undefined;
  /** Whether the config of a launcher image is fetched that is not looked into for a pin. */
  readonly isGrammarWanted: boolean;
  /** Is told all documents that came, for whoever keeps them. */
  readonly recordImages?: ((documents: readonly ImageDocument[]) => void) | undefined;
  /** What an earlier run was given: then nobody is asked. */
  readonly savedImages?: readonly ImageDocument[] | undefined;
  /** Takes a line of progress, unescaped. */
  readonly note: (line: string) => void;
}

interface Candidate {
  readonly name: string;
  readonly digest: string;
  readonly isPinWanted: boolean;
}

const candidateOf = ({ image }: Service, isPinWanted: boolean): Candidate[] =>
  image?.digest === undefined ? [] : [{ name: image.name, digest: image.digest, isPinWanted }];

const hasPinVariable = ({ environment }: Service): boolean => environment.some(({ name }) => name === PIN_VARIABLE);

/**
 * The images to look into: the launcher's; where the compose gives no service a pin, all of them, since one may hold it. More than one launcher
 * is none.
 */
const candidatesOf = ({ review, launchers }: AttestedCompose, isGrammarWanted: boolean): Candidate[] => {
  const { file, launcher, pinText } = review;
  if (file === undefined) return [];
  if (launcher !== undefined) {
    const isPinWanted = pinText === undefined && !hasPinVariable(launcher);
    return isPinWanted || isGrammarWanted ? candidateOf(launcher, isPinWanted) : [];
  }
  const isOne = ({ image }: Service): boolean => launchers.some(({ digest }) => digest === image?.digest);
  if (file.services.some(isOne)) return [];
  const all = file.services.flatMap((service) => candidateOf(service, true));
  return [...new Map(all.map((one) => [one.digest, one])).values()];
};

/** Repositories that are asked, within one deadline for all, and of which everything goes into `seen`; or those of what was saved. */
const openFor = ({ registry, savedImages }: ImageOptions, seen: ImageDocument[]): OpenRepository => {
  if (savedImages !== undefined) return (name) => savedRepository(savedImages, name);
  const deadline = performance.now() + IMAGES_MS;
  return (name) => keepingDocuments(repositoryAt(name, { registry, deadline }), seen);
};

const lookAt = async (
  candidate: Candidate,
  policy: Policy,
  { base }: ImageOptions,
  open: OpenRepository,
): Promise<Part<ImageContents>> => {
  const origin = `registry of ${candidate.name}@${candidate.digest}`;
  try {
    return { origin, value: await lookInto({ ...candidate, policy, base, open }) };
  } catch (error) {
    if (error instanceof BaseError) return { origin, error };
    throw error;
  }
};

/**
 * Looks into images that the compose names: for the version of the pin's grammar, and where the compose gives no pin, for one that lies in a
 * derived image. What the evidence names is hostile, and only fetched from public https. Undefined where there is nothing to look into; what
 * cannot be had is in the answer.
 */
export const followImages = async (
  compose: AttestedCompose,
  policy: Policy,
  options: ImageOptions,
): Promise<Part<readonly LookedImage[]> | undefined> => {
  const candidates = candidatesOf(compose, options.isGrammarWanted);
  if (candidates.length === 0) return undefined;
  const seen: ImageDocument[] = [];
  const open = openFor(options, seen);
  const value: LookedImage[] = [];
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
    const { name, digest, isPinWanted } = candidate;
    options.note(`looking into the image ${name}@${digest}${isPinWanted ? ' for a pin' : ''}`);
    value.push({ digest, contents: await lookAt(candidate, policy, options, open) });
  }
  if (candidates.length > MAX_CANDIDATES) {
    options.note(`of ${candidates.length} images the first ${MAX_CANDIDATES} are looked into for a pin`);
  }
  options.recordImages?.(seen);
  return { origin: value.map(({ contents }) => contents.origin).join(', '), value };
};
