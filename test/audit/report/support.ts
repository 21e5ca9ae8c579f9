import type { CheckResult, Material, Verdict } from '../../../src/audit/result.ts';

export const HASH_A = 'a1'.repeat(32);
export const HASH_B = 'b2'.repeat(32);

/** A required check of the first step that passed, but for what is given. */
export const result = (more: Partial<CheckResult> & Pick<CheckResult, 'id'>): CheckResult => ({
  step: 'attestation',
  required: true,
  state: 'passed',
  exit: 0,
  summary: 'it holds',
  origins: [],
  details: [],
  ...more,
});

/** A verdict of nothing that is VERIFIED, but for what is given. */
export const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  word: 'VERIFIED',
  exit: 0,
  target: 'info.json',
  simulated: false,
  only: undefined,
  at: '2026-08-13T09:20:00.000Z',
  atSource: '--at',
  checks: [],
  findings: [],
  missing: [],
  facts: {},
  timings: {},
  ...more,
});

/** One of everything: what passed, failed, is not bound and was not checked; findings, facts, missing and times. */
export const rejected = (more: Partial<Verdict> = {}): Verdict =>
  verdict({
    word: 'REJECTED',
    exit: 10,
    checks: [
      result({ id: 'quote.parse', summary: 'TDX quote, version 4', origins: ['saved answer info.json'] }),
      result({
        id: 'app.id',
        summary: 'the app id is the expected one',
        expected: 'ab',
        found: 'ab',
        source: '--app-id',
      }),
      result({
        id: 'compose.hash',
        state: 'failed',
        exit: 10,
        summary: 'the event log holds the hash of another app-compose',
        expected: HASH_A,
        found: HASH_B,
        source: '--compose docker-compose.yml',
        origins: ['saved answer info.json, tcb_info.app_compose', 'event compose-hash'],
        details: ['event 24 of RTMR3', 'SHA-256 over 1,204 bytes'],
        hint: 'compare with the file that was deployed',
      }),
      result({
        id: 'compose.config-id',
        required: false,
        state: 'not-bound',
        exit: 11,
        summary: 'mr_config_id is zero',
      }),
      result({ id: 'freshness', required: false, state: 'not-checked', exit: 13, summary: 'no nonce was asked for' }),
      result({ id: 'os.image', step: 'runtime', state: 'not-checked', exit: 13, summary: 'no image was expected' }),
    ],
    findings: [
      { id: 'compose.persistence', text: 'the root file system can be written' },
      {
        id: 'tcb.advisory',
        text: 'INTEL-SA-01000',
        accepted: { reason: 'microcode follows in May', source: 'policy org.toml, line 3' },
      },
    ],
    missing: ['give --repo and --commit', 'give a policy with an os_image'],
    facts: { app_id: 'ab', compose_hash: HASH_B },
    timings: { 'quote.parse': 0.2345, 'compose.hash': 12.25 },
    ...more,
  });

export const COMMIT = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';
const BLOB = 'c3'.repeat(20);

/** One of everything that evidence can lead to. */
export const material = {
  launcher: { service: 'workload', image: `registry.example/launcher:1.2@sha256:${HASH_A}` },
  build: {
    origin: 'bundle.json',
    accepted: true,
    simulated: false,
    facts: { repository: 'https://github.com/acme/launcher', repository_id: '17' },
  },
  pin: ['REPO_URL=https://github.com/example/workload.git', `COMMIT_SHA=${COMMIT}`, 'RUN_CMD=make run'],
  commands: { install: 'npm ci', run: 'make run' },
  entryScript: { path: 'deploy/tee-launch.sh', size: 20, text: '#!/bin/bash\nexec a\n' },
  since: {
    commit: 'd4'.repeat(20),
    added: 1,
    removed: 1,
    changed: 1,
    paths: [
      { path: 'a', before: undefined, after: { kind: 'gitlink', id: BLOB, size: undefined } },
      {
        path: 'b',
        before: { kind: 'file', id: BLOB, size: 7 },
        after: { kind: 'executable', id: BLOB, size: 8 },
      },
      { path: 'c', before: { kind: 'symlink', id: BLOB, size: 1 }, after: undefined },
    ],
    lines: [
      { sign: '-', line: 2, text: 'exec b' },
      { sign: '+', line: 2, text: 'exec a' },
    ],
  },
} as const satisfies Material;
