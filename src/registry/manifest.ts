import { escapeText } from '../base/escape.ts';
import { type JsonObject, objectOf, optional, parseJson, stringOf } from '../base/json.ts';
import { annotationsOf, type Descriptor, descriptorOf, listOf } from './descriptor.ts';
import { guarded, RegistryError } from './errors.ts';
import { MAX_DEPTH, MAX_INDEX_MANIFESTS, MAX_LAYERS, MAX_MANIFEST_BYTES } from './limits.ts';
import { kindOf } from './media-types.ts';
import { checkSpelling } from './spelling.ts';

interface Common {
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** The manifest that this one says something about. */
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One image, or an artifact in the form of one. */
export interface ImageManifest extends Common {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  /** From the lowest up. */
  readonly layers: readonly Descriptor[];
}

/** A list of manifests: an image for several platforms, or what refers to an image. */
export interface ImageIndex extends Common {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export type ManifestDocument = ImageManifest | ImageIndex;

const descriptorsOf = (value: unknown, max: number, what: string): readonly Descriptor[] =>
  listOf(value, max, what).map((item, index) => descriptorOf(item, `${what}[${index}]`));

/**
 * The type that the document says it has, which its digest covers; the server's word only where it says nothing. Where
 * both speak they must agree (OCI image specification, "Image Manifest Property Descriptions").
 */
const typeOf = (fields: JsonObject, served: string, what: string): string => {
  const own = optional(stringOf, fields.mediaType, `${what}: mediaType`);
  if (own === undefined || own === served) return served;
  throw new RegistryError(
    'bad-manifest',
    `${what} is served as '${escapeText(served)}' and says that it is '${escapeText(own)}'`,
  );
};

/** What is read of either kind. */
const NAMES = [
  ...['schemaVersion', 'mediaType', 'artifactType', 'subject', 'annotations'],
  ...['config', 'layers', 'manifests'],
];

const MEMBERS = { manifest: ['config', 'layers'], index: ['manifests'] } as const;

const read = (bytes: Uint8Array, served: string, what: string): ManifestDocument => {
  const parsed = parseJson(bytes, { name: what, maxBytes: MAX_MANIFEST_BYTES, maxDepth: MAX_DEPTH });
  const fields = objectOf(parsed, what);
  checkSpelling(fields, NAMES, what);
  const mediaType = typeOf(fields, served, what);
  const kind = kindOf(mediaType);
  if (kind === undefined) {
    throw new RegistryError('media-type', `${what} has the media type '${escapeText(mediaType)}', which is not known`, {
      hint: 'manifests and indexes of OCI and of Docker (version 2, schema 2) are read',
    });
  }
  if (fields.schemaVersion !== 2) throw new RegistryError('bad-manifest', `${what} has no schemaVersion 2`);
  // One document that is two things by who reads it (CVE-2021-41190).
  const foreign = MEMBERS[kind === 'index' ? 'manifest' : 'index'].find((member) => Object.hasOwn(fields, member));
  if (foreign !== undefined) {
    throw new RegistryError('bad-manifest', `${what} is an image ${kind} and has '${foreign}' as the other kind does`);
  }
  const common = {
    mediaType,
    artifactType: optional(stringOf, fields.artifactType, `${what}: artifactType`),
    subject: optional(descriptorOf, fields.subject, `${what}: subject`),
    annotations: annotationsOf(fields.annotations, `${what}: annotations`),
  };
  if (kind === 'index') {
    // Go writes an empty list as null.
    const manifests = fields.manifests === null ? [] : fields.manifests;
    return { kind, ...common, manifests: descriptorsOf(manifests, MAX_INDEX_MANIFESTS, `${what}: manifests`) };
  }
  return {
    kind,
    ...common,
    config: descriptorOf(fields.config, `${what}: config`),
    layers: descriptorsOf(fields.layers, MAX_LAYERS, `${what}: layers`),
  };
};

/**
 * Reads a manifest or an index. `served` is the media type that the server gave, lower case, without parameters; `what`
 * names the document, escaped. Throws RegistryError `bad-manifest`, `media-type`, `too-large`.
 */
export const readManifest = (bytes: Uint8Array, served: string, what: string): ManifestDocument =>
  guarded('bad-manifest', () => read(bytes, served, what));
