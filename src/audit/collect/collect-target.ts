import { appIdOfAddress, isUrl, readAddress } from './address.ts';
import type { Collected } from './answer/parts.ts';
import { readAnswer } from './answer/read-answer.ts';
import { CollectError } from './errors.ts';
import { httpGet, type HttpOptions } from './http-get.ts';
import { type HttpLimits, MAX_ANSWER_BYTES } from './limits.ts';
import { readNamedFile } from './named-file.ts';

export interface CollectOptions {
  /** What `-` stands for. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** PEM certificates that replace the built-in roots for https. */
  readonly ca?: string;
  readonly limits?: Partial<HttpLimits>;
  /** Is told the answer as it came, and from where. */
  readonly onAnswer?: ((bytes: Uint8Array, origin: string) => void) | undefined;
}

/** A target's evidence, and what the way there says of it. */
export interface CollectedTarget {
  readonly evidence: Collected;
  /** The app id in the address that the user typed, 40 lower-case hex digits: an expectation from outside. */
  readonly appIdOfAddress: string | undefined;
}

const readStdin = async (stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stdin) {
    length += piece.length;
    if (length > MAX_ANSWER_BYTES) {
      throw new CollectError('too-large', `standard input is larger than ${MAX_ANSWER_BYTES} bytes`, {
        hint: 'check what is piped in',
      });
    }
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
};

/** Where the external port of an agent has its Info: since 0.5.0, and before. */
const INFO_PATHS = ['/prpc/Info', '/prpc/Worker.Info'];

const fetchInfo = async (base: URL, options: HttpOptions): Promise<{ body: Uint8Array; url: URL }> => {
  const [first = '', ...others] = INFO_PATHS;
  try {
    return await httpGet(new URL(first, base), options);
  } catch (error) {
    const [other] = others;
    if (other === undefined || !(error instanceof CollectError) || error.code !== 'not-found') throw error;
    return await httpGet(new URL(other, base), options);
  }
};

/** Reads an answer, after it was told to whoever keeps it. */
const read = (bytes: Uint8Array, target: string, { onAnswer }: CollectOptions, origin?: string): Collected => {
  onAnswer?.(bytes, origin ?? `saved answer ${target}`);
  return readAnswer(bytes, target, origin);
};

const collectUrl = async (target: string, given: CollectOptions): Promise<CollectedTarget> => {
  const { ca, limits = {} } = given;
  const url = readAddress(target);
  const options = { maxBytes: MAX_ANSWER_BYTES, named: true, limits, ...(ca === undefined ? {} : { ca }) };
  const isAgent = url.pathname === '/' && url.search === '';
  const { body, url: answered } = isAgent ? await fetchInfo(url, options) : await httpGet(url, options);
  return { evidence: read(body, target, given, `answer of ${answered.href}`), appIdOfAddress: appIdOfAddress(url) };
};

/**
 * The evidence of a target: a file, `-` for standard input, or an https URL: the bare address of a guest agent's external port
 * (`https://<app id>-8090.<gateway>`), whose Info is asked for, or any other URL, whose answer is read as a saved one would be.
 * What the URL itself names may be on a private network: the user said so. Throws CollectError.
 */
export const collectTarget = async (target: string, options: CollectOptions = {}): Promise<CollectedTarget> => {
  if (target === '-') {
    const bytes = await readStdin(options.stdin ?? process.stdin);
    return { evidence: read(bytes, target, options, 'standard input'), appIdOfAddress: undefined };
  }
  if (isUrl(target)) return await collectUrl(target, options);
  if (target === '') {
    throw new CollectError('unsupported-target', "'' is no target", {
      hint: 'give a file, an https:// URL, or - for standard input',
    });
  }
  const bytes = readNamedFile(target, MAX_ANSWER_BYTES);
  return { evidence: read(bytes, target, options), appIdOfAddress: undefined };
};
