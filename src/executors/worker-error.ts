// The error of work whose worker is gone. It says what is known of the end; the work may have been done in part.

import { ManyfetchError } from '../errors.ts';

/**
 * A thread or process died while it worked on a task, or before it could: `process.exit`, no memory left, a signal, an
 * error that nobody caught (its `cause`). Only its own tasks fail; another one takes its place.
 *
 * @example
 * import { ThreadPool, WorkerError } from 'manyfetch/executors';
 *
 * await using pool = new ThreadPool({ workers: 1 });
 * const [bad, good] = [pool.submit(() => process.exit(3)), pool.submit(() => 'alive')];
 * const error = await bad.then(null, (thrown: unknown) => thrown);
 * if (error instanceof WorkerError) console.log(error.code, error.message); // prints worker_died Thread 1 died: exit code 3
 * console.log(await good); // prints alive
 */
export class WorkerError extends ManyfetchError {
  constructor(message: string, cause?: unknown) {
    const hint = 'The task may have been carried out in part. The others go on, in a new worker.';
    super('worker_died', message, cause === undefined ? { hint } : { hint, cause });
  }
}
