import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Expectations } from '../../src/audit/expectations.ts';
import { EMPTY_POLICY, type Policy } from '../../src/audit/policy/policy.ts';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { expectationsOf } from '../../src/cli/expectations.ts';
import { intelRoot } from '../../src/cli/trust-root.ts';
import { useScratch } from '../support/use-scratch.ts';

const root = intelRoot(Uint8Array.from([1]));
const APP = '0a'.repeat(20);
const OTHER = '0b'.repeat(20);
const COMMIT = 'c0'.repeat(20);
const TREE = 'ab'.repeat(32);

const expected = (args: readonly string[], policy: Partial<Policy> = {}, target = 'info.json'): Expectations => {
  const request = readCommandLine(['verify', target, ...args], '');
  if (request.action !== 'verify') throw new Error('not verify');
  return expectationsOf(request.options, { policy: { ...EMPTY_POLICY, ...policy }, root, clock: 1_786_622_400 });
};

test('nothing that was not given is expected', () => {
  expect(expected([])).toEqual({
    now: { value: 1_786_622_400, source: 'the clock of this machine' },
    root,
    policy: EMPTY_POLICY,
  });
});

test('each flag is a value and its source', () => {
  const path = useScratch().join('compose.yml');
  writeFileSync(path, 'services: {}\n');
  const flags = ['--repo', 'https://git.example/a', '--commit', COMMIT, '--tree-sha256', TREE];
  const more = ['--app-id', APP, '--compose', path, '--at', '1700000000'];
  expect(expected([...flags, ...more])).toEqual({
    now: { value: 1_700_000_000, source: '--at' },
    root,
    policy: EMPTY_POLICY,
    repository: { value: 'https://git.example/a', source: '--repo' },
    commit: { value: COMMIT, source: '--commit' },
    treeSha256: { value: TREE, source: '--tree-sha256' },
    appId: { value: APP, source: '--app-id' },
    compose: { value: Uint8Array.from(Buffer.from('services: {}\n')), source: `--compose ${path}` },
  });
  expect(expected(['--only', 'source'])).toMatchObject({ only: 'source' });
});

test('what a policy expects is left to the checks: they hold it against the evidence beside each flag', () => {
  const policy = { appIds: [{ value: OTHER, source: 'policy p, line 1' }] };
  expect(expected([], policy)).not.toHaveProperty('appId');
  expect(expected([], policy).policy).toEqual({ ...EMPTY_POLICY, ...policy });
  expect(expected(['--app-id', APP], policy).appId).toEqual({ value: APP, source: '--app-id' });
});

describe('the app id in an address', () => {
  const target = `https://${APP}-8090.gateway.example/`;

  test('is expected, for the user typed it', () => {
    expect(expected([], {}, target).appId).toEqual({ value: APP, source: 'the address of the target' });
    expect(expected([], {}, 'https://app.example/')).not.toHaveProperty('appId');
    expect(expected([], {}, `${APP}-8090.gateway.example`)).not.toHaveProperty('appId');
  });

  test('has to be the one of --app-id', () => {
    expect(expected(['--app-id', APP], {}, target).appId).toEqual({ value: APP, source: '--app-id' });
    expect(expected(['--app-id', OTHER], {}, 'https://app.example/').appId).toEqual({
      value: OTHER,
      source: '--app-id',
    });
    expect(() => expected(['--app-id', OTHER], {}, target)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: '--app-id is not the app id in the address of the target',
        hint: 'change one of the two',
      }),
    );
  });

  test('an address that is none is refused', () => {
    expect(() => expected([], {}, 'ftp://app.example/')).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

test('the compose file has to be there, and of a size that one can have', () => {
  const path = useScratch().join('compose.yml');
  expect(() => expected(['--compose', path])).toThrow(expect.objectContaining({ code: 'file-missing', exitCode: 50 }));
  writeFileSync(path, Buffer.alloc(1_048_576));
  expect(expected(['--compose', path]).compose?.value.length).toBe(1_048_576);
  writeFileSync(path, Buffer.alloc(1_048_577));
  expect(() => expected(['--compose', path])).toThrow(expect.objectContaining({ code: 'file-too-large' }));
});
