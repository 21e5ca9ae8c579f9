import { EMPTY_POLICY } from '../audit/policy/policy.ts';
import { renderJson } from '../audit/report/json.ts';
import { renderText } from '../audit/report/text.ts';
import type { Verdict } from '../audit/result.ts';
import { verify } from '../audit/verify.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import { intelRootDer } from '../tdx/intel-root.ts';
import { expectationsOf } from './expectations.ts';
import { gather } from './gather.ts';
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

/**
 * `twl verify`: the report as it was asked for, and the status that goes with it. `say` gets lines for standard error. Whatever
 * can be wrong with the command line, the policies, the root and the compose file is thrown before a connection is opened.
 */
export const runVerify = async (
  request: VerifyRequest,
  terminal: Terminal,
  say: (line: string) => void,
  version = 'from source',
): Promise<{ text: string; exit: ExitCode }> => {
  const { html } = request;
  if (html !== undefined) (await import('../audit/report/html/write-page.ts')).checkPagePath(html);
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
  await keep({ request, opened, recording, evidence, expectations, verdict, startedAt, version }, quietly);
  if (html !== undefined) (await import('../audit/report/html/write-page.ts')).writeVerdictPage(html, verdict);
  return { text: render(verdict, request, terminal), exit: verdict.exit };
};
