// An engine with everything around it replaced by what a test can see through: time that stands still,
// a scripted transport, results in memory. It drives time from event to event.
//
// Invariant: when a run has ended, no permit is out, nothing is in flight and no timer is left.

import { seededRandom } from '../concurrency/random.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineEnd, EngineOptions } from '../engine/engine.ts';
import { Governor } from '../govern/governor.ts';
import type { Rate } from '../concurrency/limits/pacer.ts';
import { isIdempotent } from '../http/request.ts';
import type { HttpRequest } from '../http/request.ts';
import type { InputBatch, InputPosition, InputRecord } from '../input/reader.ts';
import type { Planned } from '../plan/planner.ts';
import { defaultBackoff } from '../retry/backoff.ts';
import type { RetryPolicy } from '../retry/decide.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeTransport } from './fake-transport.ts';
import type { FakeScript } from './fake-transport.ts';
import { MemoryRecorder } from './memory-recorder.ts';
import { RecordedEvents } from './recorded-events.ts';

/** What a test cares about. */
export interface BenchOptions {
  readonly records: number;
  readonly script: FakeScript;
  /** What a record becomes. @default a GET of `http://a.test/<index>` */
  readonly plan?: (index: number) => Planned | Promise<Planned>;
  readonly bad?: (index: number) => InputRecord | null;
  readonly concurrency?: number;
  readonly perOrigin?: number;
  readonly rate?: Pick<Rate, 'count' | 'perMs'> & { readonly unit?: Rate['unit'] };
  /** Whether origins that fail as a whole are left alone. @default false: each record meets what the script says */
  readonly sitsOutOutages?: boolean;
  /** Whether the concurrency is to be found. @default false */
  readonly findsConcurrency?: boolean;
  readonly policy?: Partial<RetryPolicy>;
  readonly engine?: Partial<EngineOptions>;
  /** Records of a batch of the input. @default 10 */
  readonly batchSize?: number;
}

/** A request that a record becomes. */
export function planned(
  index: number,
  url: string,
  changes: Partial<HttpRequest> = {},
  timeoutMs: number | null = null,
): Planned {
  const { origin, pathname } = new URL(url);
  const headers = isIdempotent(changes.method ?? 'GET') ? [] : ['Idempotency-Key', `run-${index}`];
  const request = { method: 'GET', origin, path: pathname, headers, body: null, shownUrl: url, ...changes };
  return { kind: 'request', id: `r${index}`, request, timeoutMs, cost: null };
}

export class EngineBench {
  readonly clock = new FakeClock();
  readonly recorder = new MemoryRecorder();
  readonly events = new RecordedEvents();
  readonly transport: FakeTransport;
  readonly governor: Governor;
  readonly engine: Engine;
  /** Records that were taken out of the input. */
  read = 0;
  end: EngineEnd | null = null;

  constructor(options: BenchOptions) {
    const { clock, recorder, events } = this;
    this.transport = new FakeTransport(clock, options.script);
    const { concurrency = 10, perOrigin = null, rate, sitsOutOutages = false, findsConcurrency = false } = options;
    const policy = { ...defaultPolicy(), ...options.policy };
    this.governor = new Governor({
      concurrency,
      findsConcurrency,
      perOrigin,
      rates: rate === undefined ? [] : [{ unit: 'requests', ...rate, text: `${rate.count} in ${rate.perMs} ms` }],
      clock,
      random: policy.random,
      sitsOutOutages,
    });
    const plan = options.plan ?? ((index) => planned(index, `http://a.test/${index}`));
    this.engine = new Engine({
      batches: this.#batches(options),
      endIndex: Infinity,
      planner: { plan: ({ index }) => plan(index) },
      governor: this.governor,
      transport: this.transport,
      recorder,
      events,
      clock,
      policy,
      success: { has: (status) => status >= 200 && status < 300 },
      redirects: 10,
      timeoutMs: 30_000,
      maxBodyBytes: 1000,
      ...options.engine,
    });
  }

  /** Runs to the end. */
  async run(): Promise<EngineEnd> {
    this.start();
    return await this.finish();
  }

  start(): void {
    void this.#remember(this.engine.run());
  }

  /** Moves time on until the run has ended. */
  async finish(): Promise<EngineEnd> {
    await this.until(() => this.end !== null);
    this.clock.advance(0);
    const inFlight = [this.governor.statistics().inFlight, this.transport.statistics().inFlight, this.clock.pending];
    if (this.end === null || (this.end.kind === 'finished' && inFlight.some((count) => count !== 0))) {
      throw new Error(`permits, exchanges, timers are left: ${inFlight.join(', ')}`);
    }
    return this.end;
  }

  /** Moves time on, from one timer to the next, until something holds. */
  async until(condition: () => boolean): Promise<void> {
    for (let step = 0; step < 100_000; step++) {
      await promisesSettle();
      if (condition()) return;
      if (this.clock.nextMs === Infinity) throw new Error('nothing will ever happen again');
      this.clock.advance(this.clock.nextMs - this.clock.now());
    }
    throw new Error(`after 100,000 timers there is still not: ${condition.toString()}`);
  }

  /** Moves time on to a moment, at which all that is due has happened. */
  async untilMs(atMs: number): Promise<void> {
    await promisesSettle();
    while (this.clock.nextMs <= atMs) {
      this.clock.advance(this.clock.nextMs - this.clock.now());
      await promisesSettle();
    }
    this.clock.advance(Math.max(0, atMs - this.clock.now()));
  }

  /** The story of each record, in order. */
  stories(): string[] {
    return Array.from({ length: this.read }, (_, index) => this.recorder.story(index));
  }

  /** When requests were sent to a path that begins so. */
  sentAtMs(pathPrefix: string): number[] {
    return this.transport.sendings.filter(({ request }) => request.path.startsWith(pathPrefix)).map(({ atMs }) => atMs);
  }

  async #remember(end: Promise<EngineEnd>): Promise<void> {
    this.end = await end;
  }

  #batches({ records, bad, batchSize = 10 }: BenchOptions): AsyncIterator<InputBatch> {
    return {
      next: () => {
        const from = this.read;
        if (from >= records) return Promise.resolve({ done: true, value: undefined });
        this.read = Math.min(records, from + batchSize);
        const batch = Array.from({ length: this.read - from }, (_, at) => bad?.(from + at) ?? goodRecord(from + at));
        return Promise.resolve({ value: { records: batch, start: startOf(from), end: startOf(this.read) } });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }
}

function startOf(index: number): InputPosition {
  return { index, line: index + 1, byte: index * 10 };
}

function goodRecord(index: number): InputRecord {
  return { kind: 'record', index, line: index + 1, text: String(index), value: index };
}

function defaultPolicy(): RetryPolicy {
  const statuses = { has: (s: number) => s === 408 || s === 425 || s === 429 || (s >= 500 && s < 600) };
  return {
    retries: 3,
    retryOn: { statuses, network: true, timeout: true },
    ...defaultBackoff,
    delivery: 'at-least-once',
    idempotencyHeader: 'Idempotency-Key',
    maxWaitMs: 3_600_000,
    maxOutageMs: 3_600_000,
    random: seededRandom(1),
  };
}

/** Lets promises that are settled call back. */
function promisesSettle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
