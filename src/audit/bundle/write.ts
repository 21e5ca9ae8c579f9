import type { Expectations } from '../expectations.ts';
import type { AuditEvidence } from '../evidence.ts';
import { utc } from '../wording.ts';
import { withoutSecrets } from './clean.ts';
import { base64Of, type Content, contentOf } from './content.ts';
import { BundleError } from './errors.ts';
import { MAX_ORIGIN, MAX_SAVED_BYTES } from './limits.ts';
import type { FoundDocument, Recording, Taken } from './recording.ts';
import { refsToSave } from './saved-refs.ts';
import type { BundleFile } from './schema.ts';
import { BUNDLE_SCHEMA } from './schema-id.ts';
import { sha256Hex } from './sha256.ts';

/** What a run had, to be kept. */
export interface SaveRequest {
  readonly recording: Recording;
  /** As the user named it. */
  readonly target: string;
  /** Seconds since 1970 at which the run began. */
  readonly startedAt: number;
  readonly evidence: AuditEvidence;
  readonly expectations: Expectations;
}

const NOTE =
  'Evidence as it was collected, and no verdict: twl verify FILE judges it anew. What it says of times and of branches and tags is the word of whoever saved it.';

const words = (text: string): string => withoutSecrets(text).slice(0, MAX_ORIGIN);

const part = ({ origin, at, bytes }: Taken): { origin: string; at: string } & Content => ({
  origin: words(origin),
  at: utc(at),
  ...contentOf(bytes),
});

const root = (origin: string, bytes: Uint8Array): { origin: string; sha256: string } & Content => ({
  origin: words(origin),
  sha256: sha256Hex(bytes),
  ...contentOf(bytes),
});

const document = ({ at, document: one }: { readonly at: number; readonly document: FoundDocument }) => {
  const { kind, origin } = one;
  if (kind === 'bundle') return { kind, ...part({ origin, at, bytes: one.bytes }) };
  const { mediaType, annotations, content } = one.layer;
  return { kind, media_type: mediaType, annotations: { ...annotations }, ...part({ origin, at, bytes: content }) };
};

const source = ({ recording, evidence, expectations }: SaveRequest, commit: string): BundleFile['source'] => {
  const { source: found } = evidence;
  const { packs, at } = recording.packs;
  if (found === undefined || packs.size === 0) return undefined;
  const { history } = recording;
  const saved = history && refsToSave(history, commit);
  const origin = words(found.origin);
  return {
    origin,
    at: utc(at === 0 ? expectations.now.value : at),
    packs: [...packs].map(([id, pack]) => ({ commit: id, base64: base64Of(pack) })),
    ...(history === undefined || saved === undefined
      ? {}
      : {
          refs: {
            origin,
            at: utc(history.at),
            head: saved.list.head ?? null,
            branches: saved.branches,
            tags: saved.tags,
            list: saved.list.refs.map(({ name, id, peeled }) => ({
              name,
              id,
              ...(peeled === undefined ? {} : { peeled }),
            })),
            objects: saved.objects.map(({ type, data }) => ({ type, ...contentOf(data) })),
          },
        }),
  };
};

/** The value of a part that was read; what could not be had is nothing to keep. */
const readPart = <T>(
  found: { readonly origin: string; readonly value: T } | { readonly error: unknown } | undefined,
) => (found !== undefined && 'value' in found ? found : undefined);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The parts of a run as the file has them. Throws where the run had no answer, which is a mistake in the program. */
export const bundleOf = (request: SaveRequest, commit: string | undefined): BundleFile => {
  const { recording, target, startedAt, evidence, expectations } = request;
  const { answer, attest, documents, images } = recording;
  if (answer === undefined) throw new Error('the run had no answer to save');
  const collateral = readPart(evidence.collateral);
  const receipt = readPart(evidence.receipt);
  const logs = readPart(evidence.logs);
  const { root: tdx, sigstoreRoots = [], nonce, now } = expectations;
  // The receipt that came with the answer of twl-attest is in that.
  const isOfAnswer = attest !== undefined && receipt?.origin.endsWith(', receipt') === true;
  const found = commit === undefined ? undefined : source(request, commit);
  return {
    schema: BUNDLE_SCHEMA,
    note: NOTE,
    target: words(target),
    collected_at: utc(startedAt),
    judged_at: utc(now.value),
    answer: part(answer),
    ...(collateral && {
      collateral: part({ origin: collateral.origin, at: startedAt, bytes: utf8(JSON.stringify(collateral.value)) }),
    }),
    ...(receipt && !isOfAnswer && { receipt: part({ origin: receipt.origin, at: startedAt, bytes: receipt.value }) }),
    ...(attest && { attest: part(attest) }),
    ...(attest && nonce && { nonce: Buffer.from(nonce.value).toString('hex') }),
    ...(logs && { logs: part({ origin: logs.origin, at: startedAt, bytes: utf8(logs.value) }) }),
    roots: {
      tdx: root(tdx.source, tdx.der),
      sigstore: sigstoreRoots.map(({ source: from, text }) => root(from, utf8(text))),
    },
    ...(documents.length > 0 && { provenance: { documents: documents.map(document) } }),
    ...(images.length > 0 && {
      images: images.map(({ digest, mediaType, bytes }) => ({ digest, media_type: mediaType, ...contentOf(bytes) })),
    }),
    ...(found && { source: found }),
  };
};

/**
 * The bytes of a bundle: JSON, one line, the form's version first.
 * @throws BundleError `too-large`
 */
export const bundleBytes = (bundle: BundleFile): Uint8Array => {
  const bytes = utf8(`${JSON.stringify(bundle)}\n`);
  if (bytes.length <= MAX_SAVED_BYTES) return bytes;
  throw new BundleError('too-large', `the bundle would have more than ${MAX_SAVED_BYTES} bytes`, {
    hint: 'leave logs out, or save step by step with --only',
  });
};
