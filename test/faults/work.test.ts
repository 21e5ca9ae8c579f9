import { execFileSync } from 'node:child_process';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { encodeDelta } from '../support/delta.ts';
import { encodeCommit, hashObject, sortedTree } from '../support/git-objects.ts';
import { buildPack, type PackEntry } from '../support/pack-builder.ts';
import { packfileResponse } from '../support/pkt-line.ts';
import { startLauncher } from '../support/run-launcher.ts';
import { expectFailure, type Launched, leftoversIn, pinText, QUICK, readResult, useStand } from './support.ts';

const stand = useStand({ inMemory: true });

describe('a small pack that asks for much work', () => {
  const BASE_BYTES = 100 * 2 ** 20;
  const DELTAS = 300;
  let pack: Buffer;
  let commitId: string;

  // The base is no part of the commit, and comes before all that could tell: so do the files made of it.
  beforeAll(() => {
    const script = Buffer.from('#!/bin/bash\necho workload ran\n');
    const zeros = Buffer.alloc(BASE_BYTES);
    const inserts = Array.from({ length: DELTAS }, (_, i) => Buffer.from(`file ${i}\n`));
    const made = inserts.map((insert) => Buffer.concat([zeros.subarray(0, 1), insert]));
    const tree = sortedTree([
      ...made.map((bytes, i) => ({ mode: '100644', name: `f${i}`, oid: hashObject('blob', bytes) })),
      { mode: '100755', name: 'tee-launch.sh', oid: hashObject('blob', script) },
    ]);
    const commit = encodeCommit({ tree: hashObject('tree', tree) });
    commitId = hashObject('commit', commit);
    const deltas = inserts.map((insert, i): PackEntry => {
      const steps = [{ copy: [0, 1] as const }, { insert }];
      const fields = { baseSize: BASE_BYTES, resultSize: made[i]!.length, steps };
      return { type: 'ofs-delta', delta: encodeDelta(fields), base: 0 };
    });
    pack = buildPack([
      { type: 'blob', bytes: zeros, compressed: deflateSync(zeros, { level: 9 }) },
      ...deltas,
      { type: 'blob', bytes: script },
      { type: 'tree', bytes: tree },
      { type: 'commit', bytes: commit },
    ]);
    expect(pack.length).toBeLessThan(200_000);
  });

  const launchPack = async (env: Record<string, string>): Promise<{ launched: Launched; workDir: string }> => {
    stand.server.behave(behave.onFetch(behave.resultOf(packfileResponse(pack))));
    const workDir = stand.freshWorkDir();
    // With this key git is not asked for its opinion of the pack.
    const values = { COMMIT_SHA: commitId, TREE_SHA256: '1'.repeat(64), WORK_DIR: workDir };
    return { launched: await stand.launch(values, { env, timeoutMs: 40_000 }), workDir };
  };

  test('what is inflated again counts again', async () => {
    const { launched, workDir } = await launchPack({ TWL_LIMIT_INFLATED_BYTES: '1000000000' });
    expect(['limit-exceeded', 'object-unexpected'], launched.stderr).toContain(launched.errorCode);
    expect({ status: launched.code, stdout: launched.stdout }).toEqual({ status: 10, stdout: '' });
    expect(launched.durationMs).toBeLessThan(20_000);
    expect(leftoversIn(workDir)).toEqual([]);
  });

  test('the time for all holds for work that needs no network, too', async () => {
    const { launched, workDir } = await launchPack({ TWL_LIMIT_TOTAL_MS: '3000' });
    expect(['timed-out', 'limit-exceeded', 'object-unexpected'], launched.stderr).toContain(launched.errorCode);
    expect([10, 40]).toContain(launched.code);
    expect(launched.stdout).toBe('');
    expect(launched.durationMs).toBeLessThan(15_000);
    expect(leftoversIn(workDir)).toEqual([]);
  });
});

test('a credential file that is a FIFO is not waited for', async () => {
  const fifo = stand.scratch.join('credential-fifo');
  execFileSync('/usr/bin/mkfifo', ['-m', '600', fifo]);
  const launched = await stand.launch({ REPO_CREDENTIAL_FILE: fifo }, { timeoutMs: 10_000 });
  expectFailure(launched, 'file-unreadable', 50);
  expect(launched.error).toContain('REPO_CREDENTIAL_FILE');
  expect(launched.durationMs).toBeLessThan(5000);
});

describe('a signal during INSTALL_CMD', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s that it swallows: RUN_CMD is not started', async (signal, status) => {
    const name = signal.slice(3);
    const INSTALL_CMD = `trap ":" ${name}; echo "rea""dy" >&2; for i in 1 2 3 4; do sleep 0.1; done; exit 0`;
    const env = { LOG_FORMAT: 'json', ...QUICK };
    // Several at once: some signals come while the launcher is still about to listen.
    const one = async (): Promise<Launched> => {
      const config = pinText(stand.pin({ INSTALL_CMD, RUN_CMD: 'echo workload ran' }));
      return readResult(await startLauncher({ config, env, signalAtText: 'ready', signal }).result);
    };
    for (let round = 0; round < 4; round++) {
      for (const { code, stdout, stderr } of await Promise.all(Array.from({ length: 8 }, one))) {
        expect({ code, stdout }, stderr).toEqual({ code: status, stdout: '' });
      }
    }
  });
});
