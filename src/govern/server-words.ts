// What the answers of one origin asked for in their headers: pauses (Retry-After), quotas with what is left
// and until when, and a limit of concurrent requests. It says how long nothing may be sent. It has no
// clock, sets no timer, adds no jitter and caps nothing: an absurd wait is reported as it was asked for.
//
// Invariant: nothing is ever allowed earlier, or more of it, than the answers said; what cannot be read
// counts as not said.

import { retryAfterMs } from '../http/retry-after.ts';
import { QuotaHeaders } from './quota-headers.ts';
import type { QuotaWords } from './quota-words.ts';
import { readCount } from './read-count.ts';
import { readHeaderTopic, topic } from './read-header-topic.ts';
import { SentCount } from './sent-count.ts';
import { ServerClock } from './server-clock.ts';
import { ServerQuota } from './server-quota.ts';

/** Why nothing may be sent for a while. */
export type WordsReason = 'retry-after' | 'quota';

/** Counts for displays and tests. */
export interface WordsStatistics {
  /** Quotas that are known. */
  readonly quotas: number;
  /** Values of headers that had to be parsed. */
  readonly parsed: number;
}

/** Quotas of one origin that are remembered. */
const mostQuotas = 16;

/** Of one origin. */
export class ServerWords {
  readonly #headers = new QuotaHeaders();
  readonly #quotas: ServerQuota[] = [];
  readonly #sent = new SentCount();
  readonly #clock = new ServerClock();
  #hasPresumed = false;
  /** The last header section that said nothing. */
  #silent: readonly string[] | null = null;
  #pausedUntilMs = -Infinity;
  #pauseStatus = 0;
  /** What the last `waitMs` was for; null: the pause. */
  #binding: ServerQuota | null = null;

  /**
   * Whether an answer's headers are the list that said nothing when it was read last: a transport may give the same
   * one for many answers. Then the answer counts as heard.
   */
  isSilent(headers: readonly string[], inFlight: number): boolean {
    if (headers !== this.#silent) return false;
    this.#sent.answered(inFlight);
    if (this.#hasPresumed) this.#dropPresumed(false);
    return true;
  }

  /**
   * Reads an answer's headers. What it says may also shorten a wait that `waitMs` told before, when it shows
   * that what is in flight was counted already: ask again after each answer that said something.
   *
   * Retry-After of a 429, 503 or (GitHub) 403 is a pause of the whole origin; of other answers it concerns
   * only their own record, which is not decided here. It takes precedence over what the same answer says of
   * a quota that is used up (draft-ietf-httpapi-ratelimit-headers). Quotas count on any answer that did not
   * come from a cache.
   *
   * @param headers name, value, name, value; names in lower case
   * @param inFlight requests of this origin that are in flight now, that of this answer no longer among them
   * @returns whether something was said
   */
  hear(status: number, headers: readonly string[], nowMs: number, wallNowMs: number, inFlight: number): boolean {
    this.#sent.answered(inFlight);
    let hasRetryAfter = false;
    let hasQuota = false;
    let isCached = false;
    let date = '';
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const name = headers[i] ?? '';
      const about = readHeaderTopic(name);
      if (about === topic.nothing) continue;
      const value = headers[i + 1] ?? '';
      if (about === topic.quota) {
        if (!hasQuota) this.#headers.begin();
        hasQuota = true;
        this.#headers.see(name, value);
      } else if (about === topic.retryAfter) {
        hasRetryAfter = true;
      } else if (about === topic.date) {
        date = value;
      } else {
        isCached = readCount(value) > 0;
      }
    }
    const pauseMs = hasRetryAfter ? readPause(status, headers, wallNowMs) : -1;
    if (pauseMs >= 0) this.#pause(status, nowMs + pauseMs);
    let said = pauseMs >= 0;
    if (hasQuota) {
      this.#headers.end();
      if (!isCached && this.#apply(status, pauseMs, nowMs, wallNowMs, date)) said = true;
    }
    if (this.#hasPresumed) this.#dropPresumed(hasQuota);
    if (!hasRetryAfter && !hasQuota) this.#silent = headers;
    return said;
  }

  /**
   * How long nothing that costs so much may be sent, in milliseconds; 0 if it may now. As long as the server
   * said, be it absurd.
   * @param cost in the user's units (tokens), or 1
   */
  waitMs(nowMs: number, cost: number): number {
    let waitMs = Math.max(0, this.#pausedUntilMs - nowMs);
    this.#binding = null;
    for (const quota of this.#quotas) {
      const isCost = quota.unit === 'cost';
      const quotaMs = quota.waitMs(nowMs, isCost ? cost : 1, isCost ? this.#sent.cost : this.#sent.requests);
      if (quota.isPresumed) this.#hasPresumed = true;
      if (quotaMs <= waitMs) continue;
      waitMs = quotaMs;
      this.#binding = quota;
    }
    return waitMs;
  }

  /** One is sent now. */
  take(_nowMs: number, cost: number): void {
    this.#sent.take(cost);
  }

  /** Why the last `waitMs` was above 0. */
  get reason(): WordsReason {
    return this.#binding === null ? 'retry-after' : 'quota';
  }

  /** The same in words for the user. */
  get detail(): string {
    if (this.#binding === null) return `it answered ${this.#pauseStatus} with Retry-After`;
    return this.#binding.describe();
  }

  /** The most that may be in flight by a policy for concurrent requests, at least 1; Infinity if there is none. */
  get concurrency(): number {
    return this.#headers.concurrency;
  }

  /** Whether nothing that was said still holds. */
  forgets(nowMs: number): boolean {
    if (nowMs < this.#pausedUntilMs || this.concurrency < Infinity) return false;
    return !this.#quotas.some((quota) => quota.holds(nowMs));
  }

  statistics(): WordsStatistics {
    return { quotas: this.#quotas.length, parsed: this.#headers.parsed };
  }

  #pause(status: number, untilMs: number): void {
    if (untilMs <= this.#pausedUntilMs) return;
    this.#pausedUntilMs = untilMs;
    this.#pauseStatus = status;
  }

  /** Counts what the answer says of quotas; whether it says something. */
  #apply(status: number, pauseMs: number, nowMs: number, wallNowMs: number, date: string): boolean {
    const { pass, current } = this.#headers;
    let said = false;
    for (const words of current) {
      const remaining = words.remainingNow(pass, status);
      if (remaining < 0) continue;
      const quota = (words.quota ??= this.#quotaOf(words));
      const sent = words.unit === 'cost' ? this.#sent.cost : this.#sent.requests;
      if (pauseMs >= 0 && (remaining === 0 || words.unit === 'cost')) {
        quota.endAt(words, nowMs + pauseMs, nowMs, sent);
      } else {
        const reset = words.resetNow(pass);
        const inMs =
          reset === null
            ? words.windowMs
            : reset.kind === 'after'
              ? reset.ms
              : this.#clock.waitMs(reset.ms, date, wallNowMs);
        if (inMs < 0) continue;
        quota.hear(words, remaining, nowMs + inMs, reset?.kind === 'at' ? reset.ms : null, nowMs, sent);
      }
      quota.pass = pass;
      said = true;
    }
    return said;
  }

  #quotaOf(words: QuotaWords): ServerQuota {
    const { label, scope, unit } = words;
    for (const quota of this.#quotas) {
      if (quota.label === label && quota.scope === scope && quota.unit === unit) return quota;
    }
    const quota = new ServerQuota(words);
    if (this.#quotas.length < mostQuotas) {
      this.#quotas.push(quota);
    } else {
      let soonest = 0;
      for (let i = 1; i < this.#quotas.length; i++) {
        if ((this.#quotas[i]?.untilMs ?? 0) < (this.#quotas[soonest]?.untilMs ?? 0)) soonest = i;
      }
      this.#headers.forget(this.#quotas[soonest]);
      this.#quotas[soonest] = quota;
    }
    return quota;
  }

  /** An answer that does not tell of a quota: whether it still counts is not known, so nothing is presumed of it. */
  #dropPresumed(hasQuota: boolean): void {
    this.#hasPresumed = false;
    for (const quota of this.#quotas) {
      if (quota.isPresumed && !(hasQuota && quota.pass === this.#headers.pass)) quota.drop();
    }
  }
}

/** How long an answer wants the whole origin to pause; -1 if it does not. */
function readPause(status: number, headers: readonly string[], wallNowMs: number): number {
  if (status !== 429 && status !== 503 && status !== 403) return -1;
  let longestMs = retryAfterMs(headers, wallNowMs) ?? -1;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i] !== 'retry-after-ms' && headers[i] !== 'x-ms-retry-after-ms') continue;
    const text = headers[i + 1] ?? '';
    const ms = /^\d+(?:\.\d+)?$/.test(text) ? Math.ceil(Number(text)) : -1;
    if (ms <= Number.MAX_SAFE_INTEGER) longestMs = Math.max(longestMs, ms);
  }
  return longestMs;
}
