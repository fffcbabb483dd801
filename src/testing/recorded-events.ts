// Records what an engine tells its listeners.

import type { AttemptEnd } from '../http/attempt-end.ts';
import type { Result } from '../http/result.ts';
import type { OriginWait, RunEvents } from '../report/run-events.ts';

export class RecordedEvents implements RunEvents {
  readonly ended: AttemptEnd[] = [];
  readonly delaysMs: number[] = [];
  readonly settledIndexes: number[] = [];
  readonly waits: { readonly origin: string; readonly wait: OriginWait | null }[] = [];
  started = 0;
  redirected = 0;
  resentCount = 0;

  attemptStarted(_origin: string, isRedirected: boolean): void {
    this.started++;
    if (isRedirected) this.redirected++;
  }

  attemptEnded(end: AttemptEnd): void {
    this.ended.push(end);
  }

  retryScheduled(delayMs: number): void {
    this.delaysMs.push(delayMs);
  }

  resent(): void {
    this.resentCount++;
  }

  settled(result: Result): void {
    this.settledIndexes.push(result.index);
  }

  waiting(origin: string, wait: OriginWait | null): void {
    this.waits.push({ origin, wait });
  }
}
