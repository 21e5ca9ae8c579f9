import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findScript, KNOWN_SCRIPTS } from '../../../src/audit/known-scripts.ts';

const capture = fileURLToPath(
  new URL('../../../../shared/fixtures/tdx/phala-dev-0.5.9/real_attestation_info.json', import.meta.url),
);
if (!existsSync(capture)) console.info(`skipped: no capture ${capture}`);

describe.skipIf(!existsSync(capture))('against the capture', () => {
  const objectIn = (value: unknown): Record<string, unknown> =>
    typeof value === 'string' ? JSON.parse(value) : (value as Record<string, unknown>);
  const read = (): string => {
    const info = objectIn(readFileSync(capture, 'utf8'));
    return objectIn(objectIn(info.tcb_info).app_compose).pre_launch_script as string;
  };

  test('the script of a Phala machine is the one of the list, and says so', () => {
    const script = read();
    expect(findScript(createHash('sha256').update(script, 'utf8').digest('hex'))).toBe(KNOWN_SCRIPTS[0]);
    expect(script).toContain('Running Phala Cloud Pre-Launch Script v0.0.15\n'.trimEnd());
  });

  test('it does what the remarks say', () => {
    const script = read();
    for (const name of ['DSTACK_ROOT_PASSWORD', 'DSTACK_ROOT_PUBLIC_KEY', 'DSTACK_AUTHORIZED_KEYS', 'user_config']) {
      expect(script).toContain(name);
    }
    expect(script).toMatch(/ssh_authorized_keys' \/dstack\/user_config >> \/home\/root\/\.ssh\/authorized_keys/);
    expect(script).toMatch(/curl "https:\/\/awscli/);
    expect(script).toMatch(/docker volume prune/);
  });
});

test('every entry is well formed and says where it is from and what it does', () => {
  expect(KNOWN_SCRIPTS.map(({ name }) => name)).toEqual(['Phala Cloud pre-launch script v0.0.15']);
  for (const { sha256, origin, remarks } of KNOWN_SCRIPTS) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(origin).toBe(
      'openclaw/crabbox, internal/providers/phala/testdata/real_attestation_info.json (MIT): its app_compose.pre_launch_script',
    );
    expect(remarks).toEqual([
      expect.stringContaining('user_config'),
      expect.stringContaining('DSTACK_ROOT_PASSWORD'),
      expect.stringContaining('without a digest'),
      expect.stringContaining('volumes'),
    ]);
  }
});

test('another script is not known', () => {
  expect(findScript('00'.repeat(32))).toBeUndefined();
});
