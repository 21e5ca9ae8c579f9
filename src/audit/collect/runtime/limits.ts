/** An answer of twl-attest: about 60 KiB; a receipt with a log as long as logs may be stays below. */
export const MAX_ATTEST_BYTES = 10 * 1024 * 1024;
/** Of a log: docker keeps 10 MiB a file where it is told to rotate; the launcher writes some KiB at each start. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;
