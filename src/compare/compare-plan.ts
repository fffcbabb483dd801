// The vocabulary of a comparison: what all ways of sending are given, and what is measured of each. Plain data, which goes
// to other processes and comes back from them.

import type { ClientOptions } from '../client/client-options.ts';

/** In the order in which they are tried and shown. */
export const wayNames = ['in-turn', 'threads', 'processes', 'tasks', 'tasks-in-processes'] as const;

export type WayName = (typeof wayNames)[number];

/** What is sent, and with how much of everything. The same for all ways. */
export interface ComparePlan {
  readonly url: string;
  readonly requests: number;
  readonly threads: number;
  readonly processes: number;
  /** Tasks at the same time, at most. */
  readonly concurrency: number;
  /** CPU time that is spent on each answer. */
  readonly workMs: number;
  /** How long the body of each answer has to be; null: that is not known. */
  readonly bodyBytes: number | null;
  readonly client: ClientOptions;
}

/** What came of some requests. */
export interface Tally {
  readonly answered: number;
  readonly failed: number;
  /** Of the first that failed. */
  readonly failure: string | null;
}

/** What one way has taken. */
export interface WayFigures extends Tally {
  readonly name: WayName;
  /** Until the workers were there; null: there are none to start. Not part of `elapsedMs`. */
  readonly startMs: number | null;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  /** Of all its threads and processes, in that time. */
  readonly cpuMs: number;
  /** The most that was in memory of each of its processes, added up. */
  readonly peakBytes: number;
}

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    answered: one.answered + other.answered,
    failed: one.failed + other.failed,
    failure: one.failure ?? other.failure,
  };
}

export const emptyTally: Tally = { answered: 0, failed: 0, failure: null };
