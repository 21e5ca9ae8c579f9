import { escapeText } from '../../base/escape.ts';
import { sameBytes } from '../../evidence/bytes.ts';
import { PUBLIC_GOOD_SHA256 } from '../../provenance/public-good.ts';
import { readTrustedRoots, type TrustedRoot } from '../../provenance/trusted-root.ts';
import type { CheckId } from '../check-ids.ts';
import type { TrustRoot } from '../expectations.ts';
import type { Reservations } from '../reservation.ts';
import { BundleError } from './errors.ts';
import type { Bundle, SavedRoot } from './read.ts';

/**
 * Checks that hold a signature against the root of hardware and do not stand on `quote.signature`. Where that passes the quote needs no
 * other root, and what else is wrong is wrong.
 */
const BESIDE_THE_QUOTE = ['quote.module', 'freshness'] as const satisfies readonly CheckId[];

/** What was said of roots outside of the bundle. */
export interface NamedRoots {
  /** Intel's own, in DER. */
  readonly intel: Uint8Array;
  /** In place of Intel's, by a file: then what the bundle has of it is not looked at. */
  readonly mock: TrustRoot | undefined;
  /** Hashes of `--root-sha256`, lower-case hex. */
  readonly sha256s: readonly string[];
  /** The roots of Sigstore by files, else the built-in one. */
  readonly sigstore: readonly TrustedRoot[];
  /** Those are of files. */
  readonly isSigstoreNamed: boolean;
}

/** The roots that count, and what is held back since others do not. */
export interface CountingRoots {
  readonly root: TrustRoot;
  readonly sigstore: readonly TrustedRoot[];
  readonly reservations: Reservations;
}

const unknown = (on: 'other' | 'no-root', what: string, { sha256 }: SavedRoot, warning: string) => ({
  on,
  summary: `the bundle was saved under ${what} that nobody vouches for, and it does not pass under the one that is known`,
  hint: `${warning}; to believe that root: --root-sha256 ${sha256}`,
});

/** A root of a bundle, which has one in each: lines were taken apart when it was saved. */
const readRoot = ({ bytes, origin }: SavedRoot, path: string): TrustedRoot => {
  const source = `--root-sha256, bundle ${path}, ${origin}`;
  const [root, ...more] = readTrustedRoots(bytes, source);
  if (root !== undefined && more.length === 0) return root;
  throw new BundleError('malformed', `${escapeText(source)} holds more than one root`);
};

/** The public instance's of the bundle, by its hash, or one that is believed without the bundle, too. */
const isKnown = ({ sha256 }: SavedRoot, { sigstore }: NamedRoots): boolean =>
  sha256 === PUBLIC_GOOD_SHA256 || sigstore.some((one) => one.sha256 === sha256);

/**
 * The roots of Sigstore that count. In place of the public instance's of the bundle that of the auditor does, which is as new or newer: keys may
 * have been withdrawn since the bundle was made.
 */
const sigstoreRoots = ({ path, roots: { sigstore } }: Bundle, named: NamedRoots): readonly TrustedRoot[] => {
  if (named.isSigstoreNamed) return named.sigstore;
  const byHash = sigstore.filter(({ sha256 }) => named.sha256s.includes(sha256));
  const isPublicMeant = byHash.length === 0 || sigstore.some((one) => !byHash.includes(one) && isKnown(one, named));
  return [...(isPublicMeant ? named.sigstore : []), ...byHash.map((one) => readRoot(one, path))];
};

const tdxRoot = (
  { roots: { tdx } }: Bundle,
  { intel, mock, sha256s }: NamedRoots,
): { readonly root: TrustRoot; readonly isUnknown: boolean } => {
  if (mock !== undefined) return { root: mock, isUnknown: false };
  if (sameBytes(tdx.bytes, intel))
    return { root: { der: intel, source: 'built in', simulated: false }, isUnknown: false };
  if (sha256s.includes(tdx.sha256)) {
    return { root: { der: tdx.bytes, source: `--root-sha256 ${tdx.sha256}`, simulated: true }, isUnknown: false };
  }
  // Judged by Intel's root, and marked: whoever saved it looked at pretended hardware.
  return { root: { der: intel, source: 'built in', simulated: true }, isUnknown: true };
};

/**
 * Which roots count. What a bundle holds of them counts where its hash is known: Intel's, that of Sigstore's public instance, and those that
 * were named on the command line. A root of a bundle that is not Intel's makes all of it SIMULATED.
 * @throws BundleError `usage` for a hash that no root of the bundle has; ProvenanceError for a root that is none
 */
export const countingRoots = (bundle: Bundle, named: NamedRoots): CountingRoots => {
  const { sha256s } = named;
  const { tdx, sigstore } = bundle.roots;
  const all = [...(named.mock === undefined ? [tdx] : []), ...(named.isSigstoreNamed ? [] : sigstore)];
  const idle = sha256s.find((one) => !all.some(({ sha256 }) => sha256 === one));
  if (idle !== undefined) {
    throw new BundleError('usage', `--root-sha256 ${idle}: no root of the bundle that counts has that hash`, {
      hint: 'leave it out: what is not held against anything must not look as if it were',
    });
  }
  const { root, isUnknown } = tdxRoot(bundle, named);
  const stranger = named.isSigstoreNamed
    ? undefined
    : sigstore.find((one) => !sha256s.includes(one.sha256) && !isKnown(one, named));
  const forged = 'whoever made that root can forge all that it vouches for';
  const quote = unknown(
    'other',
    'a root of hardware',
    tdx,
    `it is not Intel's: the hardware is pretended, or forged. ${forged}`,
  );
  const provenance = stranger && unknown('no-root', 'a trusted root of Sigstore', stranger, forged);
  return {
    root,
    sigstore: sigstoreRoots(bundle, named),
    reservations: {
      ...(isUnknown ? { 'quote.signature': quote } : {}),
      ...(isUnknown
        ? Object.fromEntries(BESIDE_THE_QUOTE.map((id) => [id, { ...quote, unless: 'quote.signature' }] as const))
        : {}),
      ...(provenance === undefined ? {} : { 'provenance.bundle': provenance }),
    },
  };
};
