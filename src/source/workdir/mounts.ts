import { readFileSync } from 'node:fs';

/** Octal escapes of `/proc/self/mountinfo` (proc(5)). */
const unescapeMount = (text: string): string =>
  Buffer.from(
    text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    'latin1',
  ).toString('utf8');

/** Mount points of this process, from the text of `/proc/self/mountinfo`. */
export const parseMountPoints = (mountinfo: string): string[] =>
  mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((point) => point !== undefined)
    .map(unescapeMount);

/** Mount points at and below a folder. A bind mount of the same file system shows here and nowhere else. */
export const mountsAt = (folder: string): { isMountPoint: boolean; below: string[] } => {
  let points: string[] = [];
  try {
    points = parseMountPoints(readFileSync('/proc/self/mountinfo', 'latin1'));
  } catch {
    // Without /proc the device numbers, which are compared as well, must do.
  }
  return { isMountPoint: points.includes(folder), below: points.filter((point) => point.startsWith(`${folder}/`)) };
};
