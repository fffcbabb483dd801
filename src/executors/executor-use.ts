// What a pool can be asked besides tasks, and what it tells of itself, as plain data.

import type { MapOptions } from '../concurrency/sources/map-stream.ts';

/** How a function is mapped over a source in a pool. */
export interface ExecutorMapOptions extends Omit<MapOptions, 'limit'> {
  /** Results in the order of the items; else as they are made. @default true */
  readonly ordered?: boolean | undefined;
  /**
   * Items that are sent together, and done one after another: for work that takes less time than sending it.
   * @default 1
   */
  readonly chunk?: number | undefined;
  /** Chunks under way, those that wait for a worker included. @default twice as many as the workers have room for */
  readonly limit?: number | undefined;
}

/** How a pool is left. */
export interface ShutdownOptions {
  /** Until all is over; else the promise resolves at once, and the pool ends behind it. @default true */
  readonly wait?: boolean | undefined;
  /** Cancels the tasks that it has, those at work too. @default false */
  readonly cancel?: boolean | undefined;
}

/** A pool at one moment. */
export interface ExecutorStatistics {
  /** Threads or processes that there are. */
  readonly workers: number;
  /** Ever. */
  readonly started: number;
  /** Of those, how many something else ended than the pool. */
  readonly died: number;
  /** Tasks. */
  readonly running: number;
  readonly queued: number;
  /** Settled, by how. */
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}
