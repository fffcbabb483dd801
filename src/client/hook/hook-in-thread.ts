// What runs in a thread for a hook: loads it before the first call, and calls it. Invariant: of what it is sent only the record
// and the result are the hook's business.

import type { HookEnd } from '../../batch/record-hook.ts';
import { InProcessHook } from './in-process-hook.ts';
import { loadHook } from './load-hook.ts';
import { type PackedCall, unpackRecord, unpackResult } from './packed-call.ts';

let hook: InProcessHook | null = null;

/** Called once, before anything else. @throws UsageError */
export async function load(url: string): Promise<void> {
  hook = new InProcessHook(await loadHook(url));
}

/** Tells, by being carried out, that the hook was loaded. */
export function ready(): void {
  // Nothing to do.
}

export function call(packed: PackedCall): HookEnd | Promise<HookEnd> | undefined {
  const { record } = packed;
  return hook?.call(record === null ? null : { value: unpackRecord(record) }, unpackResult(packed));
}
