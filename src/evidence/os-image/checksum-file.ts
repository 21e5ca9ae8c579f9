import { escapeText } from '../../base/escape.ts';
import { textOf } from '../bytes.ts';
import { EvidenceError } from '../errors.ts';
import { bytesOfHex } from '../hex.ts';
import { MAX_CHECKSUM_FILE_BYTES } from '../limits.ts';

const NAME = 'the checksum file';
/** What `sha256sum` writes for a plain name: no backslash escapes, no binary mark, no folders. */
const LINE = /^([0-9a-f]{64}) {2}([A-Za-z0-9_+.-]{1,255})$/;

/**
 * The entries of an OS image's `sha256sum.txt`, by file name: lines of 64 lower-case hex digits, two spaces and a
 * plain name, each ended by LF. Stricter than `sha256sum -c`, which passes over lines that it does not understand.
 * Throws {@link EvidenceError} `bad-measurement`, `too-large`.
 */
export const readChecksumFile = (bytes: Uint8Array): ReadonlyMap<string, Uint8Array> => {
  if (bytes.length > MAX_CHECKSUM_FILE_BYTES) {
    throw new EvidenceError('too-large', `${NAME} is larger than ${MAX_CHECKSUM_FILE_BYTES} bytes`);
  }
  const text = textOf(bytes);
  if (text === undefined || !text.endsWith('\n')) {
    throw new EvidenceError('bad-measurement', `${NAME} is not text whose last line is ended`);
  }
  const entries = new Map<string, Uint8Array>();
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    const [, hash, name] = LINE.exec(line) ?? [];
    if (hash === undefined || name === undefined) {
      throw new EvidenceError('bad-measurement', `line ${index + 1} of ${NAME} is no checksum: '${escapeText(line)}'`);
    }
    if (entries.has(name)) throw new EvidenceError('bad-measurement', `${NAME} has '${name}' twice`);
    entries.set(name, bytesOfHex(hash, name));
  }
  return entries;
};
