// The shortest loop there is around a limit and a modelled server: sends while fewer than the limit are
// in flight, and sends again what was refused. It finds the throughput of fixed limits, to compare with.

import { seededRandom } from '../concurrency/random.ts';
import type { TransportError } from '../errors.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import type { HttpRequest } from '../http/request.ts';
import { classifyError, classifyStatus } from '../retry/classify.ts';
import { FakeClock } from './fake-clock.ts';
import { ModelledServer } from './modelled-server.ts';
import type { ServerModel } from './physics-model.ts';

/** What decides how many may be in flight. */
export interface LoopLimit {
  readonly limit: number;
  ended(end: AttemptEnd, inFlight: number, nowMs: number): void;
}

/** What came of a loop. */
export interface LoopResult {
  readonly attempts: number;
  readonly refused: number;
  readonly elapsedMs: number;
}

const success = { has: (status: number) => status === 200 };
const origin = 'http://a.test';
const retryMs = 500;

export function fixedLimit(limit: number): LoopLimit {
  return { limit, ended: () => {} };
}

/** Sends so many records. `watch` sees each end after the limit did. */
export function runLoop(
  model: ServerModel,
  limit: LoopLimit,
  records: number,
  watch: (end: AttemptEnd, inFlight: number, nowMs: number) => void = () => {},
  seed = 7,
): LoopResult {
  const loop = new PhysicsLoop(model, limit, records, watch, seed);
  return loop.run();
}

class PhysicsLoop {
  readonly #clock = new FakeClock();
  readonly #server: ModelledServer;
  readonly #limit: LoopLimit;
  readonly #records: number;
  readonly #watch: (end: AttemptEnd, inFlight: number, nowMs: number) => void;
  readonly #random = seededRandom(11);
  readonly #again: { readonly index: number; readonly attempt: number }[] = [];
  #next = 0;
  #inFlight = 0;
  #settled = 0;
  #attempts = 0;

  constructor(
    model: ServerModel,
    limit: LoopLimit,
    records: number,
    watch: (end: AttemptEnd, inFlight: number, nowMs: number) => void,
    seed: number,
  ) {
    this.#server = new ModelledServer(this.#clock, seededRandom(seed), { [origin]: model });
    this.#limit = limit;
    this.#records = records;
    this.#watch = watch;
  }

  run(): LoopResult {
    this.#pump();
    while (this.#settled < this.#records) {
      this.#clock.advance(this.#clock.nextMs - this.#clock.now());
      this.#pump();
    }
    const { refused } = this.#server.counts(origin);
    return { attempts: this.#attempts, refused, elapsedMs: this.#clock.now() };
  }

  #pump(): void {
    while (this.#inFlight < this.#limit.limit) {
      const due = this.#again.shift();
      if (due !== undefined) this.#send(due.index, due.attempt);
      else if (this.#next < this.#records) this.#send(this.#next++, 1);
      else break;
    }
  }

  #send(index: number, attempt: number): void {
    const beganMs = this.#clock.now();
    this.#attempts++;
    this.#inFlight++;
    let status: number | null = null;
    const ended = (error: TransportError | null): void => {
      const code = error?.code ?? null;
      const outcome = code === null ? classifyStatus(status ?? 0, success) : classifyError(code);
      const { reused } = exchange;
      const ms = this.#clock.now() - beganMs;
      this.#ended({ origin, outcome, ms, status, code, headers: [], attempt, reused }, index);
    };
    const exchange = this.#server.send(requestOf(index), {
      onHead: (answered) => {
        status = answered;
      },
      onData: () => {},
      onEnd: () => ended(null),
      onError: ended,
    });
  }

  #ended(end: AttemptEnd, index: number): void {
    const nowMs = this.#clock.now();
    this.#limit.ended(end, this.#inFlight, nowMs);
    this.#watch(end, this.#inFlight, nowMs);
    this.#inFlight--;
    if (end.outcome === 'success' || end.outcome === 'permanent' || end.status === 500) {
      this.#settled++;
    } else {
      this.#clock.setTimer(retryMs * this.#random(), () => {
        this.#again.push({ index, attempt: end.attempt + 1 });
      });
    }
  }
}

function requestOf(index: number): HttpRequest {
  return { method: 'GET', origin, path: `/${index + 1}`, headers: [], body: null, shownUrl: '' };
}
