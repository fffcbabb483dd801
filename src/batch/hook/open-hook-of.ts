// The hook that the options of a run ask for, loaded.

import type { Clock } from '../../concurrency/clock.ts';
import { detectFormat } from '../../input/detect-format.ts';
import type { OpenHook, RecordHook } from './record-hook.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';

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

/** Whether records of the input are JSON as they stand there. */
export function textIsJson({ input, format: named }: ResolvedOptions): boolean {
  const { format } = detectFormat(input, named ?? undefined);
  return format === 'jsonl' || format === 'json';
}
