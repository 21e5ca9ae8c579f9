import { hash } from 'node:crypto';
import type { FileStats } from '../checkout/file-stats.ts';
import type { LayoutEntry } from '../checkout/layout.ts';
import { idLength, type ObjectFormat } from '../objects/object-id.ts';

const VERSION = 2;
/** Ten 32-bit words of stat data and mode. */
const STAT_BYTES = 40;
const NAME_LENGTH_MASK = 0xfff;
const INDEX_MODE = { file: 0o100644, executable: 0o100755, symlink: 0o120000, gitlink: 0o160000 } as const;

/** git's index of a checkout (gitformat-index, version 2), so that `git status` is clean and quick. */
export const encodeGitIndex = (entries: readonly LayoutEntry[], stats: FileStats, format: ObjectFormat): Buffer => {
  const idBytes = idLength(format);
  const entryBytes = (path: string): number => {
    const bare = STAT_BYTES + idBytes + 2 + path.length;
    return bare + 8 - (bare % 8);
  };
  const total = entries.reduce((sum, { path }) => sum + entryBytes(path), 12);
  const bytes = Buffer.alloc(total + idBytes);
  bytes.write('DIRC', 'latin1');
  bytes.writeUInt32BE(VERSION, 4);
  bytes.writeUInt32BE(entries.length, 8);
  let at = 12;
  for (const { path, kind, id, slot } of entries) {
    const words = stats.get(slot);
    // The mode stands between the sixth word of stat data and the others.
    for (let word = 0; word < 6; word++) bytes.writeUInt32BE(words[word]!, at + word * 4);
    bytes.writeUInt32BE(INDEX_MODE[kind], at + 24);
    for (let word = 6; word < 9; word++) bytes.writeUInt32BE(words[word]!, at + 4 + word * 4);
    bytes.write(id, at + STAT_BYTES, 'hex');
    bytes.writeUInt16BE(Math.min(path.length, NAME_LENGTH_MASK), at + STAT_BYTES + idBytes);
    bytes.write(path, at + STAT_BYTES + idBytes + 2, 'latin1');
    at += entryBytes(path);
  }
  hash(format, bytes.subarray(0, total), 'buffer').copy(bytes, total);
  return bytes;
};
