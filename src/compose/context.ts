import type { Pin } from '../pin/types.ts';
import type { AppFacts } from './app-facts.ts';
import type { ComposeFile, Service } from './document.ts';
import type { Roles } from './find-launcher.ts';
import type { BakedPin, Located } from './locate-pin.ts';
import type { LauncherName, LauncherProgram } from './programs.ts';

/** Another service that a policy lets run beside the launcher. */
export interface AdmittedService {
  /** `sha256:…` of its image. */
  readonly digest: string;
  /** SHA-256 of its definition (`definitionHash`), 64 lower-case hex; undefined: whatever the file makes the image do. */
  readonly definition?: string;
  /** Who said so, for the report. */
  readonly source: string;
}

/** A script of app-compose.json that somebody has read. */
export interface KnownScript {
  /** SHA-256 of its bytes, 64 lower-case hex. */
  readonly sha256: string;
  /** What it is, for the report: "Phala pre-launch script 0.0.15". */
  readonly name: string;
}

/** A digest of a launcher image, `sha256:…`, with the name that its entry point calls the launcher by. */
export interface ExpectedLauncher {
  readonly digest: string;
  readonly program: LauncherName;
  /** What it holds beside the launcher; none where nobody looked. */
  readonly pins?: readonly BakedPin[];
}

/** All that a compose file is held against. Every value comes from outside the evidence; an empty list means none. */
export interface ComposeExpectations {
  readonly launchers: readonly ExpectedLauncher[];
  readonly admitted: readonly AdmittedService[];
  readonly knownScripts: readonly KnownScript[];
}

/** What the checks look at. */
export interface ComposeContext {
  readonly file: ComposeFile;
  readonly app: AppFacts;
  readonly expected: ComposeExpectations;
  readonly roles: Roles;
}

/** The same for checks that are about the one service that launches. */
export interface LauncherContext extends ComposeContext {
  readonly launcher: Service;
  readonly program: LauncherProgram;
  readonly located: Located;
  /** Undefined where it is not bound or no pin. */
  readonly pin: Pin | undefined;
}
