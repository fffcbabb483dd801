// How a modelled server behaves, as data: read from the scenario files, and meant to be read by people.
//
// The time of service of a request that is taken in when `n` are in service, itself included:
//   baseMs x jitter x knee(n), where jitter is lognormal with a mean of 1, and
//   knee(n) = 1 below `at`, (n / at) ^ power above        sharp; power 1: throughput stays level above
//   knee(n) = (1 + (n / at) ^ round) ^ (power / round)    the same with its corner rounded off
// With workers (`limit` that queues) the time spent in the queue comes on top.

import type { Random } from '../concurrency/random.ts';

/** A number, or one that changes: [time in ms, value] in order, linear in between; two at one time are a jump. */
export type Course = number | readonly (readonly [number, number])[];

export interface KneeModel {
  readonly at: Course;
  readonly power: number;
  /** The higher, the sharper the corner. Absent: quite sharp. */
  readonly round?: number;
}

export interface LimitModel {
  readonly at: Course;
  readonly above: 'refuse' | 'drop' | 'queue';
  /** Until the refusal, or the reset, comes. @default 1 */
  readonly refusalMs?: number;
}

export interface RateModel {
  readonly perSecond: Course;
  /** What the token bucket holds. */
  readonly burst: number;
  /** Seconds of a Retry-After header with each refusal. */
  readonly retryAfterS?: number;
}

/** Windows of the server's clock, and headers that tell of them in whole seconds. */
export interface QuotaModel {
  readonly limit: number;
  readonly windowMs: number;
  /** How it tells when a window ends: the second of the epoch, or seconds from now. Rounded up. */
  readonly reset: 'epoch' | 'seconds';
  /** Windows begin so long after the full second. @default 0 */
  readonly phaseMs?: number;
  /** Its clock is so much ahead of ours. @default 0 */
  readonly aheadMs?: number;
}

export interface OutageModel {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly as: 'refuse' | 'timeouts' | '500' | '503';
  /** Seconds of a Retry-After header with each answer. */
  readonly retryAfterS?: number;
}

export interface ServerModel {
  readonly baseMs: Course;
  /** Standard deviation of the logarithm of latency. */
  readonly jitter?: number;
  /** A new connection takes so much longer. */
  readonly connectMs?: number;
  readonly knee?: KneeModel;
  readonly limit?: LimitModel;
  readonly rate?: RateModel;
  readonly quota?: QuotaModel;
  readonly outage?: OutageModel;
  /** Requests whose number (the end of their path) is a multiple of `every` always get this status. */
  readonly poison?: { readonly every: number; readonly status: number };
  /** So large a share of requests fails by chance, whatever is in flight. */
  readonly flaky?: { readonly share: number; readonly status: number };
  /** Endpoints of other speed: each `every`th request takes `factor` times as long. */
  readonly slow?: { readonly every: number; readonly factor: number };
}

/** The value of a course at a time. */
export function courseAt(course: Course, nowMs: number): number {
  if (typeof course === 'number') return course;
  let before = course[0];
  for (const point of course) {
    if (before === undefined) break;
    if (point[0] > nowMs) {
      const share = point[0] === before[0] ? 1 : Math.max(0, (nowMs - before[0]) / (point[0] - before[0]));
      return before[1] + share * (point[1] - before[1]);
    }
    before = point;
  }
  return before?.[1] ?? 0;
}

/** What the requests in service cost each other. */
export function kneeFactor({ at, power, round }: KneeModel, inService: number, nowMs: number): number {
  const share = inService / courseAt(at, nowMs);
  if (round !== undefined) return (1 + share ** round) ** (power / round);
  return share <= 1 ? 1 : share ** power;
}

/** A lognormal factor with a mean of 1 (Box-Muller). */
export function lognormal(sigma: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(sigma * normal - (sigma * sigma) / 2);
}
