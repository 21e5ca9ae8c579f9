import { JsonError, parseJson } from '../../base/json.ts';
import { escapeText } from '../../base/escape.ts';
import { MAX_RECEIPT_BYTES } from '../../evidence/receipt/limits.ts';
import { MAX_BUNDLE_BYTES, MAX_BUNDLES_BYTES, MAX_ROOT_BYTES } from '../../provenance/limits.ts';
import { MAX_ANSWER_BYTES, MAX_COLLATERAL_BYTES } from '../collect/limits.ts';
import type { ProvenanceDocument } from '../collect/provenance/document.ts';
import { MAX_ATTEST_BYTES, MAX_LOG_BYTES } from '../collect/runtime/limits.ts';
import { bytesOfBase64, type Content, contentBytes } from './content.ts';
import { BundleError } from './errors.ts';
import type { ImageDocument } from './image-documents.ts';
import { MAX_HISTORY_BYTES, MAX_IMAGE_BYTES, MAX_PACKS_BYTES, MAX_SAVED_BYTES, MAX_SAVED_DEPTH } from './limits.ts';
import type { SavedRefs } from './saved-refs.ts';
import { type BundleFile, bundleSchema } from './schema.ts';
import { BUNDLE_SCHEMA } from './schema-id.ts';
import { sha256Hex } from './sha256.ts';

/** Bytes of a bundle, where they once came from, and when: by the word of whoever made the bundle. */
export interface SavedPart {
  readonly origin: string;
  readonly at: string;
  readonly bytes: Uint8Array;
}

export interface SavedRoot {
  readonly origin: string;
  /** Computed here. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** An evidence bundle, decoded and within its bounds. Nothing in it is believed. */
export interface Bundle {
  /** The path that was named. */
  readonly path: string;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly sha256: string;
  readonly target: string;
  readonly collectedAt: string;
  /** Seconds since 1970. */
  readonly judgedAt: number;
  readonly answer: SavedPart;
  readonly collateral: SavedPart | undefined;
  readonly receipt: SavedPart | undefined;
  readonly attest: SavedPart | undefined;
  readonly nonce: Uint8Array | undefined;
  readonly logs: SavedPart | undefined;
  readonly roots: { readonly tdx: SavedRoot; readonly sigstore: readonly SavedRoot[] };
  readonly documents: readonly ProvenanceDocument[];
  readonly images: readonly ImageDocument[];
  readonly source:
    | {
        readonly origin: string;
        readonly at: string;
        readonly packs: ReadonlyMap<string, Uint8Array>;
        readonly refs: (SavedRefs & { readonly origin: string; readonly at: string }) | undefined;
      }
    | undefined;
}

/** Of a value that is refused, its place is shown in so many characters. */
const MAX_SHOWN = 200;

const malformed = (name: string, why: string, cause?: unknown): BundleError =>
  new BundleError('malformed', `${name} is no evidence bundle: ${why}`, {
    hint: 'save it again with twl verify TARGET --save FILE; docs/bundle.md has its form',
    cause,
  });

/** The JSON of a bundle in the one form that is read. */
const readFile = (bytes: Uint8Array, name: string): BundleFile => {
  let json: unknown;
  try {
    json = parseJson(bytes, { name, maxBytes: MAX_SAVED_BYTES, maxDepth: MAX_SAVED_DEPTH });
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw malformed(name, cause.message, cause);
  }
  const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
  if (typeof schema === 'string' && schema !== BUNDLE_SCHEMA && schema.startsWith('twl-evidence-bundle/')) {
    const shown = escapeText(schema.slice(0, MAX_SHOWN));
    throw new BundleError(
      'unsupported-version',
      `${name} is of the form ${shown}, and this program reads ${BUNDLE_SCHEMA}`,
      {
        hint: 'use the version of the program that saved it, or a newer one',
      },
    );
  }
  const read = bundleSchema.safeParse(json);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const where = escapeText(issue.path.map(String).join('.').slice(0, MAX_SHOWN)) || 'the whole of it';
  // A key that nobody knows would be shown to nobody.
  const why =
    issue.code === 'unrecognized_keys'
      ? `has a key '${escapeText(issue.keys[0]!.slice(0, MAX_SHOWN))}' that is not known`
      : 'is not as it should be';
  throw malformed(name, `${where} ${why}`);
};

type FilePart = Content & { readonly origin: string; readonly at: string };
type FileRoot = Content & { readonly origin: string; readonly sha256: string };

const partOf = (part: FilePart, maxBytes: number, what: string): SavedPart => ({
  origin: part.origin,
  at: part.at,
  bytes: contentBytes(part, maxBytes, what),
});

const rootOf = (root: FileRoot, what: string): SavedRoot => {
  const bytes = contentBytes(root, MAX_ROOT_BYTES, what);
  const sha256 = sha256Hex(bytes);
  if (sha256 === root.sha256) return { origin: root.origin, sha256, bytes };
  throw new BundleError('contradictory', `${what} hashes to ${sha256} and not to the ${root.sha256} beside it`, {
    hint: 'the bundle was changed or damaged: take it from where it was saved',
  });
};

const documentOf = (
  document: NonNullable<BundleFile['provenance']>['documents'][number],
  what: string,
): ProvenanceDocument => {
  const { kind, origin } = document;
  if (kind === 'bundle') return { kind, origin, bytes: contentBytes(document, MAX_BUNDLES_BYTES, what) };
  const { annotations, media_type: mediaType } = document;
  const content = contentBytes(document, MAX_BUNDLE_BYTES, what);
  return { kind, origin, layer: { mediaType, annotations, content } };
};

/** Decodes parts that may have so many bytes together: each is told how many are left. */
const together = (maxBytes: number) => {
  let left = maxBytes;
  return (decode: (left: number) => Uint8Array): Uint8Array => {
    const bytes = decode(left);
    left -= bytes.length;
    return bytes;
  };
};

const imagesOf = (images: NonNullable<BundleFile['images']>, name: string): ImageDocument[] => {
  const decoded = together(MAX_IMAGE_BYTES);
  return images.map((one, index) => ({
    digest: one.digest,
    mediaType: one.media_type,
    bytes: decoded((left) => contentBytes(one, left, `${name}, images.${index}`)),
  }));
};

const refsOf = (
  { origin, at, head, branches, tags, list, objects }: NonNullable<NonNullable<BundleFile['source']>['refs']>,
  what: string,
): NonNullable<NonNullable<Bundle['source']>['refs']> => {
  const decoded = together(MAX_HISTORY_BYTES);
  const refs = list.map(({ name, id, peeled }) => ({ name, id, ...(peeled === undefined ? {} : { peeled }) }));
  return {
    origin,
    at,
    list: { refs, head: head ?? undefined },
    branches,
    tags,
    objects: objects.map((object) => ({
      type: object.type,
      data: decoded((left) => contentBytes(object, left, `${what}, objects`)),
    })),
  };
};

const sourceOf = ({ origin, at, packs, refs }: NonNullable<BundleFile['source']>, what: string): Bundle['source'] => {
  const decoded = together(MAX_PACKS_BYTES);
  const byCommit = new Map<string, Uint8Array>();
  for (const { commit, base64 } of packs) {
    if (byCommit.has(commit)) throw malformed(what, `it holds two packs of ${commit}`);
    const pack = decoded((left) => bytesOfBase64(base64, left, `${what}, the pack of ${commit}`));
    byCommit.set(commit, pack);
  }
  return { origin, at, packs: byCommit, refs: refs && refsOf(refs, `${what}, refs`) };
};

/**
 * Reads an evidence bundle. Its size is bounded before it is parsed, that of each part before it is decoded; a key that is given twice or that nobody
 * knows is an error. Nothing is judged: the parts go to the readers of what they were taken from.
 * @param path what the user named, for messages
 * @throws BundleError `malformed`, `too-large`, `unsupported-version`, `contradictory`
 */
export const readBundle = (bytes: Uint8Array, path: string): Bundle => {
  const name = escapeText(path);
  const file = readFile(bytes, name);
  const part = (key: 'collateral' | 'receipt' | 'attest' | 'logs', maxBytes: number): SavedPart | undefined => {
    const found = file[key];
    return found === undefined ? undefined : partOf(found, maxBytes, `${name}, ${key}`);
  };
  const { provenance, source, roots } = file;
  return {
    path,
    sha256: sha256Hex(bytes),
    target: file.target,
    collectedAt: file.collected_at,
    judgedAt: secondsOf(file.judged_at, name),
    answer: partOf(file.answer, MAX_ANSWER_BYTES, `${name}, answer`),
    collateral: part('collateral', MAX_COLLATERAL_BYTES),
    receipt: part('receipt', MAX_RECEIPT_BYTES),
    attest: part('attest', MAX_ATTEST_BYTES),
    nonce: file.nonce === undefined ? undefined : new Uint8Array(Buffer.from(file.nonce, 'hex')),
    logs: part('logs', MAX_LOG_BYTES),
    roots: {
      tdx: rootOf(roots.tdx, `${name}, roots.tdx`),
      sigstore: roots.sigstore.map((root, index) => rootOf(root, `${name}, roots.sigstore.${index}`)),
    },
    documents: (provenance?.documents ?? []).map((one, index) =>
      documentOf(one, `${name}, provenance.documents.${index}`),
    ),
    images: imagesOf(file.images ?? [], name),
    source: source && sourceOf(source, `${name}, source`),
  };
};

const secondsOf = (time: string, name: string): number => {
  const seconds = Date.parse(time) / 1000;
  if (Number.isSafeInteger(seconds)) return seconds;
  throw malformed(name, `judged_at is no time: ${time}`);
};
