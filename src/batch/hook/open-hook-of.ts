// The hook that the options of a run ask for, loaded.

import type { Clock } from '../../concurrency/clock.ts';
import { textIsJson } from '../input-format.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import type { OpenHook, RecordHook } from './record-hook.ts';

/** Null: none is asked for. @throws UsageError if it cannot be loaded */
export async function openHookOf(
  options: ResolvedOptions,
  openHook: OpenHook,
  clock: Clock,
): Promise<RecordHook | null> {
  const { onResult: hook, hookThreads: threads, hookConcurrency: concurrency, hookTimeoutMs: timeoutMs } = options;
  if (hook === null) return null;
  return openHook({ hook, threads, concurrency, timeoutMs, clock, textIsJson: textIsJson(options) });
}
