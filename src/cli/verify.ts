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
import { intelRoot, mockRoot } from './trust-root.ts';

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
): Promise<{ text: string; exit: ExitCode }> => {
  const intel = intelRootDer();
  const root = request.mockRoot === undefined ? intelRoot(intel) : mockRoot(request.mockRoot, intel);
  // Only who has a policy waits for what reads one.
  const policy =
    request.policies.length === 0 ? EMPTY_POLICY : (await import('./policies.ts')).readPolicies(request.policies);
  // Whoever asks for the attestation alone does not wait for Sigstore's roots.
  const sigstoreRoots =
    request.only === 'attestation'
      ? []
      : (await import('../audit/collect/sigstore-roots.ts')).sigstoreRoots(request.trustedRoots);
  const expectations = { ...expectationsOf(request, { policy, root, clock: clock() }), sigstoreRoots };
  const quietly = request.quiet ? () => {} : say;
  const evidence = await gather(request, expectations, quietly);
  const verdict = verify(evidence, expectations);
  return { text: render(verdict, request, terminal), exit: verdict.exit };
};
