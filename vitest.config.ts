import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests start real servers and programs on two cores: each may take its time, none may hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // No test may read or fill the cache of whoever runs it: one that is about the cache names a folder of its own.
    env: { XDG_CACHE_HOME: '/dev/null/no-cache' },
    pool: 'forks',
    maxWorkers: 2,
  },
});
