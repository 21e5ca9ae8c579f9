import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type Claim, STATEMENT_VERSION, type Statement } from '../../evidence/receipt/statement.ts';
import { canonicalPin, GRAMMAR_VERSION } from '../../pin/canonical.ts';
import type { Pin } from '../../pin/types.ts';
import type { BroughtSource } from '../../source/bring.ts';

/** What the receipt says and only the beginning of a start knows. */
export interface StartFacts {
  /** The name that the launcher was called by, and its version. */
  launcher: { name: string; version: string };
  /** The config as it was read. */
  config: Uint8Array;
  /** Names of variables. */
  dropped: readonly string[];
  allowed: readonly string[];
  /** When the pin was read, in milliseconds of `performance.now()`. */
  pinReadAt: number;
}

const CHUNK_BYTES = 64 * 1024;

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const readInto = (hash: Hash, path: string): void => {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (let count = -1; count !== 0; ) {
      count = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
};

/** The entry script as it lies there now, which bash is about to read: not from memory, where it was checked. */
const entryOf = (pin: Pin, root: string): Claim['entry'] => {
  if (pin.mode.kind !== 'default') return null;
  const { entrypointScript } = pin.mode;
  const path = pin.repoSubdir === undefined ? entrypointScript : `${pin.repoSubdir}/${entrypointScript}`;
  const hash = createHash('sha256');
  readInto(hash, `${root}/${path}`);
  return { path, sha256: hash.digest('hex') };
};

/**
 * The statement of one start.
 * @param checkedAt when every byte was checked, in milliseconds of `performance.now()`
 * @throws a system error of Node's where the entry script cannot be read
 */
export const statementOf = (pin: Pin, source: BroughtSource, facts: StartFacts, checkedAt: number): Statement => ({
  claim: {
    version: STATEMENT_VERSION,
    launcher: facts.launcher,
    pin: { grammar: GRAMMAR_VERSION, sha256: sha256(canonicalPin(pin)) },
    config_sha256: sha256(facts.config),
    repository: pin.repoUrl.text,
    commit: pin.commitSha,
    tree: source.tree,
    tree_sha256: source.treeSha256 ?? null,
    entry: entryOf(pin, source.root),
    submodules: source.submodules.map(({ path, commit }) => ({ path, commit })),
    dropped: [...facts.dropped].sort(),
    allowed: [...facts.allowed].sort(),
  },
  times: {
    started: new Date(performance.timeOrigin).toISOString(),
    pin_ms: Math.round(facts.pinReadAt),
    source_ms: Math.round(checkedAt - facts.pinReadAt),
  },
});
