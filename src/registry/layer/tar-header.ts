import { RegistryError } from '../errors.ts';

export const BLOCK = 512;

/** What a header block says, before the extended headers in front of it have their say. */
export interface TarHeader {
  /** As it stands there: bytes decoded as UTF-8. */
  readonly name: string;
  readonly linkName: string;
  /** The `typeflag`, one character; NUL as `0`. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content that follow. */
  readonly size: number;
}

export const bad = (what: string, offset: number, why: string): RegistryError =>
  new RegistryError('bad-layer', `${what}: ${why} (at byte ${offset} of its tar)`, {
    hint: 'layers as docker buildx, buildah and oras write them are read',
  });

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text up to the first NUL, after which only NUL may follow: what else stands there is read by some and not by others.
 */
const textOf = (field: Uint8Array): string | undefined => {
  const end = field.indexOf(0);
  if (end !== -1 && field.subarray(end).some((byte) => byte !== 0)) return undefined;
  try {
    return UTF8.decode(end === -1 ? field : field.subarray(0, end));
  } catch {
    return undefined;
  }
};

/**
 * Octal digits, padded with zeros or spaces, ended by NUL or space (POSIX.1-2017, pax, "ustar Interchange Format");
 * empty is 0.
 */
const octalOf = (field: Uint8Array): number | undefined => {
  const text = /^ *([0-7]*)[ \0]*$/.exec(Buffer.from(field).toString('latin1'))?.[1];
  return text === undefined ? undefined : Number.parseInt(text === '' ? '0' : text, 8);
};

const checksumOf = (block: Uint8Array): number =>
  // The field of the sum itself counts as spaces.
  block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);

const MAGIC = { ustar: 'ustar\x0000', gnu: 'ustar  \0' };

/**
 * Reads one header block of 512 bytes: POSIX ustar, which pax extends, or old GNU. Numbers in base 256, names that are
 * not UTF-8 and tars from before ustar are not read. Throws RegistryError `bad-layer`. `offset` is for messages.
 */
export const readTarHeader = (block: Uint8Array, what: string, offset: number): TarHeader => {
  const field = (start: number, length: number): Uint8Array => block.subarray(start, start + length);
  const text = (start: number, length: number, name: string): string => {
    const value = textOf(field(start, length));
    if (value === undefined) throw bad(what, offset, `the ${name} is no UTF-8 that ends in NUL`);
    return value;
  };
  const number = (start: number, length: number, name: string): number => {
    const value = octalOf(field(start, length));
    if (value === undefined) throw bad(what, offset, `the ${name} is no octal number`);
    return value;
  };
  if (number(148, 8, 'checksum') !== checksumOf(block)) throw bad(what, offset, 'the checksum of a header is wrong');
  const magic = Buffer.from(field(257, 8)).toString('latin1');
  if (magic !== MAGIC.ustar && magic !== MAGIC.gnu) throw bad(what, offset, 'a header is neither ustar nor GNU');
  // GNU keeps times there, and a map of holes.
  if (magic === MAGIC.gnu && field(345, 155).some((byte) => byte !== 0)) {
    throw bad(what, offset, 'a GNU header has extensions');
  }
  const prefix = text(345, 155, 'prefix');
  const name = text(0, 100, 'name');
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(157, 100, 'link name'),
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    mode: number(100, 8, 'mode'),
    uid: number(108, 8, 'uid'),
    gid: number(116, 8, 'gid'),
    size: number(124, 12, 'size'),
  };
};
