import { escapeText } from '../../base/escape.ts';
import { RegistryError } from '../errors.ts';
import { MAX_LAYER_ENTRIES, MAX_PATH_BYTES, MAX_PAX_BYTES } from '../limits.ts';
import { type Extended, NOTHING, readPax } from './pax.ts';
import { BLOCK, bad, readTarHeader, type TarHeader } from './tar-header.ts';

export type TarEntryType = 'file' | 'folder' | 'symlink' | 'hard link' | 'device' | 'fifo';

/** One entry of a layer, as it stands there. */
export interface TarEntry {
  /** As written: perhaps with `./` in front, a `/` at the end, or worse. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Where a link leads; empty otherwise. */
  readonly linkName: string;
  /** Names of extended attributes. */
  readonly attributes: readonly string[];
  /** Of a file; empty otherwise. */
  readonly content: Uint8Array;
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '1': 'hard link',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'folder',
  '6': 'fifo',
};
/** The header of an entry that says more about the next one. */
const EXTENDED = 'x';

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const entryOf = (header: TarHeader, more: Extended, content: Uint8Array, what: string, offset: number): TarEntry => {
  const type = Object.hasOwn(TYPES, header.type) ? TYPES[header.type] : undefined;
  if (type === undefined)
    throw bad(what, offset, `an entry has the type '${escapeText(header.type)}', which is not read`);
  const path = more.path ?? header.name;
  const linkName = more.linkPath ?? header.linkName;
  if (path === '') throw bad(what, offset, 'an entry has no name');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES || Buffer.byteLength(linkName) > MAX_PATH_BYTES) {
    throw bad(what, offset, `an entry has a name of more than ${MAX_PATH_BYTES} bytes`);
  }
  if (type !== 'file' && content.length > 0) throw bad(what, offset, `a ${type} has content`);
  // Old readers take it for a folder.
  if (type === 'file' && path.endsWith('/')) throw bad(what, offset, "a file has a name that ends in '/'");
  return {
    path,
    type,
    mode: header.mode & 0o7777,
    uid: more.uid ?? header.uid,
    gid: more.gid ?? header.gid,
    linkName,
    attributes: more.attributes,
    content,
  };
};

/**
 * All entries of a tar, with nothing left over: padding is zero, two blocks of zero end it, and only zeros follow.
 * Everything that readers of tar disagree about is an error, not a choice: GNU's long names and sparse files, global
 * headers, sizes in extended headers, a header that extends nothing. Throws RegistryError `bad-layer`, `too-large`.
 * `what` names the layer, escaped.
 */
export const readTar = (tar: Uint8Array, what: string): readonly TarEntry[] => {
  const entries: TarEntry[] = [];
  let extended: Extended | undefined;
  let at = 0;
  for (;;) {
    const block = tar.subarray(at, at + BLOCK);
    if (block.length < BLOCK) throw bad(what, at, 'it ends without the two blocks of zero at its end');
    if (isZero(block)) break;
    const header = readTarHeader(block, what, at);
    const start = at + BLOCK;
    const end = start + header.size;
    const next = start + Math.ceil(header.size / BLOCK) * BLOCK;
    if (next > tar.length) throw bad(what, at, `an entry of ${header.size} bytes does not end`);
    if (!isZero(tar.subarray(end, next))) throw bad(what, end, 'the padding after an entry is not zero');
    if (header.type === EXTENDED) {
      if (extended !== undefined) throw bad(what, at, 'an extended header follows another');
      if (header.size > MAX_PAX_BYTES) throw bad(what, at, `an extended header has more than ${MAX_PAX_BYTES} bytes`);
      extended = readPax(tar.subarray(start, end), what, at);
    } else {
      if (entries.length >= MAX_LAYER_ENTRIES) {
        throw new RegistryError('too-large', `${what} has more than ${MAX_LAYER_ENTRIES} entries`);
      }
      entries.push(entryOf(header, extended ?? NOTHING, new Uint8Array(tar.subarray(start, end)), what, at));
      extended = undefined;
    }
    at = next;
  }
  if (extended !== undefined) throw bad(what, at, 'an extended header is the last');
  if (tar.length < at + 2 * BLOCK || !isZero(tar.subarray(at))) {
    throw bad(what, at, 'it does not end in two blocks of zero and zeros after them');
  }
  return entries;
};
