/** The images that a commit of the launcher's repository builds to, by the stages of its docker/Dockerfile. */
export const REBUILD_STAGES = ['launcher', 'mpc', 'mpc-drop-in'] as const;
export type RebuildStage = (typeof REBUILD_STAGES)[number];

/** A build of the auditor's own: what `npm run image:verify` printed of it. */
export interface Rebuilt {
  /** What was built. */
  readonly commit: string;
  readonly stage: RebuildStage;
  /** `sha256:…` of the index over all platforms, or of the manifest where there is one platform. */
  readonly digest: string;
  readonly platforms: readonly {
    /** `amd64`. */
    readonly architecture: string;
    readonly digest: string;
  }[];
}
