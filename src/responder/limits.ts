/** Requests that are answered at once after a pause, and how often one more is granted: a quote costs the machine some 100 ms. */
export const BURST_REQUESTS = 10;
export const REQUESTS_PER_SECOND = 2;
/** Quotes asked for at once: the hardware makes them one at a time anyway. */
export const MAX_CONCURRENT_QUOTES = 2;
/** Open connections; each costs some KiB. */
export const MAX_CONNECTIONS = 64;
/** Method, address and headers of a request; a browser sends less than 2 KiB. */
export const MAX_HEAD_BYTES = 4096;
/** The address: `/attest?nonce=` and 64 digits are 78. */
export const MAX_TARGET_CHARACTERS = 256;
/** For the whole of a request: it is one packet. */
export const REQUEST_MS = 5_000;
/** How often connections are held against that. */
export const CHECK_MS = 1_000;
/** A connection, from its first byte to its last, waiting for the quote included. */
export const CONNECTION_MS = 60_000;
/** All that the agent may take for one answer. */
export const AGENT_MS = { connectMs: 2_000, idleMs: 10_000, totalMs: 15_000 } as const;
