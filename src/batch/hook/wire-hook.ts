// Puts a hook between the engine and what records: the planner keeps records for it, the recorder calls it, and a result is
// counted as it is recorded. Without a hook the engine is given what it would be given anyway, and nothing is in its way.

import type { Clock } from '../../concurrency/clock.ts';
import type { Recorder } from '../../engine/recorder.ts';
import type { Planner } from '../../plan/planner.ts';
import type { RunEvents } from '../../report/run-events.ts';
import { HookedRecorder } from './hooked-recorder.ts';
import { KeptRecords } from './kept-records.ts';
import type { RecordHook } from './record-hook.ts';

/** What an engine reports to. */
interface EngineEnds {
  readonly planner: Planner;
  readonly recorder: Recorder;
  readonly events: RunEvents;
}

export interface WiredHook extends EngineEnds {
  /** Null: there is no hook. */
  readonly hooks: HookedRecorder | null;
}

/** @param trouble what is told of failures, and of room for more requests */
export function wireHook(
  hook: RecordHook | null,
  { planner, recorder, events }: EngineEnds,
  clock: Clock,
  trouble: { readonly onFailure: (error: unknown) => void; readonly onRoom: () => void },
): WiredHook {
  if (hook === null) return { planner, recorder, events, hooks: null };
  const records = new KeptRecords(planner);
  const hooks = new HookedRecorder({
    recorder,
    hook,
    takeRecord: (index) => records.take(index),
    onRecorded: (result) => events.settled(result, clock.now()),
    ...trouble,
  });
  return { planner: records, recorder: hooks, events: eventsWith(events, () => undefined), hooks };
}

/** The same events, but for who is told of results. */
export function eventsWith(events: RunEvents, settled: RunEvents['settled']): RunEvents {
  return {
    attemptStarted: (origin, isRedirected) => events.attemptStarted(origin, isRedirected),
    attemptEnded: (end) => events.attemptEnded(end),
    retryScheduled: (delayMs) => events.retryScheduled(delayMs),
    resent: () => events.resent(),
    waiting: (origin, wait) => events.waiting(origin, wait),
    settled,
  };
}
