import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { mpcPolicy } from '../../../src/audit/policy/profiles/mpc.ts';
import { type AllowedLists, parseAllowed } from '../../../src/audit/profile-mpc/allowed.ts';
import { textHash } from '../../../src/audit/profile-mpc/launcher-text.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import { verify } from '../../../src/audit/verify.ts';
import { intelRootDer } from '../../../src/tdx/intel-root.ts';

const folder = join(import.meta.dirname, '../../../../shared/fixtures/tdx');
const captured = existsSync(folder);
const unless = captured ? '' : ' (skipped: ../shared/fixtures is absent)';

const bytes = (name: string): Buffer => readFileSync(join(folder, name));
const json = (name: string) => JSON.parse(bytes(name).toString('utf8'));

/** When the capture's collateral was in force. */
const NOW = 1_786_622_400;
const LAUNCHER = '5618a93a78c9ac9173e7ebf7c8af173bd675be6832a2f8c2a9a7149ac2678f54';
const KEY_PROVIDER = '61ce56b6be756a9e45af7715b13c15040a4e6090cc740be24e2cc02e33b4fb53ae4e3c945c9af83e2a26c6d5efa414a8';

const setOf = (name: string) => {
  const { mrtd, rtmr0, rtmr1, rtmr2 } = json(`near-mpc-measurements/${name}`);
  return { mrtd, rtmr0, rtmr1, rtmr2, key_provider_event_digest: KEY_PROVIDER };
};

/** As a contract with the capture's image, its launcher, and the release image of dstack has them. */
const lists = (): AllowedLists =>
  parseAllowed(
    Buffer.from(
      JSON.stringify({
        allowed_docker_image_hashes: [bytes('near-mpc-2026-08/mpc_image_digest.txt').toString('utf8').trim()],
        allowed_launcher_image_hashes: [LAUNCHER],
        allowed_os_measurements: [setOf('tcb_info.json')],
      }),
    ),
    'lists.json',
  );

const judge = (allowed: AllowedLists, changes: Partial<Expectations> = {}): Verdict =>
  verify(readAnswer(bytes('near-mpc-2026-08/public_data.json'), 'public_data.json'), {
    now: { value: NOW, source: '--at' },
    root: { der: intelRootDer(), source: 'built in', simulated: false },
    policy: mpcPolicy(),
    mpcAllowed: { value: allowed, source: '--allowed lists.json' },
    ...changes,
  });

const failures = ({ checks }: Verdict) => checks.filter(({ state }) => state === 'failed');

describe.skipIf(!captured)(`near-mpc-2026-08 with --profile mpc${unless}`, () => {
  test('the extra service and the development image are reported, and nothing else', () => {
    const verdict = judge(lists());
    expect([verdict.word, verdict.exit, verdict.simulated]).toEqual(['REJECTED', 10, false]);
    expect(failures(verdict).map(({ id }) => id)).toEqual(['os.development', 'mpc.launcher', 'mpc.measurements']);
    const [development, launcher, measurements] = failures(verdict);
    expect(development?.summary).toContain('it is dstack-dev-0.5.8');
    expect(launcher?.details).toEqual([
      "it is NEAR's template with changes:",
      'docker_compose_file line 28 of the template: volumes:',
      expect.stringContaining('docker_compose_file line 28 as measured:       # Prints the node'),
      'services beside launcher: signer-key-export',
      `the launcher image that it names, ${LAUNCHER}, is an accepted one`,
    ]);
    expect(measurements?.details).toEqual([
      'set 1 comes closest; what differs: RTMR2',
      'a release image and its development image differ in RTMR2 alone',
    ]);
    const passed = verdict.checks.filter(({ id, state }) => id.startsWith('mpc.') && state === 'passed');
    expect(passed.map(({ id }) => id)).toEqual([
      'mpc.image',
      'mpc.tcb',
      'mpc.report-data',
      'mpc.replay',
      'mpc.app-compose',
      'mpc.compose-hash',
      'mpc.events',
    ]);
  });

  test('where both were voted in, only that the image is one for development remains', () => {
    const { docker_compose_file: text } = json('near-mpc-2026-08/app_compose.json');
    const measurements = [{ ...lists().measurements![0]!, rtmr2: setOf('tcb_info_dev.json').rtmr2 }];
    const allowed = { ...lists(), composeHashes: [textHash(text)], measurements };
    const verdict = judge(allowed, { only: 'attestation' });
    expect([verdict.word, failures(verdict).map(({ id }) => id)]).toEqual(['REJECTED', ['os.development']]);
    const hash = '7d47512fda31dc5a7318f72ae1869a3c76323981eea21fc30cafd0f79668642c';
    const exception = { value: hash, reason: 'a test network', until: NOW + 1, source: 'org.toml line 1' };
    const accepting = { ...mpcPolicy(), developmentImages: [exception] };
    expect(judge(allowed, { only: 'attestation', policy: accepting })).toMatchObject({ word: 'PASSED', exit: 0 });
    expect(judge(allowed, { policy: accepting })).toMatchObject({ word: 'CONSISTENT', exit: 13 });
  });
});
