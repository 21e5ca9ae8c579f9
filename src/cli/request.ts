import type { PinRequest } from '../audit/pinning/request.ts';
import type { ProfileName } from '../audit/policy/profiles/names.ts';
import type { RebuildStage } from '../audit/rebuilt.ts';
import type { Step } from '../audit/steps.ts';
import type { AnchorRequest } from '../audit/trust/anchor.ts';

/** What `twl verify` was asked for: the command line, read but not yet acted on. */
export interface VerifyRequest {
  readonly target: string;
  readonly policies: readonly string[];
  readonly profile: ProfileName | undefined;
  /** A path. */
  readonly allowed: string | undefined;
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
  /** The launcher image that a derived one is made from, `NAME@sha256:…`. */
  readonly base: string | undefined;
  /** A clone of the launcher's repository, an absolute folder; and which image of it. */
  readonly rebuild?: string | undefined;
  readonly rebuildStage?: RebuildStage | undefined;
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
  /** A path that the evidence is saved to; and one for the result as an in-toto statement. */
  readonly save?: string | undefined;
  readonly attestResult?: string | undefined;
  /** Of roots in a bundle that count, 64 lower-case hex digits each. */
  readonly rootSha256s?: readonly string[];
  /** Of a bundle's file, the same. */
  readonly savedSha256?: string | undefined;
  readonly only: Step | undefined;
  /** Where to write the page: a path. */
  readonly html: string | undefined;
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

/** What `twl trust refresh` was asked for. */
export interface TrustRequest extends AnchorRequest {
  /** A path. */
  readonly out: string | undefined;
}

/** What the program was asked for. */
export type Request =
  | { readonly action: 'print'; readonly text: string }
  | { readonly action: 'verify'; readonly options: VerifyRequest }
  | { readonly action: 'lint'; readonly options: LintRequest }
  | { readonly action: 'pin'; readonly options: PinRequest; readonly json: boolean }
  | { readonly action: 'explain'; readonly check: string | undefined }
  | { readonly action: 'trust-refresh'; readonly options: TrustRequest }
  | { readonly action: 'policy-init'; readonly target: string }
  | { readonly action: 'policy-check'; readonly files: readonly string[] };
