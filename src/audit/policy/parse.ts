import { parse, TomlError } from 'smol-toml';
import * as z from 'zod/mini';
import { escapeText } from '../../base/escape.ts';
import { findForbidden } from '../../pin/characters.ts';
import { PolicyError } from './errors.ts';
import { findPlaces, placeOf } from './places.ts';
import type { Policy } from './policy.ts';
import { firstProblem } from './problems.ts';
import { type PolicyDocument, policySchema } from './schema.ts';
import { toPolicy } from './to-policy.ts';

/** The largest policy: some hundred OS images fit. The parser's work grows with it. */
export const MAX_POLICY_BYTES = 64 * 1024;

/** Arrays and inline tables in one another: `tcb = { accept = [{ … }] }` needs three. */
const MAX_DEPTH = 4;

export const tooLarge = (name: string): PolicyError =>
  new PolicyError('too-large', `the policy ${escapeText(name)} is larger than ${MAX_POLICY_BYTES} bytes`, {
    hint: 'look whether this is a policy at all',
  });

const decode = (bytes: Uint8Array, name: string): string => {
  if (bytes.length > MAX_POLICY_BYTES) throw tooLarge(name);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const hint = 'save the file as UTF-8';
    throw new PolicyError('not-utf8', `the policy ${escapeText(name)} is not UTF-8`, { hint, cause });
  }
  let start = 0;
  for (const line of text.split('\n')) {
    const odd = findForbidden(line);
    if (odd !== undefined) {
      const at = { name, place: placeOf(text, start + odd.index) };
      throw new PolicyError('forbidden-character', `the policy holds ${odd.name}`, { hint: odd.hint, at });
    }
    start += line.length + 1;
  }
  return text;
};

const offsetOf = (text: string, line: number, column: number): number => {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
};

const readToml = (text: string, name: string): unknown => {
  try {
    return parse(text, { maxDepth: MAX_DEPTH, unsafeKeyBehaviour: 'throw' });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [first = ''] = cause.message.split('\n');
    const why = escapeText(first.replace(/^Invalid TOML document: /, ''));
    const at = { name, place: placeOf(text, offsetOf(text, cause.line, cause.column)) };
    throw new PolicyError('syntax', `policy parse error: ${why}`, {
      hint: 'write it as TOML: https://toml.io',
      at,
      cause,
    });
  }
};

/** An auditor who gives a policy expects something of it: one that was cut off, or never filled in, must not count as one that was met. */
const refuseEmpty = ({ provenance = {}, ...document }: PolicyDocument, name: string): void => {
  if (Object.keys(document).length > 0 || Object.keys(provenance).length > 0) return;
  throw new PolicyError('states-nothing', `the policy ${escapeText(name)} states nothing`, {
    hint: 'remove the # in front of what you have compared with another source, or give no policy',
  });
};

/**
 * The policy that the bytes of a TOML file state. `name` is the file as the user named it: sources and messages repeat it.
 * Throws the {@link PolicyError} of the first thing that is wrong.
 */
export const parsePolicy = (bytes: Uint8Array, name: string): Policy => {
  const text = decode(bytes, name);
  const document = readToml(text, name);
  const reading = { name, places: findPlaces(text) };
  const result = z.safeParse(policySchema, document);
  if (!result.success) throw firstProblem(result.error.issues, document, reading);
  refuseEmpty(result.data, name);
  return toPolicy(result.data, reading);
};
