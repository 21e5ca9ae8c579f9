import { expect, test } from 'vitest';
import { expectedRef } from '../../../src/audit/collect/expected-ref.ts';
import { composeText, configText, PLACEHOLDER_IMAGE } from '../../../src/audit/pinning/deployment.ts';
import { pinOf } from '../source/support.ts';

const line = (ref: string): string => `# The commit that ${ref} held on 2026-09-01T00:00:00Z,`;

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['services: {}', undefined],
  [line('refs/tags/v1'), 'refs/tags/v1'],
  [`services:\n  # x\n    ${line('refs/tags/a/b')}\n`, 'refs/tags/a/b'],
  [`${line('refs/tags/v1')}\n${line('refs/tags/v2')}`, 'refs/tags/v1'],
  // A branch moves on all the time: that it did is no news.
  [line('refs/heads/main'), undefined],
  [line('refs/pull/1/head'), undefined],
  [line('refs/tags/'), undefined],
  [line('refs/tags/a b'), undefined],
  [line('refs/tags/\u001b[1m'), undefined],
  [`x ${line('refs/tags/v1')}`, undefined],
  [line(`refs/tags/${'a'.repeat(190)}`), `refs/tags/${'a'.repeat(190)}`],
  [line(`refs/tags/${'a'.repeat(191)}`), undefined],
])('%j', (text, ref) => {
  expect(expectedRef(text)).toBe(ref);
});

test('what `twl pin` writes says it, in either file', () => {
  const commit = 'c0'.repeat(20);
  const pin = pinOf('https://git.example/a.git', commit);
  const deployment = { pin, resolved: { commit, ref: 'refs/tags/v1' }, at: 1_790_000_000, image: PLACEHOLDER_IMAGE };
  expect(expectedRef(composeText(deployment as never))).toBe('refs/tags/v1');
  expect(expectedRef(configText(deployment as never))).toBe('refs/tags/v1');
});
