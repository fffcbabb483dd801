// Puts the line together for one call of `fetchMany`: the same engine as a batch has, with the caller's source in
// front and the caller's queue behind. It starts nothing.

import type { Clock } from '../../concurrency/clock.ts';
import type { Random } from '../../concurrency/random.ts';
import { Engine } from '../../engine/engine.ts';
import type { Job } from '../../engine/job.ts';
import type { Recorder } from '../../engine/recorder.ts';
import { Governor } from '../../govern/governor.ts';
import type { Transport } from '../../http/transport.ts';
import type { InputBatch } from '../../input/reader.ts';
import { costReader } from '../../plan/cost-from.ts';
import type { Planner } from '../../plan/planner.ts';
import type { RunEvents } from '../../report/run-events.ts';
import type { ResolvedFetchOptions } from './resolve-fetch-options.ts';

/** Items that are under way besides those in flight, so that origins that are ready need not wait for one that is not. */
const heldAhead = 100;
const mostReadAhead = 64;
/** The same when the concurrency is to be found out. */
const readAheadAtFirst = 10;

const nobodyListens: RunEvents = {
  attemptStarted: () => undefined,
  attemptEnded: () => undefined,
  retryScheduled: () => undefined,
  resent: () => undefined,
  settled: () => undefined,
  waiting: () => undefined,
};

export interface FetchEngineParts {
  readonly options: ResolvedFetchOptions;
  /** Requests in flight at most, on this machine. */
  readonly concurrency: number;
  readonly batches: AsyncIterator<InputBatch>;
  readonly planner: Planner;
  readonly transport: Transport;
  readonly recorder: Recorder;
  readonly onPlanned: ((job: Job) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** How many items are read ahead of those that are taken. */
export function readAheadOf({ sending }: ResolvedFetchOptions, concurrency: number): number {
  return sending.concurrency === 'auto' ? readAheadAtFirst : Math.min(mostReadAhead, Math.ceil(concurrency / 4));
}

export function fetchEngine(parts: FetchEngineParts): Engine {
  const { options, concurrency, clock, random } = parts;
  const { sending, planning } = options;
  const { retries, retryOn, backoffMs, maxBackoffMs, delivery, maxWaitMs, success } = sending;
  const { redirects, timeoutMs, maxBodyBytes } = sending;
  const { idempotencyHeader } = planning;
  const findsConcurrency = sending.concurrency === 'auto';
  const maxOutageMs = sending.outage === 'fail' ? 0 : sending.maxOutageMs;
  const { perOrigin, rates } = sending;
  return new Engine({
    batches: parts.batches,
    endIndex: Infinity,
    planner: parts.planner,
    governor: new Governor({ concurrency, findsConcurrency, perOrigin, rates, clock, random }),
    transport: parts.transport,
    recorder: parts.recorder,
    events: nobodyListens,
    clock,
    policy: { retries, retryOn, backoffMs, maxBackoffMs, delivery, idempotencyHeader, maxWaitMs, maxOutageMs, random },
    success,
    redirects,
    timeoutMs,
    maxBodyBytes,
    costOf: costReader(sending.costFrom),
    maxHeld: concurrency + heldAhead,
    maxAhead: heldAhead,
    // What the machine could hold says nothing about what is in flight when that is to be found out.
    maxParked: findsConcurrency ? 0 : concurrency,
    onPlanned: parts.onPlanned,
  });
}
