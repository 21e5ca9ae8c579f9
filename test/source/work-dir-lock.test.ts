import { readdirSync, unlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { acquireLock } from '../../src/source/workdir/lock.ts';
import { useScratch } from '../support/use-scratch.ts';

test('whose socket is taken away before it listens was not alone: it says that, and leaves nothing', async () => {
  const { path, join } = useScratch();
  const asking = acquireLock(path);
  // As the holder of the lock does with what looks dead.
  const [own] = readdirSync(path);
  expect(own).toMatch(/^lock\.[0-9a-f]{16}$/);
  unlinkSync(join(own!));
  await expect(asking).rejects.toMatchObject({ code: 'work-dir-locked', exitCode: 50 });
  expect(readdirSync(path)).toEqual([]);
});

test('the lock is of one, and then of the next', async () => {
  const { path } = useScratch();
  const first = await acquireLock(path);
  await expect(acquireLock(path)).rejects.toMatchObject({ code: 'work-dir-locked' });
  first.check();
  first.release();
  const second = await acquireLock(path);
  second.release();
  expect(readdirSync(path)).toEqual([]);
});
