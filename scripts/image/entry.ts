// Writes the lists of docker/entry.sh: `node scripts/image/entry.ts`. A test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STEERING_FAMILIES, STEERING_NAMES } from '../../src/pin/environment-table.ts';

const ENTRY = fileURLToPath(new URL('../../docker/entry.sh', import.meta.url));
const BEGIN = '# BEGIN generated from src/pin/environment-table.ts by scripts/image/entry.ts\n';
const END = '# END generated\n';

/** Longest line of the lists. */
const WIDTH = 130;

/** A glob that matches a letter in either case. */
const anyCase = (prefix: string): string =>
  prefix.replaceAll(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);

/** Patterns of a shell's `case`, of the names of a table. Names hold nothing that a pattern would read otherwise. */
const joined = (patterns: readonly string[]): string => {
  const lines: string[] = [];
  for (const pattern of patterns) {
    if (!/^[\w[\]*]+$/.test(pattern)) throw new Error(`not a plain pattern: ${pattern}`);
    const last = lines.at(-1);
    if (last === undefined || last.length + pattern.length + 3 > WIDTH) lines.push(`    ${pattern}`);
    else lines[lines.length - 1] = `${last} | ${pattern}`;
  }
  return lines.join(' | \\\n');
};

/** The function `steers NAME` of the entry script: whether the table says that the variable may load or steer code. */
export const steersFunction = (): string => {
  const exceptions = STEERING_FAMILIES.flatMap(({ except = [] }) => except);
  const names = STEERING_NAMES.flatMap((row) => row.names.split(' '));
  const families = STEERING_FAMILIES.map((family) => `${family.anyCase ? anyCase(family.prefix) : family.prefix}*`);
  return `steers() {
  case $1 in
${joined(exceptions)}) return 1 ;;
${joined([...names, ...families])}) return 0 ;;
  esac
  return 1
}
`;
};

/** The entry script with its lists as the table has them. */
export const entryScript = (text: string): string => {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error('docker/entry.sh has lost its marks');
  return text.slice(0, from + BEGIN.length) + steersFunction() + text.slice(to);
};

if (import.meta.main) writeFileSync(ENTRY, entryScript(readFileSync(ENTRY, 'utf8')));
