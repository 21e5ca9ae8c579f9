/** Any answer: dstack's own cap on what it sends and takes is 10 MiB; real answers are below 100 KiB. */
export const MAX_ANSWER_BYTES = 10 * 1024 * 1024;
/** Real answers nest four deep, `tcb_info` included. */
export const MAX_ANSWER_DEPTH = 16;
/** A quote is about 5 KiB. */
export const MAX_QUOTE_BYTES = 64 * 1024;
/** The head of an answer: a few hundred bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** Of an agent's own words, so many characters are shown. */
export const MAX_SHOWN_CHARACTERS = 300;

/** How long the agent may take, in milliseconds. */
export interface AgentTimes {
  /** Until the socket is open: nothing lies between, but systemd may have to start the agent first. */
  readonly connectMs: number;
  /** Without a byte: a quote takes well below a second, more where many are asked for at once. */
  readonly idleMs: number;
  /** All calls of one client together. */
  readonly totalMs: number;
}

export const AGENT_TIMES: AgentTimes = { connectMs: 5_000, idleMs: 10_000, totalMs: 30_000 };
