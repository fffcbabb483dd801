// Calls a hook in threads of this process, so that what it computes does not hold up the event loop. A thread that dies, or is
// blocked for too long, fails the record that it was working on; another takes its place.

import type { HookEnd, HookSource, RecordHook } from '../../batch/hook/record-hook.ts';
import type { Task } from '../../concurrency/task.ts';
import { UsageError } from '../../errors.ts';
import { siblingModule } from '../../executors/sibling-module.ts';
import { ThreadPool } from '../../executors/thread-pool.ts';
import { transfer } from '../../executors/transfer.ts';
import { WorkerError } from '../../executors/worker-error.ts';
import type { Result } from '../../http/result.ts';
import type { SourceRecord } from '../../plan/planner.ts';
import { BlockedThreads } from './blocked-threads.ts';
import { hookWasLate } from './hook-end.ts';
import { packCall } from './packed-call.ts';

/** For each thread, so that none waits for the next message. */
const callsAThread = 8;
/** More than that at once are of no use, and each has a place in memory. */
const mostCalls = 65_536;
/** When the run is over, a hook that goes on gets so long. */
const graceMs = 200;
/** Threads that may die before a record has its turn. */
const mostDeaths = 10;

const inThread = siblingModule('hook-in-thread', import.meta.url);

export interface HookThreadsOptions extends Omit<HookSource, 'hook'> {
  readonly module: string;
  readonly threads: number;
}

export class HookThreads implements RecordHook {
  readonly concurrency: number;
  readonly #pool: ThreadPool;
  readonly #options: HookThreadsOptions;
  /** For each call that may go on: how far it came. Threads write it: `hook-in-thread.ts`. */
  readonly #marks: Int32Array;
  readonly #places: number[];
  readonly #blocked: BlockedThreads;

  private constructor(options: HookThreadsOptions) {
    const { module, threads, concurrency, timeoutMs, clock, printsToStderr = false } = options;
    this.#options = options;
    this.concurrency = Math.min(concurrency ?? threads * callsAThread, mostCalls);
    this.#marks = new Int32Array(new SharedArrayBuffer(this.concurrency * Int32Array.BYTES_PER_ELEMENT));
    this.#places = Array.from(this.#marks.keys());
    this.#blocked = new BlockedThreads(this.#marks, timeoutMs, clock);
    this.#pool = new ThreadPool({
      workers: threads,
      perWorker: Math.ceil(this.concurrency / threads),
      initializer: { module: inThread, name: 'load' },
      initArgs: [module, this.#marks, timeoutMs, printsToStderr],
      graceMs,
    });
  }

  /** @throws UsageError if the module cannot be used: a thread has tried */
  static async open(options: HookThreadsOptions): Promise<HookThreads> {
    const threads = new HookThreads(options);
    try {
      await threads.#pool.apply({ module: inThread, name: 'ready' });
      return threads;
    } catch (error) {
      await threads.close();
      const message = error instanceof Error ? error.message : String(error);
      throw error instanceof Error && error.cause instanceof UsageError
        ? error.cause
        : new UsageError('bad_option', `--on-result: ${options.module} cannot be loaded: ${message}`, { cause: error });
    }
  }

  async call(record: SourceRecord | null, result: Result): Promise<HookEnd> {
    const place = this.#places.pop() ?? 0;
    try {
      return await this.#callAt(place, record, result);
    } catch (error) {
      return { problem: `the hook did not end: ${error instanceof Error ? error.message : String(error)}` };
    } finally {
      this.#places.push(place);
    }
  }

  async #callAt(place: number, record: SourceRecord | null, result: Result): Promise<HookEnd> {
    for (let deaths = 0; ; deaths++) {
      this.#marks[place] = 0;
      const task = this.#post(place, record, result);
      this.#blocked.watch(place, task);
      try {
        return await task;
      } catch (error) {
        if (error === this.#blocked.lateness) return hookWasLate(this.#options.timeoutMs ?? 0);
        const isGone = error instanceof WorkerError || error === this.#blocked.company;
        // It only stood in line behind the record whose hook ended the thread, or blocked it.
        if (!isGone || (this.#marks[place] ?? 0) < 0 || deaths === mostDeaths) throw error;
      } finally {
        this.#blocked.forget(place);
      }
    }
  }

  #post(place: number, record: SourceRecord | null, result: Result): Task<HookEnd> {
    // Made anew for another thread: what was sent is gone.
    const packed = packCall(record, result, this.#options.textIsJson);
    const sent = packed.body === null ? packed : transfer(packed, [packed.body.buffer]);
    return this.#pool.apply<HookEnd>({ module: inThread, name: 'call' }, [sent, place]);
  }

  async close(): Promise<void> {
    this.#blocked.stop();
    await this.#pool.shutdown({ cancel: true });
  }
}
