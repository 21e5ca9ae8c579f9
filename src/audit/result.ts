import type { ExitCode } from '../base/exit-codes.ts';
import type { CheckId } from './check-ids.ts';
import type { PathChange } from './source/since/compare.ts';
import type { DiffLine } from './source/since/diff-lines.ts';
import type { Step } from './steps.ts';

/** Only `passed` counts. `not-bound`: shown, but the evidence does not cover it. */
export type CheckState = 'passed' | 'failed' | 'not-checked' | 'not-bound';

/** What one check came to. All strings may hold text of the evidence, unescaped: whoever prints escapes. */
export interface CheckResult {
  readonly id: CheckId;
  readonly step: Step;
  /** A required check that did not pass keeps the verdict from VERIFIED; one that failed does so whether required or not. */
  readonly required: boolean;
  readonly state: CheckState;
  /** The exit code that this result calls for; 0 where it passed. */
  readonly exit: ExitCode;
  /** The check that this one stands on and that did not pass: then it was not made. */
  readonly blockedBy?: CheckId;
  /** One sentence without a final stop: what was found out, or why not. */
  readonly summary: string;
  readonly expected?: string;
  readonly found?: string;
  /** Where the expected value came from: always from outside of what it is compared with. */
  readonly source?: string;
  /** Where the bytes that were looked at came from. */
  readonly origins: readonly string[];
  /** Further lines: which event, which register, which line. */
  readonly details: readonly string[];
  /** What to do next, one sentence. */
  readonly hint?: string;
}

/** Something a reader should know that is no check of its own: it fails nothing and is never hidden. */
export interface Finding {
  /** Stable, `area.name`, so that a policy can accept it. */
  readonly id: string;
  readonly text: string;
  /** The file that it is about, from the top of the commit, escaped; or the key of the pin. */
  readonly path?: string;
  /** 1-based. */
  readonly line?: number;
  /** Why a policy accepts it, and which one. */
  readonly accepted?: { readonly reason: string; readonly source: string };
}

/** What the evidence as a whole comes to. */
export type VerdictWord =
  | 'VERIFIED'
  | 'PASSED'
  | 'CONSISTENT'
  | 'REJECTED'
  | 'NOT BOUND'
  | 'STALE'
  | 'UNSUPPORTED'
  | 'MALFORMED'
  | 'UNAVAILABLE'
  | 'ENVIRONMENT'
  | 'INTERNAL ERROR';

/** The launcher's service, as the compose text names it. */
export interface LauncherService {
  readonly service: string;
  /** Name, tag and digest, as an engine takes them. */
  readonly image: string;
}

/** What a certificate says of the build of the launcher's image: that of the bundle that `provenance.*` is about. */
export interface Build {
  /** Where the bundle came from. */
  readonly origin: string;
  /** No check of it failed. */
  readonly accepted: boolean;
  /** Somebody pretended to be Sigstore. */
  readonly simulated: boolean;
  /** Lower-case names with underscores. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What the pin runs in place of an entry script: each whole, given to `bash -c`. */
export interface PinCommands {
  readonly install?: string;
  readonly run: string;
}

/** The entry script of the pinned commit: its text, or a note that says why there is none. */
export type EntryScript = {
  /** From the top of the commit. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
} & ({ readonly text: string } | { readonly note: string });

/** What changed since the commit that was audited last. */
export interface KnownChanges {
  readonly commit: string;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Not all of them where there are many. */
  readonly paths: readonly PathChange[];
  /** Of the entry script; undefined where it is not in both commits, or too large. */
  readonly lines?: readonly DiffLine[];
}

/** What changed, or a note that says why nobody knows. */
export type Changes = KnownChanges | { readonly note: string; readonly hint?: string };

/**
 * What the evidence led to, for a reader to read himself. Shown, not judged: it is worth what the checks on it came to. A part that is
 * missing or cannot be read is left out, and its check says so.
 */
export interface Material {
  readonly launcher?: LauncherService;
  readonly build?: Build;
  /** The pin as the launcher reads it: lines `KEY=VALUE` in canonical form, defaults written out. */
  readonly pin?: readonly string[];
  readonly commands?: PinCommands;
  readonly entryScript?: EntryScript;
  /** Where it was asked for. */
  readonly since?: Changes;
}

export interface Verdict extends Material {
  readonly word: VerdictWord;
  readonly exit: ExitCode;
  readonly target: string;
  /** Everything printed says SIMULATED: the hardware was pretended (`--mock-root`). */
  readonly simulated: boolean;
  /** The step that was asked for alone. */
  readonly only: Step | undefined;
  /** The time it was judged for, ISO 8601 in UTC, and where that came from. */
  readonly at: string;
  readonly atSource: string;
  readonly checks: readonly CheckResult[];
  readonly findings: readonly Finding[];
  /** What would have to be given or done for VERIFIED, one sentence each; empty where it is. */
  readonly missing: readonly string[];
  /** What the evidence showed about the deployment, name to value, for the reader and for a first policy. */
  readonly facts: Readonly<Record<string, string>>;
  /** Milliseconds each check took. */
  readonly timings: Readonly<Record<string, number>>;
}
