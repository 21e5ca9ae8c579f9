import fc from 'fast-check';

/**
 * What most layers leave out. With every key given in every layer hardly any two would merge, and a property of what is merged
 * would hold of nothing.
 */
export const seldom = <T, Otherwise = undefined>(arbitrary: fc.Arbitrary<T>, otherwise?: Otherwise) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(otherwise as Otherwise) },
    { weight: 1, arbitrary: arbitrary as fc.Arbitrary<T | Otherwise> },
  );

/** Without the keys that are undefined, as a reader makes it. */
export const without = <T extends object>(all: T): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
