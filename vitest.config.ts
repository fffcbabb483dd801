import { defineConfig } from 'vitest/config';

// Three workers at most: the tests start servers and child processes of their own, and many of them wait.
// A worker takes one file after another without beginning anew, which halves the time of the suite: what
// a module keeps, and what a test sets up in its process, must not outlive it.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    isolate: false,
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
