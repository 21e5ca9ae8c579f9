import { expect, test } from 'vitest';
import type { ProvenancePolicy } from '../../../src/audit/policy/policy.ts';
import { provenanceSource } from '../../../src/audit/provenance-source.ts';
import { stated } from '../checks/support.ts';

const policy: ProvenancePolicy = {
  repository: stated('r', 'a line 1'),
  ownerId: stated('1', 'b line 2'),
  triggers: [stated('push', 'a line 3'), stated('release', 'a line 1'), stated('x', 'c')],
};

test.each<[(keyof ProvenancePolicy)[], string | undefined]>([
  [[], undefined],
  [['commit'], undefined],
  [['commit', 'refs'], undefined],
  [['repository'], 'a line 1'],
  [['commit', 'ownerId'], 'b line 2'],
  [['repository', 'ownerId'], 'a line 1, b line 2'],
  [['ownerId', 'repository'], 'b line 2, a line 1'],
  [['triggers'], 'a line 3, a line 1, c'],
  [['repository', 'triggers'], 'a line 1, a line 3, c'],
])('%j', (keys, source) => {
  expect(provenanceSource(policy, keys)).toBe(source);
  expect(provenanceSource(undefined, keys)).toBeUndefined();
});

test('an empty list has no place', () => {
  expect(provenanceSource({ refs: [] }, ['refs'])).toBeUndefined();
});
