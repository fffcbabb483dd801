// Calls a hook right here. What it throws goes no further. Invariant: a hook that is not asynchronous costs no promise.

import type { HookEnd, RecordHook } from '../../batch/record-hook.ts';
import type { Result } from '../../http/result.ts';
import type { SourceRecord } from '../../plan/planner.ts';
import { batchResult } from '../result.ts';
import { hookGave, hookThrew } from './hook-end.ts';
import type { ResultHook } from './result-hook.ts';

const calls = 64;

export class InProcessHook implements RecordHook {
  readonly concurrency: number;
  readonly #hook: ResultHook;

  constructor(hook: ResultHook, concurrency: number | null = null) {
    this.#hook = hook;
    this.concurrency = concurrency ?? calls;
  }

  call(record: Pick<SourceRecord, 'value'> | null, result: Result): HookEnd | Promise<HookEnd> {
    try {
      const given = this.#hook(record?.value, batchResult(result));
      return isPromise(given) ? whenGiven(given) : hookGave(given);
    } catch (error) {
      return hookThrew(error);
    }
  }

  close(): Promise<void> {
    // What goes on cannot be ended; nobody waits for it any more.
    return Promise.resolve();
  }
}

async function whenGiven(given: PromiseLike<unknown>): Promise<HookEnd> {
  try {
    return hookGave(await given);
  } catch (error) {
    return hookThrew(error);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
