// The entry point `manyfetch/executors`: pools of threads and of processes, for work that is no I/O, or too much for one core.
// Sorted; no logic. It is not part of `manyfetch`: who needs no workers loads none of it.

export type { AnyFunction, ModuleCall } from './call-target.ts';
export type { ExecutorOptions } from './executor-options.ts';
export type { ExecutorMapOptions, ExecutorStatistics, ShutdownOptions } from './executor-use.ts';
export type { Executor, Sent } from './executor.ts';
export { ProcessPool } from './process-pool.ts';
export { taskSignal } from './task-signal.ts';
export { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';
export { transfer, Transfer } from './transfer.ts';
export { WorkerError } from './worker-error.ts';
