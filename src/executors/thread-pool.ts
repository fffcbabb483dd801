// The pool whose workers are threads of this process.

import { badValue } from '../concurrency/bad-value.ts';
import { shownAs } from '../concurrency/scopes/shown-as.ts';
import { Executor } from './executor.ts';
import { type ExecutorOptions, startOptions } from './executor-options.ts';
import { ThreadLink } from './thread-link.ts';

/** What a pool of threads is told. */
export interface ThreadPoolOptions extends ExecutorOptions {
  /** Memory of each thread, from 16 up: V8 ends it, and it alone, when it is used up. Not under Bun. @default as much as this process may have */
  readonly maxMemoryMb?: number | undefined;
}

/** With less a thread ends before it can do anything, and V8 ends the whole program where it cannot even make one. */
const leastMemoryMb = 16;

/**
 * Functions in threads of this process: for what computes, or blocks, while the event loop goes on. The `ThreadPoolExecutor` of
 * concurrent.futures, `gevent.threadpool`, and what `run_in_executor` and `asyncio.to_thread` use.
 *
 * Threads are started when they are needed, and do not keep the program alive while they have nothing to do. They run at the same
 * time, each with a heap and modules of its own: nothing is shared but what is a SharedArrayBuffer.
 *
 * @example
 * import { ThreadPool } from 'manyfetch/executors';
 *
 * function fib(n: number): number {
 *   return n < 2 ? n : fib(n - 1) + fib(n - 2);
 * }
 *
 * await using pool = new ThreadPool({ workers: 2 });
 * const task = pool.submit(fib, 20);
 * task.onDone(({ state }) => console.log(state)); // prints done
 * console.log(await task); // prints 6765
 * console.log(await pool.map(fib, [1, 2, 3, 4, 5]).toArray()); // prints [ 1, 1, 2, 3, 5 ]
 */
export class ThreadPool extends Executor {
  /** @throws UsageError for options that cannot be used */
  constructor(options: ThreadPoolOptions = {}) {
    const { maxMemoryMb, execArgv }: ThreadPoolOptions = { ...options };
    // It would take them, and do nothing.
    if (process.versions['bun'] !== undefined && (maxMemoryMb ?? execArgv) !== undefined)
      throw badValue(
        '`maxMemoryMb` and `execArgv`',
        'absent, as threads of Bun do not heed them',
        maxMemoryMb ?? execArgv,
      );
    if (maxMemoryMb !== undefined && !(maxMemoryMb >= leastMemoryMb))
      throw badValue('`maxMemoryMb`', `a number of megabytes from ${leastMemoryMb} up`, maxMemoryMb);
    const limits = maxMemoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb } };
    super(options, (ordinal, events) => new ThreadLink(ordinal, { ...startOptions(options), ...limits }, events));
  }
}

shownAs(ThreadPool, 'ThreadPool', (pool) => pool.statistics());
