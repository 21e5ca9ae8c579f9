import { systemCodeOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { arrayOf, JsonError, objectOf, parseJson, stringOf } from '../base/json.ts';
import { StateError } from '../state/errors.ts';
import { readBounded } from '../state/read-bounded.ts';
import { digestProblem, type ImageDigest, readDigest } from './digest.ts';
import { MpcError } from './errors.ts';
import { MAX_HASHES_BYTES, MAX_HASHES_DEPTH } from './limits.ts';

const KEY = 'approved_hashes';
const HINT =
  'the node writes this file; nothing is started from a list that is damaged: look at the volume, or remove the file to run the default';

const bad = (path: string, what: string, cause?: unknown): MpcError =>
  new MpcError('hashes-malformed', `the list of approved hashes ${escapeText(path)} is malformed: ${what}`, {
    hint: HINT,
    cause,
  });

const readOne = (value: unknown, index: number): ImageDigest => {
  const what = `${KEY}[${index}]`;
  const text = stringOf(value, what);
  const digest = readDigest(text);
  if (digest !== undefined) return digest;
  throw new JsonError('wrong-type', `${what} is '${escapeText(text.slice(0, 100))}', which ${digestProblem(text)}`);
};

/** The digests of the list's JSON, newest first, at least one. Throws MpcError `hashes-malformed`, `hashes-empty`. */
export const parseApprovedHashes = (bytes: Uint8Array, path: string): readonly ImageDigest[] => {
  let digests: ImageDigest[];
  try {
    const options = { maxBytes: MAX_HASHES_BYTES, maxDepth: MAX_HASHES_DEPTH, name: 'the file' };
    const document = objectOf(parseJson(bytes, options), 'the file');
    digests = arrayOf(document[KEY], KEY).map(readOne);
  } catch (error) {
    if (error instanceof JsonError) throw bad(path, error.message, error);
    throw error;
  }
  if (digests.length > 0) return digests;
  throw new MpcError('hashes-empty', `the list of approved hashes ${escapeText(path)} is empty`, { hint: HINT });
};

/**
 * The list that the node keeps; undefined where there is no such file. Only that it does not exist counts as absent: a file that
 * cannot be read is an error, or whoever can take rights away could choose the default. Throws MpcError
 * `hashes-unreadable`, `hashes-malformed`, `hashes-empty`.
 */
export const readApprovedHashes = (path: string): readonly ImageDigest[] | undefined => {
  let bytes: Uint8Array;
  try {
    bytes = readBounded(path, MAX_HASHES_BYTES);
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    if (systemCodeOf(cause.cause) === 'ENOENT') return undefined;
    throw new MpcError('hashes-unreadable', `the list of approved hashes cannot be read: ${cause.message}`, {
      hint: 'nothing is started while it is unknown what is approved: look at the volume of /mnt/shared',
      cause,
    });
  }
  return parseApprovedHashes(bytes, path);
};
