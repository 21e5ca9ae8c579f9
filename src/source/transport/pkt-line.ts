import { SourceError } from '../errors.ts';

/** Special packets of length 0, 1 and 2 (gitprotocol-common, gitprotocol-v2). */
export type PacketKind = 'data' | 'flush' | 'delimiter' | 'response-end';

/** LARGE_PACKET_MAX of git: four digits and 65,516 bytes. */
const MAX_PACKET_BYTES = 65_520;
const KIND_OF_LENGTH: readonly PacketKind[] = ['flush', 'delimiter', 'response-end'];
const EMPTY = Buffer.alloc(0);

/** One packet with the length in front. */
export const encodePacket = (text: string): string =>
  (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;

/** Cuts a byte stream into pkt-lines as it arrives; payloads are views, valid during the call. */
export class PktLineReader {
  #rest: Buffer = EMPTY;
  readonly #onPacket: (kind: PacketKind, payload: Buffer) => void;

  constructor(onPacket: (kind: PacketKind, payload: Buffer) => void) {
    this.#onPacket = onPacket;
  }

  /** @throws SourceError `protocol-malformed` where there should be a length */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let position = 0;
    while (position + 4 <= bytes.length) {
      const digits = bytes.toString('latin1', position, position + 4);
      const length = /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
      if (length < 0 || length === 3 || length > MAX_PACKET_BYTES) {
        throw new SourceError('protocol-malformed', "the answer is not git's protocol: a packet has no length", {
          hint: 'check that REPO_URL is the address of a git repository and not of a web page',
        });
      }
      const kind = KIND_OF_LENGTH[length];
      if (kind !== undefined) {
        this.#onPacket(kind, EMPTY);
        position += 4;
        continue;
      }
      if (position + length > bytes.length) break;
      this.#onPacket('data', bytes.subarray(position + 4, position + length));
      position += length;
    }
    this.#rest = bytes.subarray(position);
  }

  /** Whether the stream may end here. */
  get atBoundary(): boolean {
    return this.#rest.length === 0;
  }
}

/** The text of a packet without its line feed. */
export const packetText = (payload: Buffer): string => payload.toString('utf8').replace(/\n$/, '');
