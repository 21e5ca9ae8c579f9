import { integerOf, JsonError, parseJson } from '../../base/json.ts';
import { sameBytes } from '../bytes.ts';
import { ReceiptError } from './errors.ts';
import { MAX_STATEMENT_BYTES } from './limits.ts';
import { bad, closedObject, hexOfLength, listOf, sortedNames, textOf } from './read-fields.ts';
import { type Claim, type Statement, STATEMENT_VERSION, statementBytes, type Times } from './statement.ts';

const SHA256_DIGITS = [64];
const OBJECT_DIGITS = [40, 64];
const CLAIM_KEYS = [
  'version',
  'launcher',
  'pin',
  'config_sha256',
  'repository',
  'commit',
  'tree',
  'tree_sha256',
  'entry',
  'submodules',
  'dropped',
  'allowed',
];

const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === null ? null : read(value));

const readEntry = (value: unknown): Claim['entry'] => {
  const entry = closedObject(value, ['path', 'sha256'], 'claim.entry');
  return {
    path: textOf(entry.path, 'claim.entry.path'),
    sha256: hexOfLength(entry.sha256, SHA256_DIGITS, 'claim.entry.sha256'),
  };
};

const readSubmodule = (value: unknown, what: string): Claim['submodules'][number] => {
  const submodule = closedObject(value, ['path', 'commit'], what);
  return {
    path: textOf(submodule.path, `${what}.path`),
    commit: hexOfLength(submodule.commit, OBJECT_DIGITS, `${what}.commit`),
  };
};

const readClaim = (value: unknown): Claim => {
  // The version first: what another one holds is not ours to find fault with.
  if (typeof value === 'object' && value !== null && 'version' in value && value.version !== STATEMENT_VERSION) {
    const version = integerOf(value.version, 'claim.version');
    throw new ReceiptError('unknown-version', `the statement is of version ${version}; ${STATEMENT_VERSION} is known`, {
      hint: 'use a newer version of this program',
    });
  }
  const claim = closedObject(value, CLAIM_KEYS, 'claim');
  const launcher = closedObject(claim.launcher, ['name', 'version'], 'claim.launcher');
  const pin = closedObject(claim.pin, ['grammar', 'sha256'], 'claim.pin');
  const commit = hexOfLength(claim.commit, OBJECT_DIGITS, 'claim.commit');
  return {
    version: STATEMENT_VERSION,
    launcher: {
      name: textOf(launcher.name, 'claim.launcher.name'),
      version: textOf(launcher.version, 'claim.launcher.version'),
    },
    pin: {
      grammar: integerOf(pin.grammar, 'claim.pin.grammar'),
      sha256: hexOfLength(pin.sha256, SHA256_DIGITS, 'claim.pin.sha256'),
    },
    config_sha256: hexOfLength(claim.config_sha256, SHA256_DIGITS, 'claim.config_sha256'),
    repository: textOf(claim.repository, 'claim.repository'),
    commit,
    tree: hexOfLength(claim.tree, [commit.length], 'claim.tree'),
    tree_sha256: orNull(claim.tree_sha256, (text) => hexOfLength(text, SHA256_DIGITS, 'claim.tree_sha256')),
    entry: orNull(claim.entry, readEntry),
    submodules: listOf(claim.submodules, readSubmodule, 'claim.submodules'),
    dropped: sortedNames(claim.dropped, 'claim.dropped'),
    allowed: sortedNames(claim.allowed, 'claim.allowed'),
  };
};

const readTime = (value: unknown, what: string): string => {
  const text = textOf(value, what);
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) {
    throw bad(`${what} is no time as 2026-01-31T12:00:00.000Z`);
  }
  return text;
};

const readTimes = (value: unknown): Times => {
  const times = closedObject(value, ['started', 'pin_ms', 'source_ms'], 'times');
  return {
    started: readTime(times.started, 'times.started'),
    pin_ms: integerOf(times.pin_ms, 'times.pin_ms'),
    source_ms: integerOf(times.source_ms, 'times.source_ms'),
  };
};

/** Runs a reader; what base/json finds wrong is the receipt's fault. */
export const asReceiptError = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const code = error.code === 'too-large' ? 'too-large' : 'bad-receipt';
    throw new ReceiptError(code, error.message, { cause: error });
  }
};

/**
 * A statement from its bytes, which must be the one text that it can have (RFC 8785): only so does what is shown equal what was
 * hashed. Every key must be there, and no other.
 * @throws ReceiptError `too-large`, `bad-receipt`, `unknown-version`
 */
export const readStatement = (bytes: Uint8Array): Statement =>
  asReceiptError(() => {
    const json = parseJson(bytes, { maxBytes: MAX_STATEMENT_BYTES, maxDepth: 4, name: 'the statement' });
    const top = closedObject(json, ['claim', 'times'], 'the statement');
    const statement = { claim: readClaim(top.claim), times: readTimes(top.times) };
    if (!sameBytes(statementBytes(statement), bytes)) throw bad('the statement is not written as RFC 8785 says');
    return statement;
  });
