import { escapeText } from '../base/escape.ts';
import { byPlace, PinError } from './errors.ts';
import { PIN_KEY_NAMES, PIN_KEYS } from './keys.ts';
import { MAX_ERRORS, MAX_PIN_BYTES } from './limits.ts';
import { maskPinLine } from './mask.ts';
import { columnAt, type ConfigLine, readConfig } from './reader.ts';
import { crossKeyFaults } from './rules.ts';
import { type Problem, readValues, toPin } from './schema.ts';
import { nearestOf } from './suggest.ts';
import type { Pin, PinDefaults } from './types.ts';

export interface ParsePinOptions {
  /** The file, or `LAUNCHER_CONFIG`: what errors call the text. */
  source: string;
  defaults: PinDefaults;
}

export type ParsedPin = { ok: true; pin: Pin } | { ok: false; errors: PinError[] };

const READER = {
  keyPattern: /^[A-Z][A-Z0-9_]*$/,
  keyRule: 'upper-case letters, digits and _',
  maxBytes: MAX_PIN_BYTES,
  mask: maskPinLine,
};

const placeOf = (line: ConfigLine, column: number) => ({ line: line.line, column, text: maskPinLine(line.text) });

const missing = (key: string, source: string): PinError => {
  const [example] = PIN_KEYS.flatMap((row) => (row.name === key ? [row.example] : []));
  const hint = `add a line to ${escapeText(source)}, such as ${key}=${example}`;
  return new PinError('missing-key', `missing required config key: ${key}`, { source, place: undefined, hint });
};

const errorOf = (problem: Problem, line: ConfigLine | undefined, source: string): PinError => {
  if (line === undefined) return missing(problem.key, source);
  if (problem.kind !== 'fault') {
    const near = nearestOf(line.key, PIN_KEY_NAMES);
    const hint = near === undefined ? '--help lists the keys; a comment begins with #' : `did you mean ${near}?`;
    const what = `unknown config key '${line.key.slice(0, 80)}'`;
    return new PinError('unknown-key', what, { source, place: placeOf(line, line.column), hint });
  }
  const { code, message, offset, hint } = problem.fault;
  const column = line.valueColumn - 1 + columnAt(line.value, offset);
  return new PinError(code, `${line.key} ${message}`, { source, place: placeOf(line, column), hint });
};

/**
 * `WORK_DIR=/srv/app # note` is a folder with an odd name to us and a comment to its writer. Commands are bash's
 * business.
 */
const looksCommented = ({ key, value, quoted }: ConfigLine): boolean =>
  !quoted && key !== 'RUN_CMD' && key !== 'INSTALL_CMD' && /\s#/u.test(value);

const commented = (line: ConfigLine, source: string): PinError => {
  const column = line.valueColumn - 1 + columnAt(line.value, line.value.search(/\s#/u));
  const hint = 'put the comment on a line of its own; if it belongs to the value, quote the value';
  return new PinError('bad-value', `${line.key} holds what looks like a comment`, {
    source,
    place: placeOf(line, column),
    hint,
  });
};

/**
 * Reads a pin. A pure function of its arguments that never throws.
 *
 * Returns the pin with every default filled in, or what is wrong with it in the order of the text: first how it is
 * written and what each value says, then, when that is well, which keys are missing or do not go together. At most 20
 * errors.
 */
export const parsePin = (bytes: Uint8Array, { source, defaults }: ParsePinOptions): ParsedPin => {
  const { lines, errors } = readConfig(bytes, { ...READER, source });
  const broken = errors.length > 0;
  const lineOf = new Map(lines.map((line) => [line.key, line]));
  errors.push(...lines.filter(looksCommented).map((line) => commented(line, source)));

  const read = readValues(Object.fromEntries(lines.map(({ key, value }) => [key, value])));
  if (!read.ok) {
    // A key whose line could not be read is not missing.
    const problems = read.problems.filter(({ key }) => lineOf.has(key) || !broken);
    for (const problem of problems.slice(0, MAX_ERRORS)) errors.push(errorOf(problem, lineOf.get(problem.key), source));
    return { ok: false, errors: errors.sort(byPlace).slice(0, MAX_ERRORS) };
  }
  for (const { key, fault } of crossKeyFaults(read.values, read.values.SUBMODULES ?? defaults.submodules)) {
    const line = lineOf.get(key);
    if (!broken) errors.push(errorOf({ kind: 'fault', key, fault }, line, source));
  }
  if (errors.length > 0) return { ok: false, errors: errors.sort(byPlace) };
  return { ok: true, pin: toPin(read.values, defaults) };
};
