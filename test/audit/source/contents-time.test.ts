import { expect, test } from 'vitest';
import { fetchedAtStart } from '../../../src/audit/source/contents/commands.ts';

// By itself, since it looks at a clock: a mutation run leaves it out (docs/mutation.md).
test('hostile lines take no time', () => {
  const start = performance.now();
  for (const unit of ['curl|', 'curl | sudo -a ', 'bash -a ', 'pip -a ', 'git -a b ', 'apt -', 'docker -x ', ' ']) {
    fetchedAtStart(`${unit.repeat((256 * 1024) / unit.length)}\n`, 'x');
    fetchedAtStart(`${unit.repeat(2000 / unit.length)}\n`.repeat(100), 'x');
    fetchedAtStart(`${unit}\\\n`.repeat(20_000), 'x');
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});
