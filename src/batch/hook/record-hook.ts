// The contract of what is called with each record and its result, once. How it is loaded and where it runs, in the
// process or in threads, is not known here.

import type { Result } from '../../http/result.ts';
import type { Clock } from '../../concurrency/clock.ts';
import type { SourceRecord } from '../../plan/planner.ts';
import type { BatchOptions } from '../options/batch-options.ts';

/** What came of calling a hook. */
export type HookEnd =
  /** What it gave, as JSON text; null: nothing. */
  | { readonly extracted: string | null }
  /** What went wrong, as a clause: `the hook threw Error: no database`. */
  | { readonly problem: string };

/** A hook that was loaded. */
export interface RecordHook {
  /** How many calls of it may be going on at once. */
  readonly concurrency: number;
  /** Never throws, and what it gives never rejects. `record`: null for what could not be read. */
  call(record: SourceRecord | null, result: Result): HookEnd | Promise<HookEnd>;
  /** Ends calls that go on, and gives back what they ran on. */
  close(): Promise<void>;
}

/** What a hook is made from. */
export interface HookSource {
  /** A function, or the module that has it as its default export. */
  readonly hook: NonNullable<BatchOptions['onResult']>;
  /** Threads to run it in; null: none. */
  readonly threads: number | null;
  readonly concurrency: number | null;
  /** What a call may take; null: as long as it takes. */
  readonly timeoutMs: number | null;
  readonly clock: Clock;
  /** What it prints in a thread goes to the standard error: the standard output is for results. */
  readonly printsToStderr?: boolean;
  /** Whether the text of a record is JSON. */
  readonly textIsJson: boolean;
}

/** @throws UsageError if it cannot be loaded */
export type OpenHook = (source: HookSource) => Promise<RecordHook>;
