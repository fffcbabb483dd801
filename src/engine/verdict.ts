// What the end of an attempt means: the permit goes back with its outcome, then the record is settled,
// sent on to where a redirect leads, or due again later. All of it in one synchronous step, except that
// a large encoded body is decoded first.

import type { Clock } from '../concurrency/clock.ts';
import type { ErrorCode, TransportError } from '../errors.ts';
import { decodeContent } from '../http/content-encoding.ts';
import type { Governor } from '../govern/governor.ts';
import type { Outcome } from '../http/outcome.ts';
import { redirect } from '../http/redirects.ts';
import { allHeaders, isIdempotent } from '../http/request.ts';
import type { Answer, Result } from '../http/result.ts';
import type { RunEvents } from '../report/run-events.ts';
import { classifyError, classifyStatus } from '../retry/classify.ts';
import type { Statuses } from '../retry/classify.ts';
import { decide, isOnce } from '../retry/decide.ts';
import type { RetryPolicy } from '../retry/decide.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import type { Job } from './job.ts';
import type { Refusal } from './lanes.ts';
import type { Recorder } from './recorder.ts';
import { failedResult, okResult, unknownResult, withHint } from './settlement.ts';
import type { Moment } from './settlement.ts';

const noHeaders: readonly string[] = [];
/** Answers that were on their way when an origin went down come later than the first failures, but not by so much. */
const suspectAfterMs = 1000;
/** Once may be an outage that followed another. */
const enoughSuspicions = 2;
/** A shortage of this machine is given so much time at least. */
const leastShortageMs = 60_000;

export interface VerdictOptions {
  readonly policy: RetryPolicy;
  readonly success: Statuses;
  /** Redirects followed at most. */
  readonly redirects: number;
  readonly maxBodyBytes: number;
  /** What an answer says that its request cost; null if it does not, or if nobody wants to know. */
  readonly costOf?: ((body: Buffer) => number | null) | undefined;
  readonly governor: Governor;
  readonly events: RunEvents;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

/** What may follow. */
export interface VerdictTargets {
  settle(job: Job, result: Result, nowMs: number): void;
  /** The record is due again then, on the monotonic clock. */
  again(job: Job, atMs: number): void;
  /** The record's request is another one now, maybe of another origin. */
  elsewhere(job: Job): void;
}

export class Verdict {
  readonly #options: VerdictOptions;
  readonly #targets: VerdictTargets;
  /** Records whose bodies are being decoded. */
  deciding = 0;
  /** The wall clock, and when it was asked. */
  #wallMs = 0;
  #wallAskedMs = -Infinity;
  /** The header section that was looked through last, and what it said: a transport may give the same list for many answers. */
  #section = noHeaders;
  #encoding: string | null = null;

  constructor(options: VerdictOptions, targets: VerdictTargets) {
    this.#options = options;
    this.#targets = targets;
  }

  /**
   * Whether a request met a keep-alive connection that the server had just closed: nothing of an answer
   * came, so it was most likely not seen (RFC 9112, 9.3.1), and it may be repeated.
   */
  maySendAgainForFree(job: Job, error: TransportError): boolean {
    if (!error.reused || error.answered) return false;
    if (error.code !== 'connection_reset' && error.code !== 'connection_closed') return false;
    const { policy } = this.#options;
    if (isIdempotent(job.request.method)) return true;
    const { idempotencyHeader: header } = policy;
    const hasKey = header !== null && headerOf(allHeaders(job.request), header.toLowerCase()) !== null;
    return hasKey && !isOnce(job.request.method, policy);
  }

  /** It is sent again under the permit that it holds. */
  sendsAgain(job: Job): void {
    const { clock, events } = this.#options;
    events.resent();
    job.lane.gate.sentAgain(clock.now(), job.takenCost);
  }

  /** Settles a record that is not sent (any more): its origin is held up for longer than is allowed. */
  refuse(job: Job, refusal: Refusal): void {
    const { gate } = job.lane;
    const message =
      refusal === 'origin_down'
        ? `${gate.origin} is down (${gate.waitDetail ?? 'no answer'}), longer than --outage and --max-outage let a record wait`
        : 'an earlier answer of this origin asked for a longer wait than --max-wait allows';
    const nowMs = this.#options.clock.now();
    this.#targets.settle(job, failedResult(job, null, refusal, message, this.#moment(nowMs)), nowMs);
  }

  /** Judges an attempt that has ended now. */
  judge(job: Job, error: TransportError | null, nowMs: number): void {
    const { events } = this.#options;
    const success = job.start.rules?.success ?? this.#options.success;
    const ms = nowMs - job.exchangeStartedMs;
    job.endExchange(ms);
    const status = error === null ? job.status : null;
    const code = error?.code ?? null;
    const isOk = status !== null && success.has(status);
    const onward = status === null || isOk ? null : redirect(job.request, status, job.headers);
    const outcome = isOk || onward?.kind === 'follow' ? 'success' : this.#classify(status, code, success);
    const end = {
      origin: job.request.origin,
      outcome,
      ms,
      status,
      code,
      headers: status === null ? noHeaders : job.headers,
      attempt: job.attempts,
      reused: job.reused,
    };
    job.lane.gate.release(end, nowMs);
    events.attemptEnded(end);
    if (onward?.kind === 'follow') {
      this.#follow(job, onward.request, nowMs);
    } else if (onward?.kind === 'bad') {
      this.#decode(job, { code: 'bad_redirect', message: onward.message }, nowMs);
    } else if (outcome === 'success') {
      this.#decode(job, null, nowMs);
    } else {
      this.#fail(job, status, error, nowMs);
    }
  }

  #classify(status: number | null, code: ErrorCode | null, success: Statuses): Outcome {
    if (code !== null) return classifyError(code);
    return classifyStatus(status ?? 0, success);
  }

  #follow(job: Job, next: Job['request'], nowMs: number): void {
    const most = job.start.rules?.redirects ?? this.#options.redirects;
    if (job.redirects >= most) {
      const message = `more than ${most} redirects; the last one led to ${next.shownUrl}`;
      this.#decode(job, { code: 'too_many_redirects', message }, nowMs);
      return;
    }
    job.redirects++;
    job.request = next;
    this.#targets.elsewhere(job);
  }

  #fail(job: Job, status: number | null, error: TransportError | null, nowMs: number): void {
    const { clock } = this.#options;
    const policy = this.#policyOf(job);
    const askedMs = status === null ? null : retryAfterMs(job.headers, clock.wallNow());
    const isFree = this.#isFree(job, error, nowMs);
    const decision = decide(
      {
        // Another attempt would begin at the start: what counts is whether that may be sent twice.
        method: job.start.request.method,
        attempts: job.attempts - job.freeAttempts,
        status,
        code: error?.code ?? null,
        sent: job.redirects > 0 || (error?.sent ?? true),
        retryAfterMs: askedMs,
      },
      policy,
    );
    if (decision.kind === 'retry') {
      this.#again(job, decision.delayMs, isFree, nowMs);
    } else if (decision.kind === 'unknown') {
      const message = `no answer came back (${error?.message ?? 'lost'}); with at-most-once it is not sent again`;
      this.#targets.settle(job, unknownResult(job, message, this.#moment(nowMs)), nowMs);
    } else if (decision.reason === 'wait_too_long') {
      const message = `the server asked to wait ${Math.ceil((askedMs ?? 0) / 1000)} s, more than --max-wait allows`;
      this.#decode(job, { code: 'wait_too_long', message }, nowMs);
    } else if (error !== null) {
      const result = failedResult(job, null, error.code, withHint(error), this.#moment(nowMs));
      this.#targets.settle(job, result, nowMs);
    } else {
      this.#decode(job, { code: 'http_status', message: `the server answered ${status}` }, nowMs);
    }
  }

  #policyOf({ start: { rules } }: Job): RetryPolicy {
    const { policy } = this.#options;
    return rules?.retries === undefined ? policy : { ...policy, retries: rules.retries };
  }

  #again(job: Job, delayMs: number, isFree: boolean, nowMs: number): void {
    const { events, policy, recorder } = this.#options;
    events.retryScheduled(delayMs);
    // That it is sent again at all means that it had not left.
    if (isOnce(job.start.request.method, policy)) recorder.wasNotSent(job.start.index);
    // Another attempt begins where the first did: a redirect is not remembered.
    job.request = job.start.request;
    job.redirects = 0;
    job.comesBackFree = isFree;
    this.#targets.again(job, nowMs + delayMs);
  }

  /**
   * Whether an attempt failed for a reason that is not its record's: this machine is short of something, or
   * the origin is down as a whole. Such attempts do not count, for as long as an outage may last. But of a record
   * that failed again and again while the origin answered others between, they do: it may be to blame itself.
   */
  #isFree(job: Job, error: TransportError | null, nowMs: number): boolean {
    const { governor, policy } = this.#options;
    const isShort = error !== null && governor.tellShortage(error, nowMs);
    const { downSinceMs, aliveMs } = job.lane.gate;
    if (!isShort && aliveMs > job.lastFailedMs + suspectAfterMs) job.suspicions++;
    job.lastFailedMs = nowMs;
    const isDown = downSinceMs !== null && job.suspicions < enoughSuspicions;
    if (!isShort && !isDown) {
      job.freeSinceMs = null;
      return false;
    }
    job.freeSinceMs ??= nowMs;
    // How long an origin may be down is watched where its records wait.
    if (!isDown && nowMs - job.freeSinceMs > Math.max(leastShortageMs, policy.maxOutageMs)) return false;
    job.freeAttempts++;
    return true;
  }

  /** Undoes content encodings, then settles: as ok, or with the failure given. */
  #decode(job: Job, failure: Failure | null, nowMs: number): void {
    const encoding = this.#encodingOf(job.headers);
    const body = job.body();
    if (encoding === null || body.length === 0) {
      this.#settle(job, body, failure, nowMs);
      return;
    }
    const { clock, maxBodyBytes } = this.#options;
    this.deciding++;
    decodeContent(body, encoding, maxBodyBytes, (trouble, decoded) => {
      this.deciding--;
      if (trouble === null) this.#settle(job, decoded, failure, clock.now());
      else this.#settle(job, Buffer.alloc(0), failure ?? describe(trouble, encoding, maxBodyBytes), clock.now());
    });
  }

  #encodingOf(headers: readonly string[]): string | null {
    if (headers === this.#section) return this.#encoding;
    this.#section = headers;
    let encoding: string | null = null;
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i] !== 'content-encoding') continue;
      // Several are one list (RFC 9110, 5.3).
      encoding = encoding === null ? (headers[i + 1] ?? '') : `${encoding}, ${headers[i + 1]}`;
    }
    this.#encoding = encoding;
    return encoding;
  }

  #settle(job: Job, body: Buffer, failure: Failure | null, nowMs: number): void {
    this.#learnCost(job, body);
    const answer: Answer = { status: job.status ?? 0, headers: job.headers, body };
    const at = this.#moment(nowMs);
    const result =
      failure === null ? okResult(job, answer, at) : failedResult(job, answer, failure.code, failure.message, at);
    this.#targets.settle(job, result, nowMs);
  }

  /** What was taken for the request was a guess; the answer may say what it really cost. */
  #learnCost(job: Job, body: Buffer): void {
    const { clock, costOf, governor } = this.#options;
    const cost = costOf === undefined ? null : costOf(body);
    if (cost === null) return;
    governor.costs.learn(cost);
    job.lane.gate.correctCost(clock.now(), cost - job.takenCost, job.exchangeStartedMs);
  }

  /** The wall clock tells whole milliseconds, and is asked no more often. */
  #moment(nowMs: number): Moment {
    if (nowMs - this.#wallAskedMs >= 1) {
      this.#wallAskedMs = nowMs;
      this.#wallMs = this.#options.clock.wallNow();
    }
    return { monotonicMs: nowMs, wallMs: this.#wallMs };
  }
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

function describe(trouble: 'bad_encoding' | 'body_too_large', encoding: string, maxBytes: number): Failure {
  if (trouble === 'bad_encoding') return { code: trouble, message: `the answer is said to be ${encoding}, and is not` };
  return {
    code: trouble,
    message: `the answer decodes (${encoding}) to more than ${maxBytes} bytes. Raise --max-body-bytes.`,
  };
}

function headerOf(headers: readonly string[], name: string): string | null {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]?.toLowerCase() === name) return headers[i + 1] ?? null;
  return null;
}
