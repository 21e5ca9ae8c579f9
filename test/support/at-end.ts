const cleanups = new Set<() => void>();

/** Does all that is registered, the newest first. */
const cleanUp = (): void => {
  for (const cleanup of [...cleanups].reverse()) cleanup();
  cleanups.clear();
};

process.once('exit', cleanUp);

// The test runner ends its workers without an `exit`: there the end of the test file is the moment.
if (process.env.VITEST !== undefined) {
  const { afterAll } = await import('vitest');
  afterAll(cleanUp);
}

/** Registers a synchronous clean-up for the end of the test file or process. Gives a function that takes it back. */
export const atEnd = (cleanup: () => void): (() => void) => {
  cleanups.add(cleanup);
  return () => void cleanups.delete(cleanup);
};
