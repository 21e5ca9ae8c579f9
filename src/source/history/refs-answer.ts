import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { PktLineReader, packetText } from '../transport/pkt-line.ts';
import { serverMessage } from '../transport/server-message.ts';

/** Reads a version 2 server's answer to ls-refs and hands on each line. */
export class RefsAnswerReader {
  isDone = false;
  readonly #packets: PktLineReader;
  readonly #limits: Limits;
  #bytes = 0;

  constructor(limits: Limits, onLine: (line: string) => void) {
    this.#limits = limits;
    this.#packets = new PktLineReader((kind, payload) => {
      if (this.isDone) {
        if (kind === 'response-end') return;
        throw malformed('packets follow the list of refs');
      }
      if (kind === 'flush') {
        this.isDone = true;
        return;
      }
      if (kind !== 'data') throw malformed('the list of refs is divided');
      const text = packetText(payload);
      if (text.startsWith('ERR ')) throw serverMessage(text.slice(4));
      onLine(text);
    });
  }

  /** @throws SourceError `protocol-malformed`, `limit-exceeded`, and what `onLine` throws */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const { ADVERTISEMENT_BYTES } = this.#limits;
    if (this.#bytes > ADVERTISEMENT_BYTES) {
      throw limitExceeded('ADVERTISEMENT_BYTES', `the server lists more than ${ADVERTISEMENT_BYTES} bytes of refs`);
    }
    this.#packets.push(chunk);
  }

  /** @throws SourceError `connection-cut` when the list ended before its end was said */
  finish(): void {
    if (!this.isDone || !this.#packets.atBoundary) {
      throw new SourceError('connection-cut', 'the list of refs ended in the middle');
    }
  }
}

const malformed = (what: string): SourceError =>
  new SourceError('protocol-malformed', `the answer is not git's protocol: ${what}`, {
    hint: 'check that the address is that of a git repository',
  });
