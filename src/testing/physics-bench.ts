// Runs a scenario: the real engine and the real governor on a fake clock, against modelled servers. It
// keeps a trace of what went on, to measure and to draw.
//
// Invariant: when it is over no permit is out, nothing is in flight, and no timer is left; else it throws.

import { seededRandom } from '../concurrency/random.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineEnd } from '../engine/engine.ts';
import { Governor } from '../govern/governor.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import type { InputBatch, InputPosition } from '../input/reader.ts';
import type { Planned } from '../plan/planner.ts';
import type { RunEvents } from '../report/run-events.ts';
import { defaultBackoff } from '../retry/backoff.ts';
import { FakeClock } from './fake-clock.ts';
import { MemoryRecorder } from './memory-recorder.ts';
import { ModelledServer } from './modelled-server.ts';
import { originsOf } from './physics-scenario.ts';
import type { Scenario } from './physics-scenario.ts';

/** The end of one attempt, and how things stood. */
export interface TracePoint {
  readonly atMs: number;
  readonly origin: string;
  readonly end: AttemptEnd;
  readonly limit: number;
  readonly inFlight: number;
}

const batchSize = 500;
/** Events between looks at what else the event loop has to do: reading ahead takes promises. */
const stepsATurn = 16;

export class PhysicsBench {
  readonly trace: TracePoint[] = [];
  readonly recorder = new MemoryRecorder();
  readonly origins: readonly string[];
  readonly server: ModelledServer;
  readonly #clock = new FakeClock();
  readonly #scenario: Scenario;
  readonly #governor: Governor;
  readonly #engine: Engine;
  #read = 0;
  #taken = 0;
  #released = 0;
  #end: EngineEnd | null = null;

  constructor(scenario: Scenario) {
    const clock = this.#clock;
    const { max = 1000, timeoutMs = 30_000, retries = 3 } = scenario;
    const models = originsOf(scenario);
    const random = seededRandom(1);
    this.#scenario = scenario;
    this.origins = Object.keys(models);
    this.server = new ModelledServer(clock, seededRandom(7), models);
    this.#governor = new Governor({
      concurrency: max,
      findsConcurrency: true,
      perOrigin: null,
      rates: [],
      clock,
      random,
    });
    const statuses = { has: (status: number) => status === 429 || status >= 500 };
    this.#engine = new Engine({
      batches: this.#batches(),
      endIndex: Infinity,
      planner: { plan: ({ index }) => this.#plan(index) },
      governor: this.#governor,
      transport: this.server,
      recorder: this.recorder,
      events: this.#events(),
      clock,
      policy: {
        retries,
        retryOn: { statuses, network: true, timeout: true },
        ...defaultBackoff,
        delivery: 'at-least-once',
        idempotencyHeader: 'Idempotency-Key',
        maxWaitMs: 3_600_000,
        maxOutageMs: 3_600_000,
        random,
      },
      success: { has: (status) => status >= 200 && status < 300 },
      redirects: 10,
      timeoutMs,
      maxBodyBytes: 1000,
    });
  }

  /** Runs to the end, and returns how long it took. */
  async run(): Promise<number> {
    const run = this.#engine.run().then((end) => (this.#end = end));
    for (let step = 0; this.#end === null; step++) {
      await (step % stepsATurn === 0 ? turn() : undefined);
      const { nextMs } = this.#clock;
      if (nextMs !== Infinity) this.#clock.advance(nextMs - this.#clock.now());
      else await turn();
    }
    await run;
    const elapsedMs = this.#clock.now();
    this.#clock.advance(0);
    const left = [this.#governor.statistics().inFlight, this.server.statistics().inFlight, this.#clock.pending];
    if (this.#taken !== this.#released || left.some((count) => count !== 0))
      throw new Error(`permits ${this.#taken}, given back ${this.#released}; left: ${left.join(', ')}`);
    return elapsedMs;
  }

  #events(): RunEvents {
    return {
      attemptStarted: () => void this.#taken++,
      attemptEnded: (end) => {
        this.#released++;
        const { origin } = end;
        const gate = this.#governor.gate(origin);
        const { limit, inFlight } = gate;
        this.trace.push({ atMs: this.#clock.now(), origin, end, limit, inFlight: inFlight + 1 });
      },
      retryScheduled: () => {},
      resent: () => {},
      settled: () => {},
      waiting: () => {},
    };
  }

  #plan(index: number): Planned {
    const origin = this.origins[index % this.origins.length] ?? '';
    const path = `/${index + 1}`;
    const request = { method: 'GET', origin, path, headers: [], body: null, shownUrl: origin + path };
    return { kind: 'request', id: null, request, timeoutMs: null, cost: null };
  }

  #batches(): AsyncIterator<InputBatch> {
    return {
      next: () => {
        const from = this.#read;
        this.#read = Math.min(this.#scenario.records, from + batchSize);
        if (from === this.#read) return Promise.resolve({ done: true, value: undefined });
        const records = Array.from({ length: this.#read - from }, (_, at) => {
          const index = from + at;
          return { kind: 'record' as const, index, line: index + 1, text: '', value: index };
        });
        return Promise.resolve({ value: { records, start: positionOf(from), end: positionOf(this.#read) } });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }
}

function positionOf(index: number): InputPosition {
  return { index, line: index + 1, byte: index * 10 };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
