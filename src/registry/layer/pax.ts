import { escapeText } from '../../base/escape.ts';
import { bad } from './tar-header.ts';

/** What extended headers say of the entry after them (POSIX.1-2017, pax, "pax Extended Header"). */
export interface Extended {
  readonly path: string | undefined;
  readonly linkPath: string | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Names of extended attributes, `security.capability` among them. */
  readonly attributes: readonly string[];
}

export const NOTHING: Extended = {
  path: undefined,
  linkPath: undefined,
  uid: undefined,
  gid: undefined,
  attributes: [],
};

/** Keys that change nothing of what is checked. */
const HARMLESS = new Set(['mtime', 'atime', 'ctime', 'uname', 'gname', 'LIBARCHIVE.creationtime']);
const KNOWN = new Set(['path', 'linkpath', 'uid', 'gid']);
const ATTRIBUTE = /^(?:SCHILY|LIBARCHIVE)\.xattr\.(.+)$/s;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface PaxRecord {
  readonly key: string;
  readonly value: string;
  readonly end: number;
}

/** One `LENGTH KEY=VALUE\n`, of which the length counts everything. */
const recordAt = (bytes: Uint8Array, at: number): PaxRecord | undefined => {
  const digits = /^([1-9][0-9]{0,6}) /.exec(Buffer.from(bytes.subarray(at, at + 8)).toString('latin1'))?.[1];
  if (digits === undefined) return undefined;
  const end = at + Number(digits);
  const start = at + digits.length + 1;
  if (end > bytes.length || end <= start || bytes[end - 1] !== 0x0a) return undefined;
  const body = bytes.subarray(start, end - 1);
  const equals = body.indexOf(0x3d);
  if (equals < 1) return undefined;
  try {
    const key = UTF8.decode(body.subarray(0, equals));
    // Attributes are bytes; only that they are there counts.
    const value = ATTRIBUTE.test(key) ? '' : UTF8.decode(body.subarray(equals + 1));
    return { key, value, end };
  } catch {
    return undefined;
  }
};

const idOf = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value));

/**
 * Reads the records of one extended header. A key given twice, a NUL in a value, and a key that is not known (sizes and
 * the maps of sparse files among them, which make readers disagree about what follows) are errors. Throws RegistryError
 * `bad-layer`.
 */
export const readPax = (bytes: Uint8Array, what: string, offset: number): Extended => {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const record = recordAt(bytes, at);
    if (record === undefined) throw bad(what, offset, 'an extended header has a record that does not read');
    const { key, value, end } = record;
    if (found.has(key)) throw bad(what, offset, `an extended header says '${escapeText(key)}' twice`);
    if (!KNOWN.has(key) && !HARMLESS.has(key) && !ATTRIBUTE.test(key)) {
      throw bad(what, offset, `an extended header has the key '${escapeText(key)}', which is not read`);
    }
    const isId = key === 'uid' || key === 'gid';
    if (value.includes('\0') || (KNOWN.has(key) && value === '') || (isId && !/^(?:0|[1-9][0-9]{0,9})$/.test(value))) {
      throw bad(what, offset, `an extended header has no valid value for '${escapeText(key)}'`);
    }
    found.set(key, value);
    at = end;
  }
  return {
    path: found.get('path'),
    linkPath: found.get('linkpath'),
    uid: idOf(found.get('uid')),
    gid: idOf(found.get('gid')),
    attributes: [...found.keys()].flatMap((key) => ATTRIBUTE.exec(key)?.[1] ?? []),
  };
};
