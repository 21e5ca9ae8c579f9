import { LAUNCHER_PROGRAMS, type LauncherName } from '../../compose/programs.ts';
import { canonicalPin } from '../../pin/canonical.ts';
import { parsePin } from '../../pin/parse.ts';

const linesUnder = (
  text: Uint8Array,
  source: string,
  { defaults }: (typeof LAUNCHER_PROGRAMS)[LauncherName],
): string[] => {
  const parsed = parsePin(text, { source, defaults });
  return parsed.ok ? canonicalPin(parsed.pin).split('\n') : [];
};

/**
 * Where nobody says by which name the image calls the launcher: what the pin would be under the other name, if that is another one.
 * @param program whose defaults were taken
 */
export const otherDefaults = (text: Uint8Array, source: string, program: LauncherName): string[] => {
  const mine = linesUnder(text, source, LAUNCHER_PROGRAMS[program]);
  return Object.values(LAUNCHER_PROGRAMS).flatMap((other) => {
    const theirs = linesUnder(text, source, other).filter((line) => !mine.includes(line));
    if (theirs.length === 0) return [];
    return [`the defaults are those of ${program}; under the name ${other.name} they are ${theirs.join(', ')}`];
  });
};
