import { messageOf } from '../../base/error.ts';
import { arrayOf, objectOf, parseJson, stringOf } from '../../base/json.ts';
import { readTrustedRoots, type TrustedRoot } from '../../provenance/trusted-root.ts';
import type { Anchor } from './anchor.ts';
import { TrustError } from './errors.ts';
import { MAX_RECORD_BYTES, MAX_ROOT_ROTATIONS } from './limits.ts';
import { lastRoot, readTargets, requireTarget, TRUSTED_ROOT, trustedRootTarget } from './metadata.ts';

/** All that one refresh brought, so that whoever reads it needs to believe neither the server nor the disk. */
export interface TrustRecord {
  /** The TUF roots that came after the anchor's, in their order. */
  readonly roots: readonly Uint8Array[];
  /** The newest metadata. The next refresh takes nothing older (TUF specification 1.0, 5.4 and 5.5). */
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  readonly trustedRoot: Uint8Array;
  /** Where it was fetched, and when, in seconds since 1970: what this machine remembers, not what anybody signed. */
  readonly mirror: string;
  readonly fetched: number;
}

const FORMAT = 'trusted-workload-launcher/trust/v1';

/** A time that `Date` can show; the year 9999. */
const MAX_SECONDS = 253_402_300_799;

const PARTS = ['timestamp', 'snapshot', 'targets', 'trustedRoot'] as const;

export const writeRecord = (record: TrustRecord): Uint8Array => {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const parts = PARTS.map((part) => [part, base64(record[part])] as const);
  const { roots, mirror, fetched } = record;
  const json = { format: FORMAT, mirror, fetched, roots: roots.map(base64), ...Object.fromEntries(parts) };
  return Buffer.from(`${JSON.stringify(json, undefined, 2)}\n`);
};

const bytesOf = (value: unknown, what: string): Uint8Array => {
  const text = stringOf(value, what);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new TrustError('malformed', `${what} is not base64`);
  return bytes;
};

const secondsOf = (value: unknown, what: string): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_SECONDS) return value;
  throw new TrustError('malformed', `${what} is no number of seconds`);
};

/** Reads what `writeRecord` wrote. Nothing in it is believed. Throws TrustError `malformed`. */
export const readRecord = (bytes: Uint8Array, what: string): TrustRecord => {
  try {
    const json = objectOf(parseJson(bytes, { maxBytes: MAX_RECORD_BYTES, maxDepth: 2, name: what }), what);
    if (json.format !== FORMAT) throw new TrustError('malformed', `${what} is not of the format ${FORMAT}`);
    const roots = arrayOf(json.roots, `${what}: roots`);
    if (roots.length > MAX_ROOT_ROTATIONS) {
      throw new TrustError('malformed', `${what} has ${roots.length} roots, more than ${MAX_ROOT_ROTATIONS}`);
    }
    const part = (name: (typeof PARTS)[number]): Uint8Array => bytesOf(json[name], `${what}: ${name}`);
    return {
      roots: roots.map((root, index) => bytesOf(root, `${what}: roots[${index}]`)),
      timestamp: part('timestamp'),
      snapshot: part('snapshot'),
      targets: part('targets'),
      trustedRoot: part('trustedRoot'),
      mirror: stringOf(json.mirror, `${what}: mirror`),
      fetched: secondsOf(json.fetched, `${what}: fetched`),
    };
  } catch (cause) {
    if (cause instanceof TrustError) throw cause;
    throw new TrustError('malformed', messageOf(cause), { cause });
  }
};

/** What a record proves. */
export interface ProvenRoot {
  readonly root: TrustedRoot;
  /** Versions of TUF's metadata. */
  readonly tufRoot: number;
  readonly targets: number;
}

/**
 * Goes through a record from the anchor's root to the trusted root, by signatures alone: whatever wrote it can at most hold back
 * what is newer. When metadata expires is not looked at, as a trusted root from a file has no end either. Throws TrustError, and
 * ProvenanceError for what is signed and yet no trusted root.
 */
export const proveRecord = (record: TrustRecord, { root: first, instance }: Anchor, source: string): ProvenRoot => {
  const tufRoot = lastRoot(first, record.roots);
  const targets = readTargets(record.targets, tufRoot);
  requireTarget(trustedRootTarget(targets), record.trustedRoot);
  const [root, ...more] = readTrustedRoots(record.trustedRoot, source);
  if (root === undefined || more.length > 0) {
    throw new TrustError('malformed', `${TRUSTED_ROOT} holds ${more.length + 1} trusted roots, not 1`);
  }
  if (instance !== undefined && root.instance !== instance) {
    throw new TrustError('other-instance', `${TRUSTED_ROOT} is of the instance ${root.instance}, not ${instance}`);
  }
  return { root, tufRoot: tufRoot.signed.version, targets: targets.version };
};
