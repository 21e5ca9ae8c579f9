import { TrustedRoot as TrustedRootMessage } from '@sigstore/protobuf-specs';
import { toTrustMaterial, type TrustMaterial } from '@sigstore/verify';
import { escapeText } from '../base/escape.ts';
import { objectOf, parseJson, stringOf } from '../base/json.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';
import { type Instance, instanceOf, type RootUse } from './instance.ts';
import { MAX_DEPTH, MAX_ROOT_BYTES, MAX_ROOTS } from './limits.ts';
import { readMembers } from './root-shape.ts';
import { sha256 } from './sha256.ts';

/** The keys and certificates of one Sigstore instance. */
export interface TrustedRoot {
  /** Where it came from, for messages. */
  readonly source: string;
  readonly instance: Instance;
  /** Lower-case hex, of the bytes that were read: of the line, where a file holds several roots. */
  readonly sha256: string;
  /** What was read, for whoever keeps it. */
  readonly text: string;
  /** Seconds since 1970 at which its newest member began: what was rotated in later is not known to it. */
  readonly newestStart: number;
  /** A certificate authority of it calls itself SIMULATED: what it vouches for is pretended. */
  readonly simulated: boolean;
  /** The library's form of the same. */
  readonly material: TrustMaterial;
}

const MEDIA_TYPES: readonly string[] = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
];

const readRoot = (text: string, source: string, use: RootUse): TrustedRoot => {
  const what = escapeText(source);
  return guarded('bad-root', what, () => {
    const name = source;
    const json = objectOf(parseJson(text, { maxBytes: MAX_ROOT_BYTES, maxDepth: MAX_DEPTH, name }), what);
    const mediaType = stringOf(json.mediaType, `${what}: mediaType`);
    if (!MEDIA_TYPES.includes(mediaType)) {
      throw new ProvenanceError(
        'bad-root',
        `${what} has the media type ${shown(mediaType)}, which is no trusted root's`,
      );
    }
    const members = readMembers(json, what);
    const instance = instanceOf(members, use, what);
    const all = Object.values(members).flat();
    return {
      source,
      instance,
      sha256: sha256(Buffer.from(text, 'utf8')),
      text,
      newestStart: Math.floor(Math.max(...all.map(({ start }) => start)) / 1000),
      simulated: members.authorities.some(({ commonNames }) => commonNames.some((one) => one.includes('SIMULATED'))),
      material: toTrustMaterial(TrustedRootMessage.fromJSON(json)),
    };
  });
};

const MANY_LINES = /^\s*\{.*\}[ \t\r]*\n\s*\{/;

/**
 * The trusted roots of a file: one as JSON, or several as JSONL, one a line, as `gh attestation trusted-root` writes them. Each
 * stays a root of its own; they are never merged. A root without authorities, with a member that has no start date, or
 * with other logs than its instance has, is refused: the library would accept it. A root for `keys` needs a log and nothing else,
 * and is of no known instance. Throws {@link ProvenanceError}.
 */
export const readTrustedRoots = (
  bytes: Uint8Array,
  source: string,
  use: RootUse = 'certificates',
): readonly TrustedRoot[] => {
  if (bytes.length > MAX_ROOT_BYTES) {
    throw new ProvenanceError('too-large', `${escapeText(source)} is larger than ${MAX_ROOT_BYTES} bytes`);
  }
  const text = guarded('bad-root', escapeText(source), () =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
  );
  if (!MANY_LINES.test(text)) return [readRoot(text, source, use)];
  const lines = text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  if (lines.length > MAX_ROOTS) {
    throw new ProvenanceError('too-many', `${escapeText(source)} has ${lines.length} lines, more than ${MAX_ROOTS}`);
  }
  return lines.map(({ line, number }) => readRoot(line, `${source}, line ${number}`, use));
};

/** Whole days from the start of the newest member to `now` (seconds since 1970); 0 where that lies ahead. */
export const rootAgeInDays = (root: TrustedRoot, now: number): number =>
  Math.max(0, Math.floor((now - root.newestStart) / 86_400));
