import type { ObjectFormat } from '../objects/object-id.ts';
import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { encodePacket, type PacketKind, PktLineReader, packetText } from './pkt-line.ts';
import { serverMessage } from './server-message.ts';

/** What is wanted: exactly one commit, without history. */
export interface Want {
  commit: string;
  format: ObjectFormat;
}

declare const __VERSION__: string | undefined;
/** Servers see which client this is; the leading `git/` is what some of them look for. */
export const AGENT = `git/trusted-workload-launcher-${typeof __VERSION__ === 'string' ? __VERSION__ : 'source'}`;

/** The one request of protocol version 2 (gitprotocol-v2, "fetch"): no ref is listed or named. */
export const encodeFetchV2 = ({ commit, format }: Want): string =>
  `${encodePacket('command=fetch')}${encodePacket(`agent=${AGENT}`)}${encodePacket(`object-format=${format}`)}0001` +
  `${['ofs-delta', 'no-progress', `want ${commit}`, 'deepen 1', 'done'].map((line) => encodePacket(`${line}\n`)).join('')}0000`;

/** The same for servers that speak version 0 (gitprotocol-pack). */
export const encodeFetchV0 = ({ commit, format }: Want, capabilities: ReadonlySet<string>): string => {
  const asked = ['side-band-64k', 'ofs-delta', 'no-progress', `object-format=${format}`].filter((name) =>
    capabilities.has(name),
  );
  return (
    `${encodePacket(`want ${commit} ${asked.join(' ')} agent=${AGENT}\n`)}${encodePacket(`deepen 1\n`)}0000` +
    encodePacket('done\n')
  );
};

/** What a server said of itself before anything was asked. */
export interface Advertisement {
  version: 0 | 2;
  capabilities: ReadonlySet<string>;
}

/** Reads what a server advertises, of either version, up to the flush; refs are passed over unless somebody asks for them. */
export class AdvertisementReader {
  result: Advertisement | undefined;
  readonly #packets: PktLineReader;
  readonly #limits: Limits;
  readonly #onRef: ((line: string) => void) | undefined;
  #bytes = 0;
  #version: 0 | 2 | undefined;
  #capabilities = new Set<string>();

  /** `onRef` is told of each line of a version 0 server's list, `<id> <name>`. */
  constructor(limits: Limits, onRef?: (line: string) => void) {
    this.#limits = limits;
    this.#onRef = onRef;
    this.#packets = new PktLineReader((kind, payload) => this.#packet(kind, payload));
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.ADVERTISEMENT_BYTES) {
      throw limitExceeded(
        'ADVERTISEMENT_BYTES',
        `the server lists more than ${this.#limits.ADVERTISEMENT_BYTES} bytes of refs`,
      );
    }
    this.#packets.push(chunk);
  }

  #packet(kind: PacketKind, payload: Buffer): void {
    if (this.result !== undefined)
      throw new SourceError('protocol-malformed', 'the server speaks on after its greeting');
    if (kind === 'flush') {
      // Over HTTP a version 0 server announces the service in a section of its own first.
      if (this.#version !== undefined) this.result = { version: this.#version, capabilities: this.#capabilities };
      return;
    }
    const text = packetText(payload);
    if (text.startsWith('ERR ')) throw serverMessage(text.slice(4));
    if (this.#version === 2) {
      this.#capabilities.add(text);
    } else if (this.#version === undefined && text === 'version 2') {
      this.#version = 2;
    } else if (this.#version === undefined && !text.startsWith('# service=') && text !== 'version 1') {
      const nul = text.indexOf('\0');
      if (!/^[0-9a-f]{40,64} /.test(text) || nul < 0) {
        throw new SourceError('protocol-malformed', 'the server does not greet as a git server does', {
          hint: 'check that REPO_URL is the address of a git repository and not of a web page',
        });
      }
      this.#version = 0;
      this.#capabilities = new Set(
        text
          .slice(nul + 1)
          .trim()
          .split(' '),
      );
      this.#onRef?.(text.slice(0, nul));
    } else if (this.#version === 0) {
      this.#onRef?.(text);
    }
  }
}

/**
 * Holds what a version 0 server offers against what is needed.
 * @throws SourceError `protocol-unsupported`, `object-format-mismatch`
 */
export const checkCapabilities = ({ version, capabilities }: Advertisement, { format }: Want): void => {
  const formats = [...capabilities].filter((name) => name.startsWith('object-format=')).map((name) => name.slice(14));
  if (formats.length === 0 ? format !== 'sha1' : !formats.includes(format)) {
    throw new SourceError(
      'object-format-mismatch',
      `the repository does not have ${format} objects, which COMMIT_SHA is of`,
      {
        hint: 'a SHA-1 repository has commits of 40 digits, a SHA-256 repository of 64',
      },
    );
  }
  for (const needed of version === 0 ? ['side-band-64k', 'shallow'] : []) {
    if (!capabilities.has(needed)) {
      throw new SourceError(
        'protocol-unsupported',
        `the server cannot do '${needed}', without which one commit cannot be had`,
      );
    }
  }
};

/** Reads the answer to a fetch and hands on the bytes of the pack. */
export class FetchAnswerReader {
  /** Bytes of the pack that were handed on. */
  packBytes = 0;
  /** Whether commits were named whose parents are left out: at one's own wish, or because the server does not have them. */
  namedShallow = false;
  readonly #limits: Limits;
  readonly #onPack: (bytes: Buffer) => void;
  readonly #packets: PktLineReader;
  readonly #saidHave: boolean;
  #stage: 'sections' | 'skip' | 'greeting' | 'pack' | 'done';
  #progressBytes = 0;

  /** `saidHave`: whether the request named commits as had, which a version 0 server answers with ACK in place of NAK. */
  constructor(version: 0 | 2, limits: Limits, onPack: (bytes: Buffer) => void, saidHave = false) {
    this.#saidHave = saidHave;
    this.#limits = limits;
    this.#onPack = onPack;
    this.#stage = version === 2 ? 'sections' : 'greeting';
    this.#packets = new PktLineReader((kind, payload) => this.#packet(kind, payload));
  }

  push(chunk: Buffer): void {
    this.#packets.push(chunk);
  }

  get isDone(): boolean {
    return this.#stage === 'done';
  }

  /** @throws SourceError `connection-cut` when the answer ended before its end was said */
  finish(): void {
    if (this.#stage !== 'done' || !this.#packets.atBoundary) {
      throw new SourceError('connection-cut', 'the answer of the server ended in the middle');
    }
  }

  #packet(kind: PacketKind, payload: Buffer): void {
    if (kind === 'data' && this.#stage !== 'pack' && payload.toString('latin1', 0, 4) === 'ERR ') {
      throw serverMessage(packetText(payload.subarray(4)));
    }
    switch (this.#stage) {
      case 'sections':
        this.#section(kind, payload);
        return;
      case 'skip':
        this.#countProgress(payload.length + 4);
        if (kind === 'delimiter') this.#stage = 'sections';
        else if (kind !== 'data') throw malformed('it ends before the pack');
        return;
      case 'greeting':
        this.#greeting(kind, payload);
        return;
      case 'pack':
        this.#band(kind, payload);
        return;
      case 'done':
        if (kind !== 'response-end') throw malformed('packets follow the end of the pack');
    }
  }

  #section(kind: PacketKind, payload: Buffer): void {
    const name = kind === 'data' ? packetText(payload) : '';
    if (name === 'packfile') this.#stage = 'pack';
    else if (name === 'shallow-info' || name === 'acknowledgments') {
      this.namedShallow ||= name === 'shallow-info';
      this.#stage = 'skip';
    } else throw malformed('an unknown section stands where the pack should be');
  }

  /** Version 0: which commits are shallow, then NAK, then the pack. */
  #greeting(kind: PacketKind, payload: Buffer): void {
    this.#countProgress(payload.length + 4);
    const text = kind === 'data' ? packetText(payload) : '';
    if (text === 'NAK' || (this.#saidHave && /^ACK [0-9a-f]{40,64}$/.test(text))) this.#stage = 'pack';
    else if (kind !== 'flush' && !text.startsWith('shallow ') && !text.startsWith('unshallow ')) {
      throw malformed('an unknown packet stands where the pack should be');
    }
  }

  #band(kind: PacketKind, payload: Buffer): void {
    if (kind === 'flush') {
      this.#stage = 'done';
      return;
    }
    const band = kind === 'data' ? payload[0] : undefined;
    if (band === 1) {
      this.packBytes += payload.length - 1;
      this.#onPack(payload.subarray(1));
    } else if (band === 2) {
      this.#countProgress(payload.length + 4);
    } else if (band === 3) {
      throw serverMessage(payload.toString('utf8', 1));
    } else {
      throw malformed('a packet of the pack has no band');
    }
  }

  #countProgress(bytes: number): void {
    this.#progressBytes += bytes;
    if (this.#progressBytes > this.#limits.PROGRESS_BYTES) {
      throw limitExceeded(
        'PROGRESS_BYTES',
        `the server sends more than ${this.#limits.PROGRESS_BYTES} bytes beside the pack`,
      );
    }
  }
}

const malformed = (what: string): SourceError =>
  new SourceError('protocol-malformed', `the answer is not git's protocol: ${what}`, {
    hint: 'check that REPO_URL is the address of a git repository and not of a web page',
  });
