// What the answers that came at one limit say of their latency. Answers of different kinds are kept
// apart and like is compared with like: an answer on a new connection has its connecting in it, and a
// refusal of one record is quicker than the work of another.
//
// Invariant: adding a sample allocates nothing.

import type { AttemptEnd } from '../http/attempt-end.ts';

/** Latencies are compared as if they were this much longer: below it, queueing is no congestion but the noise of scheduling. */
const softeningMs = 1;
/** So many answers of a kind are needed on both sides. */
const minSamples = 5;

const kinds = 3;

export const usedConnection = 0;
export const newConnection = 1;
const noSuccess = 2;

/** Which kind of sample an end is; -1: none. */
export function sampleKind(end: AttemptEnd): number {
  if (end.outcome === 'success') return end.reused ? usedConnection : newConnection;
  return end.outcome === 'permanent' && end.status !== null ? noSuccess : -1;
}

/** How latency answered to a change of the limit. */
export interface Comparison {
  /** d ln(latency) / d ln(limit): 0, all that was added was served at once; 1, all of it queued; above 1, it did harm. */
  readonly elasticity: number;
  /** Standard error of it. */
  readonly error: number;
  /** Latency there divided by latency here, and how much longer it is. */
  readonly ratio: number;
  readonly delayMs: number;
}

export class AdaptiveWindow {
  readonly #counts = new Float64Array(kinds);
  readonly #sums = new Float64Array(kinds);
  readonly #squares = new Float64Array(kinds);
  ends = 0;
  /** Attempts that were refused besides, and tolerated. */
  refused = 0;
  /** What `refused` is a share of, with it: in windows that were merged not all ends count in full. */
  #answered = 0;
  /** The most that was in flight, and the sum over all ends. */
  #peak = 0;
  #inFlightSum = 0;

  /** One more answer, with what was in flight at its end. */
  add(kind: number, ms: number, inFlight: number): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    this.#sums[kind] = (this.#sums[kind] ?? 0) + ms;
    this.#squares[kind] = (this.#squares[kind] ?? 0) + ms * ms;
    this.ends++;
    this.#answered++;
    this.#inFlightSum += inFlight;
    if (inFlight > this.#peak) this.#peak = inFlight;
  }

  /**
   * Whether the limit was really used. Answers that come in one burst are seen with ever less in flight,
   * down to one: half of the limit on average.
   */
  isFull(limit: number): boolean {
    return this.#peak >= limit && this.#inFlightSum * 2 >= limit * this.ends;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sums.fill(0);
    this.#squares.fill(0);
    this.ends = this.refused = this.#answered = this.#peak = this.#inFlightSum = 0;
  }

  /** Takes in what another has, and lets what was here count for a share. */
  merge(other: AdaptiveWindow, keep: number): void {
    this.refused = this.refused * keep + other.refused;
    this.#answered = this.#answered * keep + other.#answered;
    for (let kind = 0; kind < kinds; kind++) {
      this.#counts[kind] = (this.#counts[kind] ?? 0) * keep + (other.#counts[kind] ?? 0);
      this.#sums[kind] = (this.#sums[kind] ?? 0) * keep + (other.#sums[kind] ?? 0);
      this.#squares[kind] = (this.#squares[kind] ?? 0) * keep + (other.#squares[kind] ?? 0);
    }
  }

  count(kind: number): number {
    return this.#counts[kind] ?? 0;
  }

  /** The kind that most samples are of. */
  get mainKind(): number {
    let main = 0;
    for (let kind = 1; kind < kinds; kind++) if (this.count(kind) > this.count(main)) main = kind;
    return main;
  }

  /** Mean latency of a kind; null if there is no sample. */
  meanMs(kind: number): number | null {
    const count = this.count(kind);
    return count > 0 ? (this.#sums[kind] ?? 0) / count : null;
  }

  /**
   * How long what is in flight at a moment takes altogether, on average: long ones are more likely to be
   * met in flight than their number says. Null if there is no sample.
   */
  turnoverMs(): number | null {
    const kind = this.mainKind;
    const sum = this.#sums[kind] ?? 0;
    return sum > 0 ? (this.#squares[kind] ?? 0) / sum : null;
  }

  /** Variance of the logarithm of the softened mean. */
  #logVariance(kind: number): number {
    const count = this.count(kind);
    const mean = (this.#sums[kind] ?? 0) / count;
    const variance = Math.max(0, (this.#squares[kind] ?? 0) / count - mean * mean);
    return variance / ((mean + softeningMs) ** 2 * count);
  }

  get #okShare(): number {
    return this.refused === 0 ? 1 : this.#answered / (this.#answered + this.refused);
  }

  /** Variance of the logarithm of that share (binomial). */
  get #okVariance(): number {
    return this.refused === 0 ? 0 : this.refused / (this.#answered * (this.#answered + this.refused));
  }

  /** Standard error of the mean of a kind, as a share of it. */
  relativeError(kind: number): number {
    return Math.sqrt(this.#logVariance(kind));
  }

  /**
   * Compares what was seen at `limit` with what another saw at `otherLimit`; null if too little of one kind was
   * seen. `expected`: by how much ln(latency) differs in any case.
   */
  compare(limit: number, other: AdaptiveWindow, otherLimit: number, expected = 0): Comparison | null {
    let kind = 0;
    let most = 0;
    for (let each = 0; each < kinds; each++) {
      const both = Math.min(this.count(each), other.count(each));
      if (both > most) {
        most = both;
        kind = each;
      }
    }
    const before = this.meanMs(kind);
    const after = other.meanMs(kind);
    if (most < minSamples || before === null || after === null) return null;
    const distance = Math.log(otherLimit / limit);
    // What was refused was sent for nothing: as if each success had taken so much longer.
    const ratio = ((after + softeningMs) * this.#okShare) / ((before + softeningMs) * other.#okShare);
    const variance = this.#logVariance(kind) + other.#logVariance(kind) + this.#okVariance + other.#okVariance;
    const error = Math.sqrt(variance) / Math.abs(distance);
    return { elasticity: (Math.log(ratio) - expected) / distance, error, ratio, delayMs: after - before };
  }
}
