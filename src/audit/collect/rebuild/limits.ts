/**
 * How long a build may take, in seconds, where `TWL_REBUILD_SECONDS` does not say otherwise. Two platforms take four minutes on two busy cores
 * with a mirror at hand; the archive of snapshots hands out its packages slowly, and npm's are fetched too.
 */
export const REBUILD_SECONDS = 60 * 60;
/** The largest value of the variable: a timer of Node holds no more than 24 days. */
export const MAX_REBUILD_SECONDS = 7 * 24 * 60 * 60;

/** The result is some 2 KiB: the digests of two platforms and of their layers. */
export const MAX_RESULT_BYTES = 64 * 1024;
/** Digest, config and layers nest four deep. */
export const MAX_RESULT_DEPTH = 8;
/** What is built is for two. */
export const MAX_PLATFORMS = 16;

/** Progress: npm, mmdebstrap and the engine are told to be quiet, and say some KiB. */
export const MAX_PROGRESS_BYTES = 1024 * 1024;
/** A longer line is shown in pieces. */
export const MAX_LINE_BYTES = 2000;
/** Of a build that failed, its last lines say why. */
export const TAIL_LINES = 6;

/** From SIGTERM to SIGKILL: time to take temporary files away. */
export const KILL_AFTER_MS = 5000;
/** npm has ended, and something that it started keeps the pipes. */
export const PIPE_GRACE_MS = 2000;

/** A package.json has some KiB. */
export const MAX_PACKAGE_BYTES = 1024 * 1024;
