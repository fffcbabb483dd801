// Keeps results in memory, and watches how it is used: what is opened or settled twice, or settled
// without having been opened, is an error at once.

import type { Recorder } from '../engine/recorder.ts';
import type { Result } from '../http/result.ts';
import type { InputPosition } from '../input/reader.ts';

export class MemoryRecorder implements Recorder {
  readonly results = new Map<number, Result>();
  readonly seen = new Set<number>();
  /** What `willSend` was told, call by call. */
  readonly announced: (readonly number[])[] = [];
  readonly positions: InputPosition[] = [];
  readonly doubtful = new Set<number>();
  isCongested = false;
  isFull = false;
  /** Thrown by the next `settle`. */
  failure: Error | null = null;
  /** The most that was opened and not settled. */
  mostHeld = 0;

  /** Opened and not settled. */
  get held(): number {
    return this.seen.size - this.results.size;
  }

  batchBegins(position: InputPosition): void {
    this.positions.push(position);
  }

  opened(index: number): void {
    if (this.seen.has(index)) throw new Error(`record ${index} was opened twice`);
    this.seen.add(index);
    this.mostHeld = Math.max(this.mostHeld, this.held);
  }

  willSend(indexes: readonly number[]): void {
    this.announced.push(indexes);
  }

  wasNotSent(index: number): void {
    if (!this.announced.some((indexes) => indexes.includes(index)))
      throw new Error(`record ${index} was taken back and had not been announced`);
  }

  isDoubtful(index: number): boolean {
    return this.doubtful.has(index);
  }

  settle(result: Result): void {
    if (this.failure !== null) throw this.failure;
    if (!this.seen.has(result.index)) throw new Error(`record ${result.index} was settled before it was opened`);
    if (this.results.has(result.index)) throw new Error(`record ${result.index} was settled twice`);
    this.results.set(result.index, result);
  }

  /** The result of a record, in short: `ok 200`, `failed timeout`, `unknown response_lost`, each with `xN` for N attempts. */
  story(index: number): string {
    const result = this.results.get(index);
    if (result === undefined) return 'open';
    const what = result.result === 'ok' ? (result.answer?.status ?? 'skipped') : result.error.code;
    return `${result.result} ${what} x${result.attempts}`;
  }
}
