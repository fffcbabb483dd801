// What latency is like at the limit that holds, how far that is from the lowest of late, and whether it
// drifts by itself. It judges nothing; it sees whole windows, and no time.

import { AdaptiveWindow, newConnection, usedConnection } from './adaptive-window.ts';
import type { Comparison } from './adaptive-window.ts';

/** Above this multiple of the base, latency is high; above the smaller one, suspect. */
const highDelay = 1.4;
const suspectDelay = 1.1;
/** What an older window counts against the newest; while latency drifts, nothing. */
const keepOfOlder = 0.75;
/** The base follows a shorter latency, and a longer one, so fast for each window. */
const baseLearns = 0.3;
const baseForgets = 0.002;
/** Latency that is so much longer, or shorter, than at the last verdict has drifted. */
const longer = 0.2;
const shorter = 0.1;
/** From the middle of the windows at home to that of a trial, in windows. */
const trialWindows = 2.2;

export class AdaptiveLatency {
  /** The lowest of late; null: nothing was answered yet. */
  baseMs: number | null = null;
  /** At the limit that holds. */
  recentMs: number | null = null;
  readonly #here = new AdaptiveWindow();
  /** The kind of samples that the figures are of. */
  #kind = 0;
  /** Latency at the last verdict, and how many windows ago that was. */
  #markMs: number | null = null;
  #windowsSinceMark = 0;
  /** How much ln(latency) drifts by itself in a window. */
  #trend = 0;

  /** Takes in one more window at the limit that holds. Returns by how much ln(latency) has drifted; 0: not noticeably. */
  observe(window: AdaptiveWindow): number {
    this.#here.merge(window, this.#trend === 0 ? keepOfOlder : 0);
    this.#update();
    this.#windowsSinceMark++;
    const ms = window.meanMs(this.#kind);
    if (ms === null || this.#markMs === null) return 0;
    const change = Math.log(ms / this.#markMs);
    if (Math.abs(change) < Math.max(change > 0 ? longer : shorter, 3 * window.relativeError(this.#kind))) return 0;
    const trend = change / this.#windowsSinceMark;
    this.#here.merge(window, 0);
    this.#update();
    this.mark();
    this.#trend = trend;
    return change;
  }

  /** Another limit holds, at which this was seen. */
  replace(window: AdaptiveWindow): void {
    this.#here.merge(window, 0);
    this.#update();
    this.mark();
  }

  forget(): void {
    this.#here.clear();
  }

  /** What was found is held to be right at the latency of now. */
  mark(): void {
    this.#markMs = this.recentMs;
    this.#windowsSinceMark = 0;
    this.#trend = 0;
  }

  /** Compares with what was seen at another limit. What drifts anyway is taken off. */
  compare(limit: number, window: AdaptiveWindow, otherLimit: number): Comparison | null {
    return this.#here.compare(limit, window, otherLimit, this.#trend * trialWindows);
  }

  /** How long it takes until what is in flight has been replaced. */
  get turnoverMs(): number {
    return this.#here.turnoverMs() ?? 0;
  }

  get isSuspect(): boolean {
    return this.baseMs !== null && this.recentMs !== null && this.recentMs > suspectDelay * this.baseMs;
  }

  /** The base as a share of what latency is now; 1: unknown. */
  get baseShare(): number {
    return this.baseMs === null || this.recentMs === null ? 1 : this.baseMs / this.recentMs;
  }

  /** Whether latency is high beyond doubt: in a window, or at the limit that holds. */
  isHigh(window: AdaptiveWindow | null): boolean {
    const seen = window ?? this.#here;
    const ms = seen.meanMs(this.#kind);
    if (ms === null || this.baseMs === null) return false;
    return ms > highDelay * this.baseMs * (1 + 2 * seen.relativeError(this.#kind));
  }

  #update(): void {
    const kind = this.#here.mainKind;
    const ms = this.#here.meanMs(kind);
    if (ms === null) return;
    this.recentMs = ms;
    if (this.#kind !== kind || this.baseMs === null) {
      // A new connection takes longer than a used one: what it took is not too low as a base.
      const isSofter = this.#kind === newConnection && kind === usedConnection;
      this.baseMs = isSofter ? Math.min(ms, this.baseMs ?? ms) : ms;
      this.#kind = kind;
      this.#markMs = ms;
    } else {
      this.baseMs += (ms < this.baseMs ? baseLearns : baseForgets) * (ms - this.baseMs);
    }
  }
}
