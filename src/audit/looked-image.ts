import type { BaseError } from '../base/error.ts';
import type { Part } from '../evidence/evidence.ts';
import type { EntryPoint } from './entry-point.ts';

/** A pin that lies in an image. */
export interface PinInImage {
  /** Where the launcher would find it: an absolute path, or the name of its variable. */
  readonly origin: string;
  readonly bytes: Uint8Array;
}

/** How an image is made from another one. */
export interface DerivedFrom {
  /** `sha256:…` of the lower image: a manifest, or an index. */
  readonly base: string;
  /** Registry and repository where that was read. */
  readonly baseName: string;
  /** Who says that it is that one. The layers are compared, so it is believed of nobody. */
  readonly source: string;
  /** How many layers lie above. */
  readonly added: number;
  /** What it adds or changes beside a pin, one sentence each, escaped. */
  readonly findings: readonly string[];
  readonly pins: readonly PinInImage[];
}

/** What is in an image, read out of bytes that its digest covers. */
export interface ImageContents {
  /** What GRAMMAR_LABEL says, of each image for linux/amd64 that there is; undefined where the label is not there. Of the lower image where `derived` is. */
  readonly grammars: readonly (string | undefined)[];
  /** What the label org.opencontainers.image.title says, likewise: which image of its repository it is. */
  readonly titles: readonly (string | undefined)[];
  /** What each image for linux/amd64 starts, at least one. Of the lower image where `derived` is. */
  readonly entryPoints: readonly EntryPoint[];
  /** Where it was looked for and found. */
  readonly derived?: DerivedFrom;
  /** Why `derived` is not there, where it was looked for, one sentence each, escaped. */
  readonly notes: readonly string[];
  /** Lower images that could not be had. */
  readonly failures: readonly BaseError<string>[];
}

/** An image that the compose names, and what was found in it. */
export interface LookedImage {
  /** `sha256:…`, as the compose has it. */
  readonly digest: string;
  readonly contents: Part<ImageContents>;
}
