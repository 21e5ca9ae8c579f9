import { escapeText } from '../../base/escape.ts';
import { sameBytes } from '../../evidence/bytes.ts';
import { PUBLIC_GOOD_SHA256 } from '../../provenance/public-good.ts';
import { PROVENANCE_CHECK_IDS } from '../../provenance/result.ts';
import { readTrustedRoots, type TrustedRoot } from '../../provenance/trusted-root.ts';
import type { CheckId } from '../check-ids.ts';
import type { TrustRoot } from '../expectations.ts';
import type { Reservation, Reservations } from '../reservation.ts';
import { BundleError } from './errors.ts';
import type { Bundle, SavedRoot } from './read.ts';

/** Checks that hold a signature against the root of hardware, and stand on no other one that does. */
const UP_TO_THE_ROOT = [
  'quote.signature',
  'quote.tcb',
  'quote.module',
  'freshness',
] as const satisfies readonly CheckId[];

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

const unknown = (what: string, { sha256 }: SavedRoot, warning: string): Reservation => ({
  on: 'other',
  summary: `the bundle was saved under ${what} that nobody vouches for, and it does not pass under the one that is known`,
  hint: `${warning}; to believe that root: --root-sha256 ${sha256}`,
});

/** The roots of a file of a bundle, which has one each: lines were taken apart when it was saved. */
const readRoot = ({ bytes, origin }: SavedRoot, path: string, named: boolean): TrustedRoot => {
  const source = `${named ? '--root-sha256, ' : ''}bundle ${path}, ${origin}`;
  const [root, ...more] = readTrustedRoots(bytes, source);
  if (root !== undefined && more.length === 0) return root;
  throw new BundleError('malformed', `${escapeText(source)} holds more than one root`);
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
 * Which roots count. What a bundle holds of them counts where its hash is known: Intel's, that of Sigstore's public instance which comes with
 * the program, and those that were named on the command line. A root of a bundle that is not Intel's makes all of it SIMULATED.
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
  const counting = sigstore.filter(({ sha256 }) => sha256s.includes(sha256) || sha256 === PUBLIC_GOOD_SHA256);
  const stranger = named.isSigstoreNamed ? undefined : sigstore.find((one) => !counting.includes(one));
  const believed =
    named.isSigstoreNamed || counting.length === 0
      ? named.sigstore
      : counting.map((one) => readRoot(one, bundle.path, sha256s.includes(one.sha256)));
  const forged = 'whoever made that root can forge all that it vouches for';
  const quote = unknown(
    'a root of hardware',
    tdx,
    `it is not Intel's: the hardware is pretended, or forged. ${forged}`,
  );
  const provenance = stranger && unknown('a trusted root of Sigstore', stranger, forged);
  return {
    root,
    sigstore: believed,
    reservations: {
      ...(isUnknown ? Object.fromEntries(UP_TO_THE_ROOT.map((id) => [id, quote] as const)) : {}),
      ...(provenance === undefined
        ? {}
        : Object.fromEntries(PROVENANCE_CHECK_IDS.map((id) => [id, provenance] as const))),
    },
  };
};
