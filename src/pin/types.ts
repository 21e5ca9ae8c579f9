/**
 * Where a repository is fetched from. `text` is the value as the pin wrote it. `host` is lower case, an IPv6 address
 * without brackets. The `path` of http is as written, with its escapes, from the first `/`; that of ssh is what the
 * other end's command gets (`/a/b`, `a/b`, `~user/a`); that of a local one is absolute, without a trailing slash.
 */
export type RepoUrl =
  | { kind: 'http'; text: string; secure: boolean; host: string; port: number; path: string }
  | { kind: 'ssh'; text: string; user: string | undefined; host: string; port: number | undefined; path: string }
  | { kind: 'local'; text: string; path: string };

/** How the workload is started. */
export type RunMode =
  | { kind: 'default'; entrypointScript: string }
  | { kind: 'advanced'; runCmd: string; installCmd: string | undefined };

export type Submodules = 'no' | 'ignore' | 'yes';
export type ReceiptMode = 'auto' | 'required' | 'off';
export type ObjectFormat = 'sha1' | 'sha256';

/** A pin that has passed every rule of the table in the README. */
export interface Pin {
  repoUrl: RepoUrl;
  repoMirrors: RepoUrl[];
  /** 40 or 64 lower-case hex digits. */
  commitSha: string;
  /** By the length of `commitSha`. */
  objectFormat: ObjectFormat;
  /** Absolute and normalised. */
  workDir: string;
  treeSha256: string | undefined;
  /** Relative and normalised, without a trailing slash; undefined for the root. */
  repoSubdir: string | undefined;
  mode: RunMode;
  childEnvFile: string | undefined;
  /** Names that may pass although they load or steer code; sorted. */
  allowEnv: string[];
  repoCredentialFile: string | undefined;
  repoCaFile: string | undefined;
  repoProxy: string | undefined;
  sshKeyFile: string | undefined;
  sshKnownHostsFile: string | undefined;
  submodules: Submodules;
  receipt: ReceiptMode;
}

/** What differs between the programs that read a pin. */
export interface PinDefaults {
  entrypointScript: string;
  submodules: Submodules;
}
