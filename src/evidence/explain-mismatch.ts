import { isZero, sameBytes } from './bytes.ts';
import { eventLabel, listed } from './event-label.ts';
import { MAX_EXPLAINED_EVENTS } from './limits.ts';
import { type Extension, fold } from './replay.ts';

/** One change to the log that makes it fit. */
interface Attempt {
  readonly digests: readonly Uint8Array[];
  readonly says: string;
}

const labelOf = ({ index, event }: Extension): string => eventLabel(index, event);

/** Every log that is one edit away: an event less, one given again, two neighbours exchanged. */
function* attemptsOf(extensions: readonly Extension[], digests: readonly Uint8Array[]): Generator<Attempt> {
  for (const [at, extension] of extensions.entries()) {
    const [before, after] = [digests.slice(0, at), digests.slice(at + 1)];
    const digest = digests.slice(at, at + 1);
    const label = labelOf(extension);
    yield { digests: before.concat(after), says: `fits without ${label}` };
    yield { digests: before.concat(digest, digest, after), says: `fits with ${label} given twice` };
    const next = extensions[at + 1];
    if (next !== undefined) {
      const exchanged = before.concat(after.slice(0, 1), digest, after.slice(1));
      yield { digests: exchanged, says: `fits with ${label} and ${labelOf(next)} exchanged` };
    }
    yield { digests: before, says: `fits without ${label} and every event after it` };
  }
}

const problemsOf = (extensions: readonly Extension[]): readonly string[] =>
  extensions.flatMap((extension) => ('error' in extension ? [extension.error.message] : []));

/**
 * The digests to try: the recomputed ones; the given one where an event has a problem; undefined where it has
 * neither.
 */
const triedDigests = (extensions: readonly Extension[]): readonly Uint8Array[] | undefined => {
  const digests = extensions.flatMap((extension) => {
    const digest = 'digest' in extension ? extension.digest : extension.event.digest;
    return digest === undefined ? [] : [digest];
  });
  return digests.length === extensions.length ? digests : undefined;
};

/** The first edit of the log that makes it fit, in words; the work is bounded. */
const firstFit = (extensions: readonly Extension[], expected: Uint8Array): string => {
  const digests = triedDigests(extensions);
  if (digests === undefined) return 'an event has no digest, so no change to the log can be tried';
  if (sameBytes(fold(digests), expected)) {
    return 'fits with the digests as the log gives them: what does not match them was edited after it was measured';
  }
  if (extensions.length > MAX_EXPLAINED_EVENTS) {
    return `the log holds more than ${MAX_EXPLAINED_EVENTS} events of the register: no change to it was tried`;
  }
  for (const { digests: edited, says } of attemptsOf(extensions, digests)) {
    if (sameBytes(fold(edited), expected)) return says;
  }
  return 'no single event left out, given twice or exchanged with its neighbour makes it fit: an event is missing, edited or added';
};

/**
 * Why a register's log does not come to `expected`, one finding a line: each event whose digest is wrong, the one
 * change that would make it fit, and what the log holds.
 */
export const explainMismatch = (extensions: readonly Extension[], expected: Uint8Array): readonly string[] => {
  if (isZero(expected)) return ['the register is zero: nothing was ever measured into it', heldBy(extensions)];
  return [...problemsOf(extensions), firstFit(extensions, expected), heldBy(extensions)];
};

const heldBy = (extensions: readonly Extension[]): string =>
  extensions.length === 0 ? 'the log holds no event of it' : `the log holds ${listed(extensions.map(labelOf))}`;
