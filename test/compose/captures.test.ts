import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/base/json.ts';
import { objectOf, stringOf } from '../../src/base/json-fields.ts';
import { appFactsOf } from '../../src/compose/app-facts.ts';
import { reviewCompose } from '../../src/compose/review.ts';
import { EXPECTED, said } from './support.ts';

const fixtures = fileURLToPath(new URL('../../../shared/fixtures/tdx/', import.meta.url));
const isThere = existsSync(fixtures);
if (!isThere) console.warn('captures are skipped: there is no ../shared/fixtures');

const MPC = 'sha256:5618a93a78c9ac9173e7ebf7c8af173bd675be6832a2f8c2a9a7149ac2678f54';

describe.skipIf(!isThere)('app-composes of real machines', () => {
  test('a NEAR node: its neighbour reads the secrets out of the engine', () => {
    const app = appFactsOf(objectOf(parseJson(readFileSync(`${fixtures}near-mpc-2026-08/app_compose.json`)), 'app'));
    const found = reviewCompose(app, {
      ...EXPECTED,
      launchers: [{ digest: MPC, program: 'trusted-workload-launcher' }],
    });
    expect(said(found, 'compose.launcher')).toEqual([
      "30 failed services.signer-key-export: signer-key-export runs a launcher's image too, after launcher",
    ]);
    expect(found.results['compose.images'].state).toBe('passed');
    expect(found.results['compose.scripts'].state).toBe('passed');
    expect(said(found, 'compose.exposure', true)).toHaveLength(2);
    const other = reviewCompose(
      { ...app, composeText: app.composeText!.replace(MPC, EXPECTED.launchers[0]!.digest) },
      EXPECTED,
    );
    expect(said(other, 'compose.sharing')).toEqual([
      "41 failed services.signer-key-export.volumes[0]: signer-key-export reaches the engine's socket or files (/var/lib/docker/volumes)",
    ]);
    expect(said(other, 'compose.persistence')[0]).toContain(
      'with /var/run/docker.sock the workload can start and change containers',
    );
    expect(said(other, 'compose.pin-bound')[0]).toContain('the pin is in the image at');
  });

  test('a development machine: an image by its tag, and a script that nobody named', () => {
    const info = objectOf(parseJson(readFileSync(`${fixtures}phala-dev-0.5.9/real_attestation_info.json`)), 'info');
    const tcb = objectOf(typeof info.tcb_info === 'string' ? parseJson(info.tcb_info) : info.tcb_info, 'tcb_info');
    const app = appFactsOf(objectOf(parseJson(stringOf(tcb.app_compose, 'app_compose')), 'app'));
    const found = reviewCompose(app, EXPECTED);
    expect(found.results).toMatchObject({
      'compose.launcher': { state: 'failed' },
      'compose.images': { state: 'not-bound' },
      'compose.services': { state: 'failed' },
      'compose.scripts': { state: 'failed' },
    });
    expect(said(found, 'compose.scripts')[0]).toContain(
      'pre_launch_script runs as root on the machine and is not known',
    );
    expect(said(found, 'compose.environment', true)).toContain(
      '- information allowed_envs: the encrypted environment may set DSTACK_AUTHORIZED_KEYS',
    );
  });
});
