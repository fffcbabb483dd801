// What runs in a thread for a hook: loads it before the first call, and calls it. Invariant: of what it is sent only the record
// and the result are the hook's business.

import { Console } from 'node:console';
import { threadId } from 'node:worker_threads';
import type { HookEnd } from '../../batch/hook/record-hook.ts';
import { systemClock } from '../../concurrency/clock.ts';
import { InProcessHook } from './in-process-hook.ts';
import { loadHook } from './load-hook.ts';
import { type PackedCall, unpackRecord, unpackResult } from './packed-call.ts';

let hook: InProcessHook | null = null;
let marks: Int32Array | null = null;

/**
 * Called once, before anything else.
 *
 * @param shared for each call how far it came: below
 * @throws UsageError
 */
export async function load(
  url: string,
  shared: Int32Array,
  timeoutMs: number | null,
  printsToStderr: boolean,
): Promise<void> {
  marks = shared;
  if (printsToStderr) globalThis.console = new Console(process.stderr);
  hook = new InProcessHook(await loadHook(url), { concurrency: null, timeoutMs, clock: systemClock });
}

/** Tells, by being carried out, that the hook was loaded. */
export function ready(): void {
  // Nothing to do.
}

/** Marks its place with the thread's id when it is here, and with that below zero when the hook is called. */
export async function call(packed: PackedCall, place: number): Promise<HookEnd | undefined> {
  if (marks !== null) marks[place] = threadId;
  // In a turn of its own, so that what came before it is answered by then: a hook that ends the thread takes no other's answer along.
  await new Promise<void>((resolve) => systemClock.soon(resolve));
  if (marks !== null) marks[place] = -threadId;
  const { record } = packed;
  return hook?.call(record === null ? null : { value: unpackRecord(record) }, unpackResult(packed));
}
