// The pool whose workers are processes.

import { badValue } from '../concurrency/bad-value.ts';
import { shownAs } from '../concurrency/scopes/shown-as.ts';
import { Executor } from './executor.ts';
import { type ExecutorOptions, startOptions } from './executor-options.ts';
import { ProcessLink } from './process-link.ts';
import type { ThreadPoolOptions } from './thread-pool.ts';

const hint = "Give `execArgv: ['--max-old-space-size=500']`.";

/**
 * Functions in processes, many at a time in each if `perWorker` says so: for what may bring a process down, and for async functions on
 * all cores. The `ProcessPoolExecutor` of concurrent.futures and the `Pool` of aiomultiprocess, whose `childconcurrency` is `perWorker`.
 *
 * A process that dies fails the tasks that it was working on, and is replaced; the pool is never broken. All processes end with
 * this one, also if it is killed.
 *
 * @example
 * import { ProcessPool } from 'manyfetch/executors';
 *
 * await using pool = new ProcessPool({ workers: 1, perWorker: 16 });
 * const get = async (url: string) => (await fetch(url)).status;
 * const urls = ['/status/200', '/status/404'].map((path) => `http://127.0.0.1:8080${path}`);
 * console.log(await pool.map(get, urls).toArray()); // prints [ 200, 404 ]
 */
export class ProcessPool extends Executor {
  /** @throws UsageError for options that cannot be used */
  constructor(options: ExecutorOptions = {}) {
    const { maxMemoryMb }: ThreadPoolOptions = { ...options };
    if (maxMemoryMb !== undefined) throw badValue('`maxMemoryMb`', 'absent, as it is for threads', maxMemoryMb, hint);
    super(options, (_, events) => new ProcessLink(startOptions(options), events));
  }
}

shownAs(ProcessPool, 'ProcessPool', (pool) => pool.statistics());
