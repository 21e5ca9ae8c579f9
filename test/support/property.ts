import fc from 'fast-check';

/** Read once: a failing run is repeated with `FC_SEED=<seed>`. */
const seed = process.env.FC_SEED === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(process.env.FC_SEED);
console.info(`property tests: FC_SEED=${seed}`);

/**
 * Checks a property on `runs` random cases of the seed that was printed. A failure shows the smallest case it found.
 */
export const holds = <T>(property: fc.IProperty<T> | fc.IAsyncProperty<T>, runs = 300): Promise<void> | void =>
  fc.assert(property as fc.IProperty<T>, { seed, numRuns: runs });
