import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What a mutation run tests with (docs/mutation.md): the unit tests of one room, which start no server and no program.
// scripts/mutate.ts says which, as patterns of paths under `test`.
const tests = JSON.parse(process.env.MUTATE_TESTS ?? '["pin/**"]') as string[];

const hasProperties = ({ moduleId }: TestSpecification): boolean =>
  readFileSync(moduleId, 'utf8').includes('support/property.ts');

/** Tables before properties: the first test that fails ends the run of a mutant, and tables take a tenth of the time. */
class TablesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => Number(hasProperties(a)) - Number(hasProperties(b)));
  }
}

export default defineConfig({
  test: {
    include: tests.map((pattern) => `test/${pattern.replace(/\*\*$/, '**/*.test.ts')}`),
    // Comparison with another implementation: it would hold anything, for minutes, and say nothing on our own tests.
    exclude: [
      '**/*differential*',
      // They start servers and the built programs, which are not in the copy that is mutated.
      '**/process.test.ts',
      '**/program.test.ts',
      '**/real-registry.test.ts',
      // It starts a browser.
      '**/browser.test.ts',
    ],
    // As in vitest.config.ts: a slow machine finds out no mutant. What never ends is ended by Stryker.
    testTimeout: 60_000,
    // A mutant that only some seeds find would be killed in one run and not in the next.
    env: { FC_SEED: '1' },
    setupFiles: ['test/support/first-failure.ts'],
    // Stryker starts anew for every mutant; that each file starts anew as well would double the time.
    isolate: false,
    sequence: { sequencer: TablesFirst },
  },
});
