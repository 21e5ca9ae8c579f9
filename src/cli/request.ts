import type { PinRequest } from '../audit/pinning/request.ts';
import type { Step } from '../audit/steps.ts';

/** What `twl verify` was asked for: the command line, read but not yet acted on. */
export interface VerifyRequest {
  readonly target: string;
  readonly policies: readonly string[];
  readonly repository: string | undefined;
  readonly commit: string | undefined;
  readonly treeSha256: string | undefined;
  readonly appId: string | undefined;
  /** Paths. */
  readonly compose: string | undefined;
  readonly mockRoot: string | undefined;
  /** A path or a URL. */
  readonly collateral: string | undefined;
  /** Paths of files with Sigstore bundles, and with trusted roots. */
  readonly bundles: readonly string[];
  readonly trustedRoots: readonly string[];
  /** A registry that may be private, `host[:port]`. */
  readonly registry: string | undefined;
  /** A URL, or an absolute folder. */
  readonly source: string | undefined;
  /** A path. */
  readonly receipt: string | undefined;
  /** Paths or URLs. */
  readonly attest: string | undefined;
  readonly logs: string | undefined;
  /** `random`, or 64 lower-case hex digits. */
  readonly nonce: string | undefined;
  /** The commit that was audited last. */
  readonly since: string | undefined;
  /** Seconds since 1970. */
  readonly at: number | undefined;
  readonly only: Step | undefined;
  readonly offline: boolean;
  readonly json: boolean;
  readonly timings: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** What `twl lint` was asked for. */
export interface LintRequest {
  /** Paths. */
  readonly file: string;
  readonly policies: readonly string[];
  readonly json: boolean;
}

/** What the program was asked for. */
export type Request =
  | { readonly action: 'print'; readonly text: string }
  | { readonly action: 'verify'; readonly options: VerifyRequest }
  | { readonly action: 'lint'; readonly options: LintRequest }
  | { readonly action: 'pin'; readonly options: PinRequest }
  | { readonly action: 'explain'; readonly check: string | undefined }
  | { readonly action: 'policy-init'; readonly target: string }
  | { readonly action: 'policy-check'; readonly files: readonly string[] };
