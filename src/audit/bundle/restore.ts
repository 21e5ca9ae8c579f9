import { BaseError } from '../../base/error.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { parseJson } from '../../base/json.ts';
import { readAnswer } from '../collect/answer/read-answer.ts';
import { type Collected, partOf } from '../collect/answer/parts.ts';
import { endOfCollateral, startOfCollateral } from '../collect/collateral/in-date.ts';
import type { SavedProvenance } from '../collect/follow-provenance.ts';
import { MAX_COLLATERAL_BYTES } from '../collect/limits.ts';
import { readAttest } from '../collect/runtime/read-attest.ts';
import type { AuditEvidence } from '../evidence.ts';
import type { Reservation } from '../reservation.ts';
import type { SavedSource } from '../source/collect-source.ts';
import { BundleError } from './errors.ts';
import type { OpenedBundle } from './open.ts';
import type { Bundle, SavedPart } from './read.ts';
import { reachOfSaved } from './saved-refs.ts';

/** Where a part is now, where it once came from, and when. */
const originOf = ({ path }: Bundle, { origin, at }: Pick<SavedPart, 'origin' | 'at'>): string =>
  `bundle ${path}: ${origin}, ${at}`;

const asked = ({ nonce, attest }: Bundle): AuditEvidence['asked'] =>
  nonce === undefined || attest === undefined
    ? undefined
    : { value: nonce, source: `which the bundle says was asked at ${attest.at}` };

/**
 * The evidence of a bundle, through the readers of what it was taken from: what a target gave, collateral, receipt, the answer of
 * twl-attest and logs. Throws CollectError where the answer is none.
 */
export const restoreEvidence = (bundle: Bundle): AuditEvidence & Pick<Collected, 'notes'> => {
  const { path, answer, collateral, receipt, attest, logs } = bundle;
  const answerPart =
    attest && partOf(originOf(bundle, attest), () => readAttest(attest.bytes, originOf(bundle, attest)));
  const fromAttest =
    answerPart &&
    ('error' in answerPart ? answerPart : { origin: `${answerPart.origin}, receipt`, value: answerPart.value.receipt });
  const receiptPart = receipt === undefined ? fromAttest : { origin: originOf(bundle, receipt), value: receipt.bytes };
  const nonce = asked(bundle);
  return {
    ...readAnswer(answer.bytes, path, originOf(bundle, answer)),
    ...(collateral && {
      collateral: partOf(originOf(bundle, collateral), () =>
        parseJson(collateral.bytes, { name: originOf(bundle, collateral), maxBytes: MAX_COLLATERAL_BYTES }),
      ),
    }),
    ...(answerPart && { attest: answerPart }),
    ...(receiptPart && { receipt: receiptPart }),
    ...(logs && { logs: { origin: originOf(bundle, logs), value: new TextDecoder('utf-8').decode(logs.bytes) } }),
    ...(nonce && { asked: nonce }),
  };
};

/** Sigstore bundles and the documents of the image, for `followProvenance`. */
export const restoreProvenance = (bundle: Bundle): SavedProvenance => ({
  origin: `bundle ${bundle.path}`,
  documents: bundle.documents.map((one) => ({
    ...one,
    origin: `bundle ${bundle.path}: ${one.origin}`,
  })),
  image: bundle.images,
});

/** A source that was saved, and the words for where and when it was had. */
export interface RestoredSource extends SavedSource {
  readonly url: string;
  readonly words: string;
}

/** The source for `collectSource`, for the commit of the attested pin; undefined where none was saved. */
export const restoreSource = (bundle: Bundle, commit: string): RestoredSource | undefined => {
  const { source, path } = bundle;
  if (source === undefined) return undefined;
  return {
    url: source.origin,
    words: `as fetched at ${source.at}, saved in bundle ${path}`,
    pack: (wanted) => {
      const pack = source.packs.get(wanted);
      if (pack !== undefined) return pack;
      throw new BundleError('not-saved', `the bundle holds no commit ${wanted}`, {
        hint: 'ask the repository: --source URL',
      });
    },
    reachability: (expected) => {
      if (source.refs !== undefined) return reachOfSaved(source.refs, commit, expected);
      throw new BundleError('not-saved', 'the bundle holds no list of branches and tags', {
        hint: 'ask the repository: --source URL',
      });
    },
  };
};

/** A list of refs is the word of whoever wrote it down. It counts, with its date, for whoever says that this is his own file. */
export const refsReservation = ({ bundle: { source, path }, isVouchedFor }: OpenedBundle): Reservation => {
  const seen = source?.refs === undefined ? '' : ` that ${source.refs.origin} listed at ${source.refs.at}`;
  if (isVouchedFor) return { on: 'dated', remark: `by the refs${seen}, saved in the file that --saved-sha256 names` };
  return {
    on: 'pass',
    summary: `by the refs${seen}, says bundle ${path}; nobody can prove that later`,
    hint: 'ask the repository now with --source URL; or, if you saved the file yourself, say so with --saved-sha256 and the hash that --save printed',
  };
};

/** A number that was asked once is fresh no more. */
export const freshnessReservation = ({ attest }: Bundle): Reservation => ({
  on: 'pass',
  exit: EXIT.stale,
  summary: `it answered the number that was asked at ${attest?.at ?? ''}, says the bundle: the machine ran after somebody made that number, and whether it still does is not shown`,
  hint: "ask it now: --attest with the address of the deployment's twl-attest",
});

/**
 * When all of the collateral was in force, `from <= t < until` in seconds since 1970, as it says of itself; undefined where it does not
 * read.
 */
export const heldFor = ({
  collateral,
}: AuditEvidence): { readonly from: number; readonly until: number } | undefined => {
  if (collateral === undefined || 'error' in collateral) return undefined;
  try {
    const [from, until] = [startOfCollateral(collateral.value), endOfCollateral(collateral.value)];
    return Number.isFinite(from) && Number.isFinite(until) ? { from, until } : undefined;
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
};
