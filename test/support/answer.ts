/** How a server's answer to one request departs from the honest one. Every field can stand with every other. */
export interface Answer {
  /** Sent in place of what git would answer. */
  reply?: { status: number; headers?: Record<string, string>; body?: string | Uint8Array | AsyncIterable<Uint8Array> };
  /** Hides the request's `Git-Protocol` header from git. */
  ignoreGitProtocol?: boolean;
  /** No byte at all, not even a head, until the client or the server goes. */
  hang?: boolean;
  /** Waits so long before the head. */
  delayMs?: number;
  /** Sends so many bytes of the body and then nothing, connection open. */
  hangAfter?: number;
  /** Sends so many bytes of the body and then destroys the socket. */
  cutAfter?: number;
  /** Turns one bit of the body over, counted from its first byte's lowest bit. */
  flipBit?: number;
  /** Sends the body in small pieces with a pause before each. */
  drip?: { bytes: number; everyMs: number };
}

/** One request as a server saw it. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  bodyBytes: number;
  /** Bytes of the answer's body sent so far. */
  responseBytes: number;
  /** The pieces of the answer's body, where the server was asked to keep them. */
  response?: Uint8Array[];
  /** The answer's status, 0 while there is none. */
  status: number;
}

/** Decides on each request; `undefined` leaves the answer honest. `index` counts the server's requests from 0. */
export type Behaviour = (request: SeenRequest, index: number) => Answer | undefined;
