import * as z from 'zod/mini';
import { MAX_BUNDLES } from '../../provenance/limits.ts';
import {
  MAX_ANNOTATIONS,
  MAX_HISTORY_OBJECTS,
  MAX_IMAGE_DOCUMENTS,
  MAX_ORIGIN,
  MAX_PACKS,
  MAX_SAVED_REFS,
  MAX_SAVED_ROOTS,
} from './limits.ts';
import { BUNDLE_SCHEMA } from './schema-id.ts';

const described = <T extends z.ZodMiniType>(type: T, description: string): T => type.check(z.describe(description));
const matching = (pattern: RegExp, description: string) => described(z.string().check(z.regex(pattern)), description);

const words = (description: string) => described(z.string().check(z.maxLength(MAX_ORIGIN)), description);
const origin = words('Where it came from, in words, without the query of an address.');
const time = (description: string) => matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, description);
const at = time('When this run took it, by the clock of its machine: ISO 8601 in UTC.');
const text = described(z.string(), 'The bytes, as UTF-8.');
const base64 = described(z.string(), 'The bytes, in base64 (RFC 4648 section 4).');
const sha256 = matching(/^[0-9a-f]{64}$/, 'SHA-256 of the bytes; it must fit.');
const digest = matching(/^sha256:[0-9a-f]{64}$/, 'What the bytes hash to; it must fit.');
const objectId = (description: string) => matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, description);
const count = (description: string) => described(z.int().check(z.minimum(0)), description);
const listOf = <T extends z.ZodMiniType>(element: T, max: number, description: string) =>
  described(z.array(element).check(z.maxLength(max)), description);

/** Keys, and the bytes: as text where they are UTF-8. */
const holding = <T extends z.core.$ZodLooseShape>(keys: T) =>
  z.union([z.strictObject({ ...keys, text }), z.strictObject({ ...keys, base64 })]);

const part = (description: string) => described(holding({ origin, at }), description);
const root = (description: string) => described(holding({ origin, sha256 }), description);

const document = z.union([
  holding({ kind: z.literal('bundle'), origin, at }),
  holding({
    kind: z.literal('cosign-layer'),
    origin,
    at,
    media_type: words('The media type of the layer.'),
    annotations: described(
      z
        .record(z.string(), z.string())
        .check(z.refine((annotations) => Object.keys(annotations).length <= MAX_ANNOTATIONS)),
      'The annotations of the layer.',
    ),
  }),
]);

const imageDocument = holding({
  digest,
  media_type: described(z.nullable(words('As it was served.')), 'Of a manifest or an index; null for a config.'),
});

const ref = z.strictObject({
  // As git-check-ref-format has it: of blanks and controls those of ASCII alone are no part of a name.
  name: matching(/^refs\/(?:heads|tags)\/[^\x00-\x20\x7f]+$/, 'In full.'),
  id: objectId('What it holds: a commit, or the object of an annotated tag.'),
  peeled: z.optional(objectId('What an annotated tag leads to, by the word of the server.')),
});

const refs = z.strictObject({
  origin: words('Whose list it is.'),
  at,
  head: described(z.nullable(words('A ref.')), 'The branch that HEAD names.'),
  branches: count('How many the list had.'),
  tags: count('How many the list had.'),
  list: listOf(ref, MAX_SAVED_REFS, 'Of the list, what matters first. Nobody can prove it later: it is a statement.'),
  objects: listOf(
    z.union([
      z.strictObject({ type: z.enum(['commit', 'tag']), text }),
      z.strictObject({ type: z.enum(['commit', 'tag']), base64 }),
    ]),
    MAX_HISTORY_OBJECTS,
    'Commits and tags that lead from a branch or tag to the pinned commit, raw; they are hashed again.',
  ),
});

const source = z.strictObject({
  origin: words('The address that the commit was fetched from.'),
  at,
  packs: listOf(
    z.strictObject({
      commit: objectId('Whose pack it is: the pinned commit, that of a submodule, that of --since.'),
      base64: described(z.string(), "A pack as the server sent it (git's gitformat-pack), in base64."),
    }),
    MAX_PACKS,
    'All objects of the commit, each of which is hashed again.',
  ),
  refs: z.optional(refs),
});

/** The form of an evidence bundle. Strict: a key that nobody reads would be shown to nobody. */
export const bundleSchema = z.strictObject({
  schema: described(z.literal(BUNDLE_SCHEMA), 'The version of this form. It stands first.'),
  note: words('What a reader should know who opens the file.'),
  target: words('The target, as it was named, without the query of an address.'),
  collected_at: time('When the collection began, by the clock of that machine.'),
  judged_at: time('The time that it was judged for when it was saved.'),
  answer: part('The answer of the target, byte for byte.'),
  collateral: z.optional(part("Intel's collateral, the parts that are signed byte for byte.")),
  receipt: z.optional(part("The launcher's receipt.")),
  attest: z.optional(part('The answer of twl-attest, byte for byte.')),
  nonce: z.optional(matching(/^[0-9a-f]{64}$/, 'What twl-attest was asked.')),
  logs: z.optional(part('Text that is said to be the log of the launcher.')),
  roots: z.strictObject({
    tdx: root(
      "DER of the certificate that quotes and collateral were to end at. It counts where it is Intel's, or named.",
    ),
    sigstore: listOf(
      root('JSON of a trusted root.'),
      MAX_SAVED_ROOTS,
      'They count where their hashes are known, or named.',
    ),
  }),
  provenance: z.optional(
    z.strictObject({
      documents: listOf(document, MAX_BUNDLES, 'What may prove who built the image of the launcher.'),
    }),
  ),
  images: z.optional(
    listOf(
      imageDocument,
      MAX_IMAGE_DOCUMENTS,
      'What registries gave of images: indexes, manifests, configs, and layers that hold a pin.',
    ),
  ),
  source: z.optional(source),
});

/** A bundle as its JSON has it. Nothing in it is believed. */
export type BundleFile = z.infer<typeof bundleSchema>;

/** The form as a JSON Schema (2020-12). */
export const bundleJsonSchema = (): object => ({
  ...z.toJSONSchema(bundleSchema),
  $id: BUNDLE_SCHEMA,
  title: 'The evidence that twl verify --save keeps',
});
