import { BaseError } from '../../base/error.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { READ_ANNOTATIONS } from '../../provenance/cosign.ts';
import { MAX_COLLATERAL_BYTES } from '../collect/limits.ts';
import { MAX_LOG_BYTES } from '../collect/runtime/limits.ts';
import type { Expectations } from '../expectations.ts';
import type { AuditEvidence } from '../evidence.ts';
import type { Known } from '../source/known.ts';
import { utc } from '../wording.ts';
import { withoutSecrets } from './clean.ts';
import { base64Of, type Content, contentOf } from './content.ts';
import { BundleError } from './errors.ts';
import { MAX_ANNOTATIONS, MAX_ORIGIN, MAX_SAVED_BYTES, MAX_SAVED_ROOTS } from './limits.ts';
import type { FoundDocument, HeldHistory, Recording, Taken } from './recording.ts';
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

/** Takes a sentence about what is not in the file, unescaped. */
export type Note = (line: string) => void;

/** Cut at a length, and no half of a character left, which JSON has no form for. */
const bounded = (text: string): string => text.slice(0, MAX_ORIGIN).toWellFormed();

const words = (text: string): string => bounded(withoutSecrets(text));

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

/** Where a registry has more of them than are kept, those that are looked at, which are a handful. */
const annotationsToSave = (annotations: Readonly<Record<string, string>>): Record<string, string> => {
  const all = Object.entries(annotations);
  const kept = all.length <= MAX_ANNOTATIONS ? all : all.filter(([name]) => READ_ANNOTATIONS.includes(name));
  return Object.fromEntries(kept);
};

const document = ({ at, document: one }: { readonly at: number; readonly document: FoundDocument }) => {
  const { kind, origin } = one;
  if (kind === 'bundle') return { kind, ...part({ origin, at, bytes: one.bytes }) };
  const { mediaType, annotations, content } = one.layer;
  return {
    kind,
    media_type: bounded(mediaType),
    annotations: annotationsToSave(annotations),
    ...part({ origin, at, bytes: content }),
  };
};

/** A name that is longer than words may be is that of no branch that anybody asks for. */
const headToSave = (head: string | undefined): string | null =>
  head === undefined || head.length > MAX_ORIGIN ? null : head;

type SourceFile = NonNullable<BundleFile['source']>;

const refsOf = (history: HeldHistory, commit: string, origin: string): NonNullable<SourceFile['refs']> => {
  const { list, branches, tags, objects } = refsToSave(history, commit);
  return {
    origin,
    at: utc(history.at),
    head: headToSave(list.head),
    branches,
    tags,
    list: list.refs.map(({ name, id, peeled }) => ({ name, id, ...(peeled === undefined ? {} : { peeled }) })),
    objects: objects.map(({ type, data }) => ({ type, ...contentOf(data) })),
  };
};

/** Not had, and for no bytes that contradict: a connection was cut, a server gave up, a disk was full. */
const isBrokenOff = (had: Known<unknown> | undefined): boolean =>
  had !== undefined && 'error' in had && had.error instanceof BaseError && had.error.exitCode !== EXIT.rejected;

/** The packs and the refs. A pack that broke off would be judged as a whole one that contradicts its commit, so none is kept then. */
const source = ({ recording, evidence }: SaveRequest, commit: string, note: Note): SourceFile | undefined => {
  const { source: found } = evidence;
  const { packs, at } = recording.packs;
  if (found === undefined || packs.size === 0) return undefined;
  if (isBrokenOff('error' in found ? found : found.value.commit)) {
    note('the source is not in it: it did not come whole; check it again with --source');
    return undefined;
  }
  const { history } = recording;
  const origin = words(found.origin);
  return {
    origin,
    at: utc(at),
    packs: [...packs].map(([id, pack]) => ({ commit: id, base64: base64Of(pack) })),
    ...(history && { refs: refsOf(history, commit, origin) }),
  };
};

/** The value of a part that was read; what could not be had is nothing to keep. */
const readPart = <T>(
  found: { readonly origin: string; readonly value: T } | { readonly error: unknown } | undefined,
) => (found !== undefined && 'value' in found ? found : undefined);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Intel's collateral where it is no longer than is read: that of a target may have other things beside. */
const collateralPart = ({ evidence, startedAt }: SaveRequest, note: Note): Pick<BundleFile, 'collateral'> => {
  const collateral = readPart(evidence.collateral);
  if (collateral === undefined) return {};
  const bytes = utf8(JSON.stringify(collateral.value));
  if (bytes.length <= MAX_COLLATERAL_BYTES) {
    return { collateral: part({ origin: collateral.origin, at: startedAt, bytes }) };
  }
  note(`the collateral is not in it: it has more than ${MAX_COLLATERAL_BYTES} bytes; check it again with --collateral`);
  return {};
};

/**
 * Logs as they were read. What is no UTF-8 was read as U+FFFD, which has three bytes for one: where that makes them longer than logs may be, it
 * becomes a question mark. No line of a launcher holds either.
 */
const logsPart = ({ evidence, startedAt }: SaveRequest, note: Note): Pick<BundleFile, 'logs'> => {
  const logs = readPart(evidence.logs);
  if (logs === undefined) return {};
  const { origin, value } = logs;
  const whole = utf8(value);
  if (whole.length <= MAX_LOG_BYTES) return { logs: part({ origin, at: startedAt, bytes: whole }) };
  note('bytes of the logs that are no UTF-8 are kept as question marks');
  return { logs: part({ origin, at: startedAt, bytes: utf8(value.replaceAll('\ufffd', '?')) }) };
};

const sigstorePart = ({ expectations }: SaveRequest, note: Note): BundleFile['roots']['sigstore'] => {
  // Of one that was named twice one is enough.
  const roots = [...new Map((expectations.sigstoreRoots ?? []).map((one) => [one.sha256, one])).values()];
  if (roots.length <= MAX_SAVED_ROOTS) return roots.map(({ source: from, text }) => root(from, utf8(text)));
  note(`the trusted roots of Sigstore are not in it: they are more than ${MAX_SAVED_ROOTS}; name them again`);
  return [];
};

/**
 * The parts of a run as the file has them; `note` is told what has no place in it. Throws where the run had no answer, which is a mistake in
 * the program.
 */
export const bundleOf = (request: SaveRequest, commit: string | undefined, note: Note = () => {}): BundleFile => {
  const { recording, target, startedAt, evidence, expectations } = request;
  const { answer, attest, documents, images } = recording;
  if (answer === undefined) throw new Error('the run had no answer to save');
  const receipt = readPart(evidence.receipt);
  const { root: tdx, nonce, now } = expectations;
  // The receipt that came with the answer of twl-attest is in that; the same bytes of a file are a part of their own.
  const isOfAnswer = attest !== undefined && receipt?.value === readPart(evidence.attest)?.value.receipt;
  const found = commit === undefined ? undefined : source(request, commit, note);
  return {
    schema: BUNDLE_SCHEMA,
    note: NOTE,
    target: words(target),
    collected_at: utc(startedAt),
    judged_at: utc(now.value),
    answer: part(answer),
    ...collateralPart(request, note),
    ...(receipt && !isOfAnswer && { receipt: part({ origin: receipt.origin, at: startedAt, bytes: receipt.value }) }),
    ...(attest && { attest: part(attest) }),
    ...(attest && nonce && { nonce: Buffer.from(nonce.value).toString('hex') }),
    ...logsPart(request, note),
    roots: {
      tdx: root(tdx.source, tdx.der),
      sigstore: sigstorePart(request, note),
    },
    ...(documents.length > 0 && { provenance: { documents: documents.map(document) } }),
    ...(images.length > 0 && {
      images: images.map(({ digest, mediaType, bytes }) => ({
        digest,
        media_type: mediaType === null ? null : bounded(mediaType),
        ...contentOf(bytes),
      })),
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
