import { isUrl } from '../audit/collect/address.ts';
import { withImages } from '../audit/collect/derived/with-images.ts';
import { followEvidence } from '../audit/collect/follow-evidence.ts';
import type { OpenedBundle } from '../audit/bundle/open.ts';
import { recheckCommand } from '../audit/bundle/recheck.ts';
import {
  freshnessReservation,
  heldFor,
  refsReservation,
  restoreEvidence,
  restoreProvenance,
  restoreSource,
} from '../audit/bundle/restore.ts';
import type { Recording } from '../audit/bundle/recording.ts';
import type { AuditEvidence } from '../audit/evidence.ts';
import type { Expectations } from '../audit/expectations.ts';
import { bothReservations, type Reservations } from '../audit/reservation.ts';
import { utc } from '../audit/wording.ts';
import { escapeText } from '../base/escape.ts';
import { usageError } from './errors.ts';
import { collateralFor, type Say, withRuntime } from './gather.ts';
import type { VerifyRequest } from './request.ts';

/** Options that mean nothing of a bundle. Throws CliError `usage`. */
export const checkSavedOptions = ({ save, registry, offline, source }: VerifyRequest): void => {
  if (save !== undefined) throw usageError('--save needs evidence to collect', 'TARGET is a saved file: copy that');
  if (registry !== undefined) {
    throw usageError(
      '--registry has no effect on a saved file',
      'leave it out: nothing is looked up because of what it holds',
    );
  }
  if (offline && source !== undefined && isUrl(source)) {
    throw usageError('--offline does not go together with a URL in --source', 'leave one of the two out');
  }
};

/** What is held back of the checks: of roots that do not count, and of statements that nobody can prove later. */
const reservationsOf = (opened: OpenedBundle, { source, attest }: VerifyRequest, ofRoots: Reservations): Reservations =>
  bothReservations(
    {
      ...(source === undefined ? { 'source.reachable': refsReservation(opened) } : {}),
      ...(attest === undefined && opened.bundle.attest !== undefined
        ? { freshness: freshnessReservation(opened.bundle) }
        : {}),
    },
    ofRoots,
  );

/**
 * From when to when it held, and the command that judges it as of when it was saved. That is the word of whoever made the bundle: a time outside
 * of the collateral's own is not handed on.
 */
const staleHint = (
  { bundle: { path, judgedAt } }: OpenedBundle,
  request: VerifyRequest,
  evidence: AuditEvidence,
): string | undefined => {
  if (request.at !== undefined) return undefined;
  const held = heldFor(evidence);
  if (held === undefined) return undefined;
  const { from, until } = held;
  if (judgedAt < from || judgedAt >= until) {
    return `its collateral was in force from ${utc(from)} to ${utc(until)}; the bundle says that it was saved at ${utc(judgedAt)}, when that was not so`;
  }
  const { rootSha256s = [], savedSha256 } = request;
  const command = recheckCommand(path, { ...request, rootSha256s, savedSha256 }, utc(judgedAt));
  return `its collateral was in force until ${utc(until)}; as of when it was saved, says the bundle: ${command}`;
};

/**
 * The evidence of a bundle. Nothing is fetched but what the command line names, which then stands in place of what was saved.
 * `ofRoots`: what is held back for the sake of roots that do not count.
 */
export const gatherSaved = async (
  opened: OpenedBundle,
  request: VerifyRequest,
  expectations: Expectations,
  say: Say,
  ofRoots: Reservations,
  recording?: Recording,
): Promise<AuditEvidence> => {
  const { bundle } = opened;
  const { notes, ...restored } = restoreEvidence(bundle);
  for (const note of notes) say(`twl: note: ${escapeText(note)}\n`);
  const collateral =
    request.collateral === undefined ? undefined : await collateralFor(restored.quote, request, expectations, say);
  const { asked, ...plain } = await withRuntime(
    collateral === undefined ? restored : { ...restored, collateral },
    request,
    expectations,
    say,
    recording,
  );
  const evidence: AuditEvidence = {
    ...plain,
    ...(asked === undefined || request.attest !== undefined ? {} : { asked }),
    saved: {
      reservations: reservationsOf(opened, request, ofRoots),
      staleHint: staleHint(opened, request, plain),
    },
  };
  const { images } = bundle;
  const options = {
    ...request,
    note: (line: string) => say(`twl: note: ${escapeText(line)}\n`),
    ...(images.length === 0 ? {} : { savedImages: images }),
  };
  if (request.only === 'attestation') return await withImages(evidence, expectations, { ...options, offline: true });
  return await followEvidence(evidence, expectations, {
    ...options,
    record: recording && { provenance: recording.takeDocuments, source: recording.source },
    saved: { provenance: restoreProvenance(bundle), source: (commit) => restoreSource(bundle, commit) },
  });
};
