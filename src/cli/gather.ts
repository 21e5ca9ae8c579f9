import { collectCollateral, type CollateralSource } from '../audit/collect/collateral/collect-collateral.ts';
import { newerCollateral } from '../audit/collect/collateral/newer.ts';
import { keptCollateral } from '../audit/collect/collateral/kept-collateral.ts';
import { platformOfQuote } from '../audit/collect/collateral/platform.ts';
import { isUrl } from '../audit/collect/address.ts';
import { collectTarget } from '../audit/collect/collect-target.ts';
import type { Recording } from '../audit/bundle/recording.ts';
import type { AuditEvidence } from '../audit/evidence.ts';
import type { Expectations } from '../audit/expectations.ts';
import { BaseError } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { EXIT } from '../base/exit-codes.ts';
import { type Evidence, type Part, partValue } from '../evidence/evidence.ts';
import type { VerifyRequest } from './request.ts';

/** Takes a line for standard error, with its line feed. */
export type Say = (line: string) => void;

/** The evidence of a target, without what Intel says of its platform. Throws CollectError. */
export const collectEvidence = async (target: string, say: Say, recording?: Recording): Promise<Evidence> => {
  if (isUrl(target)) say(`twl: asking ${escapeText(target)} for evidence\n`);
  const { evidence } = await collectTarget(target, { onAnswer: recording?.takeAnswer });
  for (const note of evidence.notes) say(`twl: note: ${escapeText(note)}\n`);
  return evidence;
};

const sourceOf = (collateral: string | undefined): CollateralSource => {
  if (collateral === undefined) return { kind: 'default' };
  return isUrl(collateral) ? { kind: 'service', url: collateral } : { kind: 'file', path: collateral };
};

/** A file says itself which platform it is for; no quote is needed to read it. */
const ANY_PLATFORM = { fmspc: '', ca: 'platform' } as const;

type Settings = Pick<VerifyRequest, 'collateral' | 'offline' | 'mockRoot'>;

/**
 * Collateral from where it was asked for. Undefined where none can be had in this run and that is nobody's failure; the check
 * then says that it was not made. What a service failed at becomes a part with that error, for the checks to count.
 */
export const collateralFor = async (
  quote: Part<Uint8Array> | undefined,
  { collateral, offline, mockRoot }: Settings,
  { now }: Expectations,
  say: Say,
): Promise<Part<unknown> | undefined> => {
  const source = sourceOf(collateral);
  const options = { now: now.value, offline, cache: keptCollateral(process.env) };
  if (source.kind === 'file') return await collectCollateral(ANY_PLATFORM, source, options);
  if (source.kind === 'default' && mockRoot !== undefined) {
    say('twl: note: no service knows a simulated platform: give --collateral\n');
    return undefined;
  }
  if (quote === undefined || 'error' in quote) return undefined;
  const origin = source.kind === 'service' ? `service ${source.url}` : 'the default collateral service';
  try {
    if (!offline) say(`twl: asking ${escapeText(origin)} for collateral\n`);
    return await collectCollateral(platformOfQuote(partValue(quote)), source, options);
  } catch (error) {
    if (!(error instanceof BaseError) || error.exitCode === EXIT.usage) throw error;
    say(`twl: note: ${escapeText(error.message)}\n`);
    return offline ? undefined : { origin, error };
  }
};

/**
 * What the target brought along is in force for weeks after Intel published newer: it stands in only where nothing is fetched, where the
 * past is judged, and where no service answers.
 */
const isTargetsOwnEnough = ({ offline, at, mockRoot }: VerifyRequest): boolean =>
  offline || at !== undefined || mockRoot !== undefined;

/** Whether a quote is looked at: that of the attestation, or those that come with a receipt. */
const asksForQuote = ({ only = 'attestation', receipt, attest }: VerifyRequest): boolean =>
  only === 'attestation' || (only === 'runtime' && (receipt !== undefined || attest !== undefined));

/** With what the user named of the launch. An answer to a nonce is of step 1, too. */
export const withRuntime = async (
  evidence: AuditEvidence,
  { only, attest, receipt, logs }: VerifyRequest,
  { nonce }: Expectations,
  say: Say,
  recording?: Recording,
): Promise<AuditEvidence> => {
  if (only === 'provenance' || only === 'source') return evidence;
  if (attest === undefined && receipt === undefined && logs === undefined) return evidence;
  const { collectRuntime } = await import('../audit/collect/runtime/collect-runtime.ts');
  const options = { onAnswer: recording?.takeAttest };
  for (const url of [attest, logs]) if (url !== undefined && isUrl(url)) say(`twl: asking ${escapeText(url)}\n`);
  return { ...evidence, ...(await collectRuntime({ receipt, attest, logs, nonce: nonce?.value }, options)) };
};

const withCollateral = async (
  request: VerifyRequest,
  expectations: Expectations,
  say: Say,
  recording: Recording | undefined,
): Promise<AuditEvidence> => {
  const evidence = await collectEvidence(request.target, say, recording);
  const { collateral: own } = evidence;
  if (request.collateral === undefined) {
    if (!asksForQuote(request)) return evidence;
    if (own !== undefined && isTargetsOwnEnough(request)) {
      if (!request.offline || request.at !== undefined || request.mockRoot !== undefined) return evidence;
      // The target chose what it brought along: what this user's earlier runs were told may be newer.
      const kept = await collateralFor(evidence.quote, request, expectations, () => undefined);
      return kept === undefined ? evidence : { ...evidence, collateral: newerCollateral(own, kept) };
    }
  }
  const collateral = await collateralFor(evidence.quote, request, expectations, say);
  if (collateral === undefined) return evidence;
  if (request.collateral === undefined && own !== undefined && 'error' in collateral) {
    say('twl: note: the collateral that the target brought along is used, which may be weeks old\n');
    return evidence;
  }
  return { ...evidence, collateral };
};

/**
 * The evidence of the target, and what it leads to. Collateral is the one that was named, else from the default
 * service, else what the target brought along; provenance and source are those of the attested compose. Each only where the step that needs it was asked for;
 * a pin that lies in an image, for every step. What comes is told to `recording`.
 */
export const gather = async (
  request: VerifyRequest,
  expectations: Expectations,
  say: Say,
  recording?: Recording,
): Promise<AuditEvidence> => {
  const collected = await withCollateral(request, expectations, say, recording);
  const evidence = await withRuntime(collected, request, expectations, say, recording);
  const record = recording && { provenance: recording.takeDocuments, source: recording.source };
  const recordImages = recording?.takeImages;
  const options = { ...request, record, recordImages, note: (line: string) => say(`twl: note: ${escapeText(line)}\n`) };
  if (request.only === 'attestation') {
    if (request.offline || evidence.appCompose === undefined) return evidence;
    return await (await import('../audit/collect/derived/with-images.ts')).withImages(evidence, expectations, options);
  }
  const { followEvidence } = await import('../audit/collect/follow-evidence.ts');
  return await followEvidence(evidence, expectations, options);
};
