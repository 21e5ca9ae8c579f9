import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** All bytes of an inherited file: a regular file, through no symlink, within a bound. */
export const readInherited = (path: string | Buffer, maxBytes: number): Buffer | undefined => {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > maxBytes) return undefined;
    const bytes = Buffer.allocUnsafeSlow(stats.size);
    let done = 0;
    for (let count = -1; count !== 0 && done < bytes.length; done += count) {
      count = readSync(descriptor, bytes, done, bytes.length - done, done);
    }
    return bytes.subarray(0, done);
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
};
