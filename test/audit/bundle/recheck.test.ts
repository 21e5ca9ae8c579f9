import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type RecheckOptions, recheckCommand } from '../../../src/audit/bundle/recheck.ts';

const NONE: RecheckOptions = {
  policies: [],
  repository: undefined,
  commit: undefined,
  treeSha256: undefined,
  appId: undefined,
  compose: undefined,
  since: undefined,
  only: undefined,
  rootSha256s: [],
  savedSha256: undefined,
};

test('nothing but the file and the time', () => {
  expect(recheckCommand('saved.json', NONE, '2026-01-02T03:04:05Z')).toBe(
    'twl verify saved.json --at 2026-01-02T03:04:05Z',
  );
});

test('every flag, each where it belongs', () => {
  const all: Required<RecheckOptions> = {
    policies: ['p1', 'p2'],
    profile: 'mpc',
    allowed: 'allowed',
    repository: 'repo',
    commit: 'commit',
    treeSha256: 'tree',
    appId: 'app',
    compose: 'compose',
    base: 'base',
    since: 'since',
    only: 'source',
    mockRoot: 'mock',
    trustedRoots: ['t1', 't2'],
    collateral: 'collateral',
    bundles: ['b1', 'b2'],
    source: 'source',
    receipt: 'receipt',
    attest: 'attest',
    nonce: 'nonce',
    logs: 'logs',
    rootSha256s: ['r1', 'r2'],
    savedSha256: 'saved',
  };
  expect(recheckCommand('f', all, 'now')).toBe(
    'twl verify f --policy p1 --policy p2 --profile mpc --allowed allowed --repo repo --commit commit --tree-sha256 tree' +
      ' --app-id app --compose compose --base base --since since --only source --mock-root mock --trusted-root t1 --trusted-root t2' +
      ' --collateral collateral --bundle b1 --bundle b2 --source source --receipt receipt --attest attest --nonce nonce' +
      ' --logs logs --root-sha256 r1 --root-sha256 r2 --saved-sha256 saved --at now',
  );
});

test.each([
  'plain-name_1.json',
  'a b',
  "it's",
  '$(touch x)',
  '`id`',
  'a;b',
  'a&b',
  '*',
  '~',
  'é',
  '',
  '"',
  'a\nb',
  '--',
])('a shell reads %j as it was', (policy) => {
  const command = recheckCommand('-x', { ...NONE, policies: [policy] }, 'now').replace(/^twl/, "printf '%s\\0'");
  const words = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\0');
  expect(words).toEqual(['verify', './-x', '--policy', policy, '--at', 'now', '']);
});
