import { EMPTY_POLICY } from '../audit/policy/policy.ts';
import { renderJson } from '../audit/report/json.ts';
import { renderText } from '../audit/report/text.ts';
import type { Verdict } from '../audit/result.ts';
import { verify } from '../audit/verify.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import { intelRootDer } from '../tdx/intel-root.ts';
import { expectationsOf } from './expectations.ts';
import { gather } from './gather.ts';
import { checkRequestedOutputs } from './outputs.ts';
import type { VerifyRequest } from './request.ts';
import type { Terminal } from './terminal.ts';
import { keep, openSaved, recordingFor, rootsFor } from './saved.ts';
import { mockRoot } from './trust-root.ts';

const render = (
  verdict: Verdict,
  { json, timings, verbose, quiet }: VerifyRequest,
  { color, width }: Terminal,
): string =>
  json
    ? renderJson(verdict, { timings })
    : renderText(verdict, { color, timings, verbose, quiet, ...(width === undefined ? {} : { width }) });

/** The clock in seconds since 1970. */
export const clock = (): number => Math.floor(Date.now() / 1000);

/** What a run has to say. */
export interface Verified {
  /** The report as it was asked for. */
  readonly text: string;
  /** The status that goes with it. */
  readonly exit: ExitCode;
  /** Why what was to be written beside it was not. The verdict holds none the less, and is for the reader before this is said. */
  readonly failure?: unknown;
}

/**
 * `twl verify`: the report, and the status that goes with it. `say` gets lines for standard error. Whatever can be wrong with the command line,
 * the paths to write to, the policies, the root and the compose file is thrown before a connection is opened.
 */
export const runVerify = async (
  request: VerifyRequest,
  terminal: Terminal,
  say: (line: string) => void,
  version = 'from source',
): Promise<Verified> => {
  checkRequestedOutputs(request);
  if (request.rebuild !== undefined) {
    const { checkRebuildFolder, rebuildSeconds } = await import('../audit/collect/rebuild/check-folder.ts');
    checkRebuildFolder(request.rebuild);
    rebuildSeconds(process.env);
  }
  const intel = intelRootDer();
  const opened = await openSaved(request);
  const named = request.mockRoot === undefined ? undefined : mockRoot(request.mockRoot, intel);
  // Only who has a policy waits for what reads one.
  const policy =
    request.policies.length === 0 && request.profile === undefined
      ? EMPTY_POLICY
      : (await import('./policies.ts')).readPolicies(request.policies, request.profile);
  // Whoever asks for the attestation alone does not wait for Sigstore's roots.
  const builtIn =
    request.only === 'attestation'
      ? []
      : await (await import('../audit/collect/sigstore-roots.ts')).newestSigstoreRoots(
          request.trustedRoots,
          process.env,
        );
  const { root, sigstore, reservations } = await rootsFor(request, opened, { intel, mock: named, sigstore: builtIn });
  const startedAt = clock();
  const expectations = {
    ...expectationsOf(request, { policy, root, clock: startedAt }),
    sigstoreRoots: request.only === 'attestation' ? [] : sigstore,
  };
  const quietly = request.quiet ? () => {} : say;
  const recording = await recordingFor(request, clock);
  const evidence =
    opened === undefined
      ? await gather(request, expectations, quietly, recording)
      : await (await import('./gather-saved.ts')).gatherSaved(
          opened,
          request,
          expectations,
          quietly,
          reservations,
          recording,
        );
  const verdict = verify(evidence, expectations);
  const done = { request, opened, recording, evidence, expectations, verdict, startedAt, version };
  const result = { text: render(verdict, request, terminal), exit: verdict.exit };
  try {
    await keep(done, quietly);
    return result;
  } catch (failure) {
    return { ...result, failure };
  }
};
