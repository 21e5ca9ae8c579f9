import { createHash } from 'node:crypto';

export type ObjectFormat = 'sha1' | 'sha256';
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface TreeEntry {
  /** As it is to stand in the tree, `100644` or anything else. */
  mode: string;
  /** Text is written as UTF-8. */
  name: string | Uint8Array;
  oid: string;
}

export interface CommitFields {
  tree: string;
  parents?: readonly string[];
  message?: string;
  /** Header lines after the committer, each without its line feed. */
  extra?: readonly string[];
}

const PERSON = 'A. Author <author@example.com> 1700000000 +0000';

const bytesOf = (value: string | Uint8Array): Buffer =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);

/** The hash of all zeros, which names no object. */
export const nullOid = (format: ObjectFormat): string => '0'.repeat(format === 'sha1' ? 40 : 64);

/** The name that git gives to an object. */
export const hashObject = (type: string, bytes: Uint8Array, format: ObjectFormat = 'sha1'): string =>
  createHash(format).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');

export const blob = (content: string | Uint8Array): Buffer => bytesOf(content);

/** A tree's bytes, entries in the order given, nothing checked. */
export const encodeTree = (entries: readonly TreeEntry[]): Buffer =>
  Buffer.concat(
    entries.flatMap(({ mode, name, oid }) => [
      Buffer.from(`${mode} `, 'latin1'),
      bytesOf(name),
      Buffer.from([0]),
      Buffer.from(oid, 'hex'),
    ]),
  );

/** What git sorts an entry by: a folder's name counts with a slash behind it. */
const sortKey = ({ mode, name }: TreeEntry): Buffer =>
  Buffer.concat([bytesOf(name), Buffer.from(/^0*40000$/.test(mode) ? '/' : '')]);

/** The entries in the order that git wants. */
export const sortEntries = (entries: readonly TreeEntry[]): TreeEntry[] =>
  [...entries].sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));

/** A tree's bytes, entries in git's order. */
export const sortedTree = (entries: readonly TreeEntry[]): Buffer => encodeTree(sortEntries(entries));

/** A commit's bytes, with a fixed author and date. */
export const encodeCommit = ({ tree, parents = [], message = 'commit\n', extra = [] }: CommitFields): Buffer =>
  Buffer.from(
    [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${PERSON}`,
      `committer ${PERSON}`,
      ...extra,
      '',
      message,
    ].join('\n'),
  );

/** An annotated tag's bytes. */
export const encodeTag = (object: string, type: ObjectType, name = 'v1'): Buffer =>
  Buffer.from(`object ${object}\ntype ${type}\ntag ${name}\ntagger ${PERSON}\n\n${name}\n`);
