import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** What waits for many processes takes long, however short its file is: begun last, it would end alone. */
const longFirst = ['test/crash/', 'test/faults/disk-sweep', 'test/examples', 'test/cli/', 'test/governor/', 'test/'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const found = longFirst.findIndex((start) => moduleId.includes(`/${start}`));
  return found < 0 ? longFirst.length : found;
}

// Three workers at most: the tests start servers and child processes of their own, and many of them wait.
// A worker takes one file after another without beginning anew, which halves the time of the suite: what
// a module keeps, and what a test sets up in its process, must not outlive it.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    sequence: { sequencer: LongFirst },
    pool: 'forks',
    isolate: false,
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
