import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GIT_PLANTS, write } from './support/git-plants.ts';
import { foolsNaiveLaunch } from './support/naive-launch.ts';
import { type Checkout, MAKERS, PINS, PlantedBench } from './support/planted-checkout.ts';
import { inPool } from './support/pool.ts';
import type { RunResult } from '../support/run-launcher.ts';

const bench = new PlantedBench();
beforeAll(() => bench.open());
afterAll(() => bench.close());

/** Every plant in a checkout by either maker, launched with either pin. */
const CASES = GIT_PLANTS.flatMap((plant) =>
  MAKERS.flatMap((maker) =>
    PINS.map((kind) => ({
      plant,
      maker,
      kind,
      name: `${plant.name} in a checkout of ${maker}, launched with ${kind}`,
    })),
  ),
);

describe('what is planted does bite', () => {
  for (const plant of GIT_PLANTS.filter(({ fools }) => fools === true)) {
    test(`${plant.name} fools a launcher that trusts git`, async () => {
      const checkout = bench.checkout('the predecessor', 'the same pin');
      await plant.plant(checkout);
      checkout.canary.reset();
      expect(await foolsNaiveLaunch(checkout, bench.output(checkout.pin))).toBe(true);
    });
  }
});

describe('planted in .git', () => {
  const runs = new Map<string, Promise<{ checkout: Checkout; run: RunResult }>>();

  beforeAll(() => {
    const running = inPool(CASES, 3, async ({ plant, maker, kind }) => {
      const checkout = bench.checkout(maker, kind);
      await plant.plant(checkout);
      checkout.canary.reset();
      return { checkout, run: await bench.launch(checkout) };
    });
    CASES.forEach(({ name }, place) => void runs.set(name, running[place]!));
  });

  for (const { name } of CASES) {
    test(name, async () => {
      const { checkout, run } = await runs.get(name)!;
      await bench.expectPinned(checkout, run);
    });
  }

  test('no other repository was ever asked', () => {
    expect(bench.server.requests.filter(({ url }) => !url.startsWith('/repo.git/'))).toEqual([]);
  });
});

test('remote.origin.uploadpack of a local repository: never run', async () => {
  const repository = bench.scratch.join('repo.git');
  const plant = async (): Promise<Checkout> => {
    const checkout = bench.checkout('the predecessor', 'a new pin');
    write(`${checkout.outside}/upload-pack`, checkout.canary.script, 0o755);
    await checkout.run('config', 'remote.origin.url', repository);
    await checkout.run('config', 'remote.origin.uploadpack', `${checkout.outside}/upload-pack`);
    return checkout;
  };
  const naive = await plant();
  expect(await foolsNaiveLaunch(naive, bench.output(naive.pin))).toBe(true);
  const checkout = await plant();
  const run = await bench.launch(checkout, { REPO_URL: repository });
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: bench.output(checkout.pin) });
  expect(checkout.canary.trace()).toBe('');
  expect(await checkout.run('config', '--get-all', 'remote.origin.url')).toBe(repository);
  expect(await checkout.run('config', '--list', '--local')).not.toContain('uploadpack');
});
