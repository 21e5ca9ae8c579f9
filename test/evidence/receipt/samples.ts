import type { Claim, Statement } from '../../../src/evidence/receipt/statement.ts';

/** A statement whose strings need every kind of care, and no more of it than is allowed. */
export const CLAIM: Claim = {
  version: 1,
  launcher: { name: 'trusted-workload-launcher', version: '0.1.0' },
  pin: { grammar: 1, sha256: '1a'.repeat(32) },
  config_sha256: '2b'.repeat(32),
  repository: 'https://example.org/\u00e4/"b\\.git',
  commit: '3c'.repeat(20),
  tree: '4d'.repeat(20),
  tree_sha256: '5e'.repeat(32),
  entry: { path: 'sub/tee-launch.sh', sha256: '6f'.repeat(32) },
  submodules: [{ path: 'lib', commit: '70'.repeat(20) }],
  dropped: ['BASH_ENV', 'LD_PRELOAD'],
  allowed: ['PYTHONPATH'],
};

export const STATEMENT: Statement = {
  claim: CLAIM,
  times: { started: '2026-01-31T12:00:00.000Z', pin_ms: 40, source_ms: 1234 },
};

/** The RFC 8785 text of {@link CLAIM}, written by hand. */
export const CLAIM_TEXT =
  `{"allowed":["PYTHONPATH"],"commit":"${'3c'.repeat(20)}","config_sha256":"${'2b'.repeat(32)}",` +
  `"dropped":["BASH_ENV","LD_PRELOAD"],"entry":{"path":"sub/tee-launch.sh","sha256":"${'6f'.repeat(32)}"},` +
  `"launcher":{"name":"trusted-workload-launcher","version":"0.1.0"},"pin":{"grammar":1,"sha256":"${'1a'.repeat(32)}"},` +
  `"repository":"https://example.org/\u00e4/\\"b\\\\.git","submodules":[{"commit":"${'70'.repeat(20)}","path":"lib"}],` +
  `"tree":"${'4d'.repeat(20)}","tree_sha256":"${'5e'.repeat(32)}","version":1}`;

export const STATEMENT_TEXT = `{"claim":${CLAIM_TEXT},"times":{"pin_ms":40,"source_ms":1234,"started":"2026-01-31T12:00:00.000Z"}}`;

/** What throws, as code and message. */
export const failureOf = (act: () => unknown): { code: unknown; message: string } | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return { code: (error as { code?: unknown }).code, message: (error as Error).message };
  }
};
