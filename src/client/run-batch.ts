// The main job from code, from its start to its end: a thin face of `startBatch`, which the command uses
// too. It turns an AbortSignal into a stop and callbacks into something that cannot harm the run.

import type { LookupFunction } from 'node:net';
import type { BatchOptions } from '../batch/options/batch-options.ts';
import { badOption } from '../batch/options/bad-option.ts';
import { optionRules } from '../batch/options/option-rules.ts';
import type { BatchRun } from '../batch/run-batch.ts';
import { startBatch } from '../batch/run-batch.ts';
import { systemClock } from '../concurrency/clock.ts';
import { onAbort } from '../concurrency/on-abort.ts';
import type { ControlledRun } from '../control/controlled-run.ts';
import type { ManyfetchError } from '../errors.ts';
import { errorInCode } from '../http/in-code.ts';
import { advanceOf } from '../report/progress-snapshot.ts';
import type { Advance } from '../report/progress-snapshot.ts';
import type { Ending, Summary } from '../report/run-summary.ts';
import type { SettledCounts, Statistics } from '../report/statistics.ts';
import { Callbacks } from './callbacks.ts';
import { checkedLookup } from './checked-lookup.ts';
import { openHook } from './hook/open-hook.ts';
import type { ResultHook } from './hook/result-hook.ts';
import { Ticker } from './fetch-many/ticker.ts';

/** How `runBatch` reads, sends and records, and who is told. Times are milliseconds, sizes are bytes. */
export interface RunBatchOptions<Record = unknown> extends BatchOptions {
  /**
   * Told once, when the sending begins, with what the run can be looked at and changed by while it goes on. Not told
   * if the run had finished before. Another process has `connectControl`.
   */
  readonly onStart?: ((run: ControlledRun) => void) | undefined;
  /**
   * Called once with each record and its result, before that is recorded: a function, or the path or URL of a module that has it as its
   * default export. What it returns is recorded as `extracted`; what it throws makes an ok result `failed` with `callback_error`, and the
   * answer stays. It may be asynchronous: `hookConcurrency` calls go on at once, and while so many go on or wait, no request is started.
   * After a crash it may be called again for a record, but never for one whose line is written.
   */
  readonly onResult?: ResultHook<Record> | string | URL | undefined;
  /** Told how far the run is, every `progressEveryMs` and once at the end. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
  /** @default 1000 */
  readonly progressEveryMs?: number | undefined;
  /**
   * Finds the addresses of hosts, as `node:dns.lookup` does, for a resolver of one's own: called with `all: true`, once for a host in 30 s. It is
   * not asked for what goes through a proxy of the environment. Docs: names.md. @default the system's resolver, and so /etc/hosts
   */
  readonly lookup?: LookupFunction | undefined;
  /** Stops as the first Ctrl-C does: nothing is started, what is in flight has `graceMs` to finish. */
  readonly signal?: AbortSignal | undefined;
}

/** A run at one moment: how far it is (`done`, `total`, `share`, `etaMs`), and what is known of it. */
export interface BatchProgress extends Advance {
  readonly statistics: Statistics;
}

/** What a run came to. */
export interface BatchOutcome {
  /**
   * `finished`: every record has a result. `already-finished`: it had before, nothing was sent. `stopped`: by the
   * signal, or by `error`. `disk`: results could not be recorded, see `error`. `output-closed`: whoever read standard output went away.
   * All but the first two can be resumed by the same call, if the output is a file.
   */
  readonly kind: Ending;
  /** Records that have a result, those of earlier runs included. */
  readonly counts: SettledCounts;
  /** Paths, totals, attempts, latencies, failures by kind. */
  readonly summary: Summary;
  /** Why the run ended before its end, if it was not asked to. */
  readonly error: ManyfetchError | null;
}

/** Options that are called otherwise for a client. */
const calledHere = { cacert: 'cacert' };

/**
 * Sends every record of an input and records exactly one result for each in an output, whatever happens
 * in between; the same call again goes on where an earlier one was stopped or killed.
 *
 * @returns when all is done and on the disk, or the run was stopped. A failed record is a result, no rejection.
 * @throws {UsageError} if the options, the input or the output cannot be used; nothing was sent then
 * @throws {DiskError} if the output cannot be made
 * @throws what `onStart` or `onProgress` threw, after the run was stopped
 * @example
 * import { writeFileSync } from 'node:fs';
 * import { runBatch } from 'manyfetch';
 *
 * writeFileSync('orders.jsonl', '{"id":"o-1","sku":"A-1"}\n{"id":"o-2","sku":"B-7"}\n');
 * const outcome = await runBatch({
 *   input: 'orders.jsonl',
 *   output: 'results.jsonl',
 *   url: 'http://127.0.0.1:8080/echo',
 *   recordAsJson: true,
 *   concurrency: 40,
 *   onResult: async (record, result) => ({ sent: (await result.json<{ body: { sku: string } }>()).body.sku }),
 * });
 * console.log(outcome.kind, outcome.counts.ok); // prints finished 2
 * if (outcome.kind === 'stopped') console.log('call it again to go on');
 */
export async function runBatch<Record = unknown>(options: RunBatchOptions<Record>): Promise<BatchOutcome> {
  const { onStart, onProgress, progressEveryMs = 1000, signal, lookup: _, ...batch } = options;
  requireFunction('onStart', onStart);
  requireFunction('onProgress', onProgress);
  optionRules.timeoutMs(progressEveryMs, '`progressEveryMs`');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badOption('`signal`', 'an AbortSignal', signal);

  const looking = checkedLookup(options);
  let run: BatchRun | null = null;
  const stop = (): void => run?.stop();
  const callbacks = new Callbacks(stop);
  try {
    run = await startBatch(batch, { openHook, ...looking });
  } catch (error) {
    throw errorInCode(error, calledHere);
  }
  const { control } = run;
  if (onStart !== undefined && control !== null) callbacks.call(() => onStart(control));
  const tellProgress = progressTeller(run, onProgress, callbacks);
  const forgetSignal = signal === undefined ? null : onAbort(signal, stop);
  const ticker = tellProgress === null ? null : new Ticker(progressEveryMs, tellProgress, systemClock);
  try {
    const { kind, summary, error } = await run.done;
    tellProgress?.();
    await callbacks.finish();
    return { kind, counts: summary.statistics.settled, summary, error: errorInCode(error, calledHere) };
  } finally {
    ticker?.end();
    forgetSignal?.();
  }
}

function progressTeller(
  run: BatchRun,
  onProgress: RunBatchOptions['onProgress'],
  callbacks: Callbacks,
): (() => void) | null {
  if (onProgress === undefined) return null;
  return () => {
    const snapshot = run.snapshot();
    callbacks.call(() => onProgress({ ...advanceOf(snapshot), statistics: snapshot.statistics }));
  };
}

function requireFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw badOption(`\`${name}\``, 'a function', value);
}
