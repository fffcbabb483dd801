// Calls a hook right here. What it throws goes no further, and one that takes too long is waited for no more. Invariant: a hook that
// is not asynchronous costs no promise.

import { isPromise } from '../../concurrency/scopes/is-promise.ts';
import type { HookEnd, HookSource, RecordHook } from '../../batch/hook/record-hook.ts';
import type { TimerHandle } from '../../concurrency/clock.ts';
import type { Result } from '../../http/result.ts';
import type { SourceRecord } from '../../plan/planner.ts';
import { batchResult } from '../result.ts';
import { hookGave, hookThrew, hookWasLate } from './hook-end.ts';
import type { ResultHook } from './result-hook.ts';

const calls = 64;

export class InProcessHook implements RecordHook {
  readonly concurrency: number;
  readonly #hook: ResultHook;
  readonly #limits: Pick<HookSource, 'timeoutMs' | 'clock'>;
  /** Of the calls that go on, if they may not take as long as they like. */
  readonly #timers = new Set<TimerHandle>();

  constructor(hook: ResultHook, limits: Pick<HookSource, 'concurrency' | 'timeoutMs' | 'clock'>) {
    this.#hook = hook;
    this.#limits = limits;
    this.concurrency = limits.concurrency ?? calls;
  }

  call(record: Pick<SourceRecord, 'value'> | null, result: Result): HookEnd | Promise<HookEnd> {
    try {
      const given = this.#hook(record?.value, batchResult(result));
      return isPromise(given) ? this.#inTime(whenGiven(given)) : hookGave(given);
    } catch (error) {
      return hookThrew(error);
    }
  }

  close(): Promise<void> {
    // What goes on cannot be ended; nobody waits for it any more.
    for (const timer of this.#timers) this.#limits.clock.clearTimer(timer);
    this.#timers.clear();
    return Promise.resolve();
  }

  async #inTime(end: Promise<HookEnd>): Promise<HookEnd> {
    const { timeoutMs, clock } = this.#limits;
    if (timeoutMs === null) return end;
    const late = Promise.withResolvers<HookEnd>();
    const timer = clock.setTimer(timeoutMs, () => late.resolve(hookWasLate(timeoutMs)));
    this.#timers.add(timer);
    const first = await Promise.race([end, late.promise]);
    clock.clearTimer(timer);
    this.#timers.delete(timer);
    return first;
  }
}

async function whenGiven(given: PromiseLike<unknown>): Promise<HookEnd> {
  try {
    return hookGave(await given);
  } catch (error) {
    return hookThrew(error);
  }
}
