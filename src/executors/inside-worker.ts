// Whether this is a worker of a pool. Pools are not made there: a module that makes one as it is loaded would be loaded by its
// own workers, which would make one each, and so on without end.

import { UsageError } from '../errors.ts';

let isInside = false;

export function enterWorker(): void {
  isInside = true;
}

/** @throws UsageError in a worker */
export function mustBeOutside(): void {
  if (!isInside) return;
  throw new UsageError('task_state', 'A pool cannot be made in a worker of a pool', {
    hint: 'Put the functions for workers in a module of their own, or make the pool only `if (import.meta.main)`.',
  });
}
