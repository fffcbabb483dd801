// One record on its way, from the moment it is planned until it is settled: which attempt it is on,
// and what of the answer has come. It takes the transport's callbacks and hands the end of each attempt
// to the engine, once. It decides nothing.

import type { Bagged } from '../concurrency/containers/bag.ts';
import { Timeout } from '../concurrency/time/timer-wheel.ts';
import type { TimeoutOwner } from '../concurrency/time/timer-wheel.ts';
import { TransportError } from '../errors.ts';
import { PieceList } from '../http/piece-list.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Exchange, ResponseHandler } from '../http/transport.ts';
import type { RequestRules } from '../plan/planner.ts';
import type { Lane } from './lane.ts';
import type { Linked } from './linked-list.ts';

/** Where the end of an attempt goes. */
export interface AttemptEnds {
  /** Called once for each attempt; without an error the answer is complete. */
  attemptEnded(job: Job, error: TransportError | null): void;
}

/** What the planner made of a record. */
export interface JobStart {
  readonly index: number;
  readonly id: string | null;
  readonly request: HttpRequest;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly plannedMs: number;
  /** In the units of rates that count costs; null: nothing says it before the answer does. */
  readonly cost: number | null;
  /** What to take for it then. */
  readonly costGuess: { readonly value: number };
  /** What it wants otherwise; undefined: nothing. */
  readonly rules: RequestRules | undefined;
}

const nothing = Buffer.alloc(0);
const noHeaders: readonly string[] = [];

export class Job implements ResponseHandler, TimeoutOwner, Linked<Job>, Bagged {
  readonly start: JobStart;
  readonly #ends: AttemptEnds;
  readonly timeout: Timeout = new Timeout(this);
  lane: Lane<Job>;
  nextInList: Job | null = null;
  /** In flight while it is in the engine's bag. */
  bagIndex = -1;

  /** What is sent now: the record's request, or where a redirect led. */
  request: HttpRequest;
  attempts = 0;
  /** Those of them that do not count against the retries: the origin was down as a whole, or this machine was short of something. */
  freeAttempts = 0;
  /** What was taken for what is in flight. */
  takenCost = 1;
  /** When the last attempt failed. */
  lastFailedMs = Infinity;
  /** So often it failed again after its origin had answered others. */
  suspicions = 0;
  /** The last attempt was one of them. */
  comesBackFree = false;
  /** When the first of them ended that followed one another until now; null if the last attempt counted. */
  freeSinceMs: number | null = null;
  redirects = 0;
  /** On the monotonic clock: when what is in flight got its permit. */
  exchangeStartedMs = 0;
  /** What this attempt has taken up to the last redirect. */
  attemptMs = 0;
  lastAttemptMs: number | null = null;
  /** All attempts together. */
  activeMs = 0;
  exchange: Exchange | null = null;

  /** What ended last went over a connection that had carried an earlier request. */
  reused = false;
  status: number | null = null;
  headers: readonly string[] = noHeaders;
  #body: Buffer = nothing;
  #pieces: PieceList | null = null;
  #bodyBytes = 0;

  constructor(start: JobStart, lane: Lane<Job>, ends: AttemptEnds) {
    this.start = start;
    this.request = start.request;
    this.lane = lane;
    this.#ends = ends;
  }

  /** What is to be taken for it now. */
  get cost(): number {
    return this.start.cost ?? this.start.costGuess.value;
  }

  /** Of what is in flight, or of what led to it, a byte may have left. */
  get mayHaveLeft(): boolean {
    return this.redirects > 0 || this.exchange?.sent !== false;
  }

  /** Another attempt, from the record's own request on. */
  beginAttempt(): void {
    this.attempts++;
    this.attemptMs = 0;
  }

  /** What was in flight has ended. */
  endExchange(ms: number): void {
    this.attemptMs += ms;
    this.lastAttemptMs = this.attemptMs;
    this.activeMs += ms;
  }

  /** Forgets what came of an earlier answer. */
  clearAnswer(): void {
    this.status = null;
    this.headers = noHeaders;
    this.#body = nothing;
    this.#pieces = null;
    this.#bodyBytes = 0;
  }

  /** The whole body, as it came. */
  body(): Buffer {
    return this.#pieces === null ? this.#body : this.#pieces.joined();
  }

  onHead(status: number, headers: readonly string[]): void {
    this.status = status;
    this.headers = headers;
  }

  onData(chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.start.maxBodyBytes) {
      this.#abandon(
        'body_too_large',
        `the answer has more than ${this.start.maxBodyBytes} bytes`,
        'Raise --max-body-bytes.',
      );
    } else if (this.#bodyBytes === chunk.length) {
      this.#body = chunk;
    } else {
      if (this.#pieces === null) {
        this.#pieces = new PieceList();
        this.#pieces.push(this.#body);
      }
      this.#pieces.push(chunk);
    }
  }

  onEnd(): void {
    this.#end(null);
  }

  onError(error: TransportError): void {
    this.#end(error);
  }

  onTimeout(): void {
    const seconds = this.start.timeoutMs / 1000;
    const { exchange } = this;
    const missing = exchange?.sent !== true ? 'no connection' : exchange.answered ? 'no complete answer' : 'no answer';
    this.#abandon('timeout', `${missing} within ${seconds} s`, 'Raise --timeout if the server needs longer.');
  }

  #abandon(code: 'timeout' | 'body_too_large', message: string, hint: string): void {
    const { exchange } = this;
    if (exchange === null) return;
    exchange.cancel();
    this.#end(
      new TransportError(code, message, {
        hint,
        sent: exchange.sent,
        answered: exchange.answered,
        reused: exchange.reused,
      }),
    );
  }

  #end(error: TransportError | null): void {
    this.reused = this.exchange?.reused === true;
    this.exchange = null;
    this.#ends.attemptEnded(this, error);
  }
}
