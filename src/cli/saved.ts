import { isBundle } from '../audit/bundle/is-bundle.ts';
import type { OpenedBundle } from '../audit/bundle/open.ts';
import type { Recording } from '../audit/bundle/recording.ts';
import type { CountingRoots } from '../audit/bundle/roots.ts';
import type { AuditEvidence } from '../audit/evidence.ts';
import type { Expectations, TrustRoot } from '../audit/expectations.ts';
import type { Verdict } from '../audit/result.ts';
import { type NewFile, writeOutputs } from '../audit/outputs.ts';
import type { TrustedRoot } from '../provenance/trusted-root.ts';
import { escapeText } from '../base/escape.ts';
import { usageError } from './errors.ts';
import type { Say } from './gather.ts';
import type { VerifyRequest } from './request.ts';
import { intelRoot } from './trust-root.ts';

/** The bundle that TARGET is; undefined where it is none. Throws CliError `usage` for options that only a bundle has. */
export const openSaved = async (request: VerifyRequest): Promise<OpenedBundle | undefined> => {
  const { target, savedSha256, rootSha256s = [] } = request;
  if (isBundle(target)) {
    const [{ openBundle }, { checkSavedOptions }] = await Promise.all([
      import('../audit/bundle/open.ts'),
      import('./gather-saved.ts'),
    ]);
    checkSavedOptions(request);
    return openBundle(target, savedSha256);
  }
  const idle = savedSha256 !== undefined ? '--saved-sha256' : rootSha256s.length > 0 ? '--root-sha256' : undefined;
  if (idle === undefined) return undefined;
  throw usageError(`${idle} needs a TARGET that --save wrote`, 'leave it out, or name such a file');
};

/** The roots that count in this run: of a bundle, those of it that are known or were named. */
export const rootsFor = async (
  { trustedRoots, rootSha256s = [] }: VerifyRequest,
  opened: OpenedBundle | undefined,
  {
    intel,
    mock,
    sigstore,
  }: { readonly intel: Uint8Array; readonly mock: TrustRoot | undefined; readonly sigstore: readonly TrustedRoot[] },
): Promise<CountingRoots> => {
  if (opened === undefined) return { root: mock ?? intelRoot(intel), sigstore, reservations: {} };
  const { countingRoots } = await import('../audit/bundle/roots.ts');
  const isSigstoreNamed = trustedRoots.length > 0;
  return countingRoots(opened.bundle, { intel, mock, sha256s: rootSha256s, sigstore, isSigstoreNamed });
};

/** What keeps the bytes of this run, where somebody wants them. */
export const recordingFor = async (
  { save, attestResult }: VerifyRequest,
  clock: () => number,
): Promise<Recording | undefined> =>
  save === undefined && attestResult === undefined
    ? undefined
    : new (await import('../audit/bundle/recording.ts')).Recording(clock);

/** A run that came to its verdict. */
export interface Done {
  readonly request: VerifyRequest;
  readonly opened: OpenedBundle | undefined;
  readonly recording: Recording | undefined;
  readonly evidence: AuditEvidence;
  readonly expectations: Expectations;
  readonly verdict: Verdict;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly version: string;
}

/** The statement for other tools. Throws CollectError where a policy cannot be read any more. */
const statementOf = async (path: string, recording: Recording, done: Done): Promise<NewFile> => {
  const { request, opened, evidence, expectations, verdict, startedAt, version } = done;
  const [{ inputsOf }, { policyResources, summaryFile }] = await Promise.all([
    import('../audit/attest-result/inputs.ts'),
    import('../audit/attest-result/write.ts'),
  ]);
  const policies = policyResources(request.policies);
  const inputs = inputsOf(opened, recording, evidence);
  const run = { verdict, expectations, policies, profile: request.profile, inputs, now: startedAt, version };
  return summaryFile(path, run);
};

/**
 * Writes what was asked for beside the report: all of it or nothing. Throws StateError where it cannot be written, BundleError where the evidence
 * does not fit into a file that can be read again.
 */
export const keep = async (done: Done, say: Say): Promise<void> => {
  const { request, recording, evidence, expectations, verdict, startedAt } = done;
  const { attestResult, save, html, target } = request;
  const files: NewFile[] = [];
  const lines: string[] = [];
  if (attestResult !== undefined && recording !== undefined) {
    files.push(await statementOf(attestResult, recording, done));
  }
  if (save !== undefined && recording !== undefined) {
    const { bundleFile } = await import('../audit/bundle/save.ts');
    const run = { recording, target, startedAt, evidence, expectations };
    const { file, sha256, command, notes } = bundleFile(save, run, request);
    files.push(file);
    if (request.rebuild !== undefined)
      lines.push('note: the build of --rebuild is not in it: name the clone again to make it again');
    lines.push(
      ...notes.map((note) => `note: ${escapeText(note)}`),
      `saved ${file.bytes.length} bytes of evidence, SHA-256 ${sha256}`,
      `to check it again: ${escapeText(command)}`,
    );
  }
  if (html !== undefined) files.push((await import('../audit/report/html/write-page.ts')).pageFile(html, verdict));
  writeOutputs(files);
  for (const line of lines) say(`twl: ${line}\n`);
};
