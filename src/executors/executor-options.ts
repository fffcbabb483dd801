// What pools are told, as plain data, and what of it can be used.

import { availableParallelism } from 'node:os';
import { badValue } from '../concurrency/bad-value.ts';
import { systemClock } from '../concurrency/clock.ts';
import { refuseUnknown } from '../concurrency/refuse-unknown.ts';
import type { Clock } from '../concurrency/clock.ts';
import { checkedMs } from '../concurrency/scopes/scope-options.ts';
import type { AnyFunction, ModuleCall } from './call-target.ts';

/** What threads and processes have in common. */
export interface ExecutorOptions {
  /** Threads or processes, at most. They are started when they are needed. @default as many as the machine runs at once */
  readonly workers?: number | undefined;
  /**
   * Tasks in each of them at the same time: for functions that wait, as `async` ones do.
   * @default 1
   */
  readonly perWorker?: number | undefined;
  /**
   * After so many tasks a worker is replaced by a new one: for code that leaks.
   * @default Infinity
   */
  readonly tasksPerWorker?: number | undefined;
  /**
   * How long a task that was cancelled may take to heed its signal. Then its worker is ended, as soon as nobody else needs it.
   * @default 500
   */
  readonly graceMs?: number | undefined;
  /** Called in each worker before its first task. If it throws, the tasks that the worker was to do fail. */
  readonly initializer?: AnyFunction | ModuleCall | undefined;
  /** Its arguments. @default [] */
  readonly initArgs?: readonly unknown[] | undefined;
  /** Cancels all tasks when it aborts, for good. */
  readonly signal?: AbortSignal | undefined;
  /** The environment of the workers. @default that of this process */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * Options for Node, such as `--import=file:///path/to/setup.js`. Those of V8, such as `--max-old-space-size=500`, are for processes only.
   * @default those of this process
   */
  readonly execArgv?: readonly string[] | undefined;
  /** Where the time comes from. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** A program as a text. Passed on, it would be what a worker runs: this very program, once more, and so on. */
export const isProgram = /^(?:-[pe]+$|--(?:eval|print|input-type)\b)/;

const known = {
  workers: 0,
  perWorker: 0,
  tasksPerWorker: 0,
  graceMs: 0,
  initializer: 0,
  initArgs: 0,
  signal: 0,
  env: 0,
  execArgv: 0,
  clock: 0,
  // Of threads only; a `ProcessPool` refuses it by itself.
  maxMemoryMb: 0,
} satisfies Record<keyof ExecutorOptions | 'maxMemoryMb', 0>;

/** What pools of concurrent.futures, gevent, aiomultiprocess and others are told. */
const elsewhere = {
  maxworkers: 'workers',
  processes: 'workers',
  threads: 'workers',
  maxthreads: 'workers',
  size: 'workers',
  maxsize: 'workers',
  childconcurrency: 'perWorker',
  concurrency: 'perWorker',
  maxtasksperchild: 'tasksPerWorker',
  initargs: 'initArgs',
};

/** @throws UsageError for what cannot be used */
export function checkedExecutorOptions(options: ExecutorOptions) {
  refuseUnknown(options, known, elsewhere);
  const { workers = availableParallelism(), perWorker = 1, tasksPerWorker = Infinity, clock = systemClock } = options;
  const { initializer = null, initArgs = [], graceMs = 500, signal, execArgv = [] } = options;
  checkCount('`workers`', workers);
  checkCount('`perWorker`', perWorker);
  if (tasksPerWorker !== Infinity) checkCount('`tasksPerWorker`', tasksPerWorker);
  if (!Array.isArray(execArgv)) throw badValue('`execArgv`', 'a list of options', execArgv);
  if (execArgv.some((word) => isProgram.test(word)))
    throw badValue('`execArgv`', 'options without a program', execArgv.join(' '));
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badValue('`signal`', 'an AbortSignal', signal);
  if (!Array.isArray(initArgs)) throw badValue('`initArgs`', 'a list of arguments', initArgs);
  return {
    workers,
    perWorker,
    tasksPerWorker,
    graceMs: checkedMs('`graceMs`', graceMs),
    initializer,
    initArgs,
    signal,
    clock,
  };
}

/** What Node is given to start one, only as far as it was said. */
export function startOptions({ env, execArgv }: ExecutorOptions) {
  return { ...(env !== undefined && { env: { ...env } }), ...(execArgv !== undefined && { execArgv: [...execArgv] }) };
}

export function checkCount(name: string, count: unknown): void {
  if (!Number.isSafeInteger(count) || Number(count) < 1) throw badValue(name, 'a whole number from 1 up', count);
}
