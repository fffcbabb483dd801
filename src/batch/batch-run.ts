// A run that is going on: what can be seen of it, how it is stopped, and what it comes to.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import { LoopLag } from '../concurrency/time/loop-lag.ts';
import type { ControlledRun } from '../control/controlled-run.ts';
import type { Engine, EngineEnd } from '../engine/engine.ts';
import { DiskError, ManyfetchError, UsageError } from '../errors.ts';
import type { Governor } from '../govern/governor.ts';
import { loopBlockedByHook } from '../govern/local-shortage.ts';
import type { RecordReader } from '../input/reader.ts';
import type { ProgressSnapshot } from '../report/progress-snapshot.ts';
import type { Ending, Summary } from '../report/run-summary.ts';
import type { RunStatistics } from '../report/statistics.ts';
import { countSettled } from '../report/statistics.ts';
import { isBrokenPipe } from './broken-pipe.ts';
import type { HookedRecorder } from './hook/hooked-recorder.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';
import { RunControl } from './run-control.ts';
import type { RunRecorder } from './recording/run-recorder.ts';

/** What a run came to. */
export interface BatchOutcome {
  readonly kind: Ending;
  readonly summary: Summary;
  /** Why the run ended before its end, if it was not asked to. */
  readonly error: ManyfetchError | null;
}

/** A run that was started. */
export interface BatchRun {
  /** What was found out before the first request, as sentences for the user. */
  readonly description: readonly string[];
  /** What an earlier process had settled; null if the run began now. */
  readonly resumed: { readonly settled: number } | null;
  snapshot(): ProgressSnapshot;
  /** Starts nothing any more; what is in flight may finish within the grace time. */
  stop(): void;
  /** Stops now. What is in flight is in doubt; the run stays consistent and can be resumed. */
  kill(): void;
  /** For who wants to look into it, or to change it; null if there is nothing to control: it had ended before. */
  readonly control: ControlledRun | null;
  /** Rejects only if nothing was sent and the input is to blame, or with a bug. */
  readonly done: Promise<BatchOutcome>;
}

export interface LiveRunParts {
  readonly options: ResolvedOptions;
  /** Null: it writes to standard output. */
  readonly runId: string | null;
  /** What this machine allows in flight. */
  readonly machineLimit: number;
  readonly governor: Governor;
  readonly description: readonly string[];
  readonly resumed: { readonly settled: number } | null;
  readonly clock: Clock;
  readonly engine: Engine;
  readonly reader: RecordReader;
  /** One above the last record that is to have a result, where that can be told quickly. */
  readonly counting: Promise<number> | null;
  readonly recorder: RunRecorder;
  /** Hooks of what was settled; null: there are none. */
  readonly hooks: HookedRecorder | null;
  readonly statistics: RunStatistics;
  /** Gives everything back: connections, files, the lock. `discard`: the run left nothing worth keeping. */
  readonly cleanUp: (discard: boolean) => Promise<void>;
}

/** A count is only for the display; what is wrong with the input shows elsewhere. */
function ignore(): void {
  // Nothing to do.
}

export class LiveRun implements BatchRun {
  readonly #parts: LiveRunParts;
  readonly #loopLag: LoopLag;
  #stopUntilMs: number | null = null;
  #graceTimer: TimerHandle | null = null;
  #counted: number | null = null;
  #engineEnded = false;
  /** Nothing is in flight any more, and no hook goes on; what is left is to save it. */
  #isSaving = false;
  readonly control: RunControl;
  readonly done: Promise<BatchOutcome>;

  constructor(parts: LiveRunParts) {
    this.#parts = parts;
    this.control = new RunControl({ ...parts, snapshot: () => this.snapshot() });
    const { clock, engine, governor, options } = parts;
    const isHookHere = options.onResult !== null && options.hookThreads === null;
    this.#loopLag = new LoopLag(clock, (ms) => {
      governor.local.lag(ms, engine.inFlight, clock.now(), isHookHere ? loopBlockedByHook : undefined);
      // What has grown back is of use at once.
      if (governor.local.limit !== Infinity) engine.wake();
    });
    this.#loopLag.start();
    parts.counting?.then((end) => (this.#counted = end), ignore);
    this.done = this.#conduct();
  }

  get description(): readonly string[] {
    return this.#parts.description;
  }

  get resumed(): { readonly settled: number } | null {
    return this.#parts.resumed;
  }

  snapshot(): ProgressSnapshot {
    const { clock, engine, governor, options, reader, statistics } = this.#parts;
    return {
      statistics: statistics.snapshot(),
      total: this.#total(),
      readRecords: Math.max(0, engine.readAhead.end - options.offset),
      readBytes: reader.readBytes,
      totalBytes: options.limit === null ? reader.totalBytes : null,
      rateLimit: this.control.rateText,
      state: this.control.state,
      local: governor.local.explanation,
      hooks: this.#shownHooks(),
      stopping: this.#stopUntilMs === null ? null : { graceLeftMs: Math.max(0, this.#stopUntilMs - clock.now()) },
    };
  }

  stop(): void {
    const { clock, engine, options } = this.#parts;
    if (this.#stopUntilMs !== null || this.#isSaving) return;
    this.#stopUntilMs = clock.now() + options.graceMs;
    this.#graceTimer = clock.setTimer(options.graceMs, () => this.kill());
    engine.stop();
  }

  kill(): void {
    const { engine, hooks } = this.#parts;
    // First, as what is given up is recorded, and an engine that was killed may be all that is waited for.
    hooks?.giveUp();
    engine.kill();
  }

  #shownHooks(): ProgressSnapshot['hooks'] {
    const { hooks } = this.#parts;
    if (hooks === null || hooks.open === 0) return null;
    return { open: hooks.open, areAwaited: hooks.isHolding || this.#engineEnded };
  }

  #total(): number | null {
    const { engine, options } = this.#parts;
    const { end, isAll } = engine.readAhead;
    const known = isAll ? end : this.#counted;
    return known === null ? null : Math.max(0, known - options.offset);
  }

  async #conduct(): Promise<BatchOutcome> {
    const { clock, engine, recorder } = this.#parts;
    const end = await engine.run();
    this.#engineEnded = true;
    await this.#quietHooks(end);
    this.#isSaving = true;
    this.#loopLag.stop();
    if (this.#graceTimer !== null) clock.clearTimer(this.#graceTimer);
    let discard = false;
    try {
      let failure = end.kind === 'aborted' ? end.error : null;
      if (!(failure instanceof DiskError)) failure = (await this.#finish(end.kind === 'finished')) ?? failure;
      discard = this.#isUntouched(failure);
      return this.#outcome(end, failure);
    } finally {
      try {
        await recorder.close();
      } finally {
        await this.#parts.cleanUp(discard);
      }
    }
  }

  /** Hooks of what was answered may end: as long as they take, or within the grace time if the run was stopped or broke off. */
  async #quietHooks(end: EngineEnd): Promise<void> {
    const { hooks } = this.#parts;
    if (end.kind === 'aborted' && end.error instanceof DiskError) hooks?.abandon();
    else if (end.kind === 'aborted' && hooks !== null && hooks.open > 0) this.stop();
    await hooks?.quiet();
  }

  /** Brings results and journal to the disk; gives the failure, if that cannot be done. */
  async #finish(finished: boolean): Promise<unknown> {
    const { engine, recorder } = this.#parts;
    try {
      await recorder.finish(finished, engine.inFlight === 0);
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Nothing was recorded, since the input cannot be used: bad input, after which nothing should lie about. */
  #isUntouched(failure: unknown): boolean {
    const statistics = this.#parts.statistics.snapshot();
    return (
      failure instanceof UsageError &&
      this.#parts.resumed === null &&
      statistics.attempts === 0 &&
      countSettled(statistics.settled) === 0
    );
  }

  #outcome(end: EngineEnd, failure: unknown): BatchOutcome {
    if (failure !== null && (!(failure instanceof ManyfetchError) || this.#isUntouched(failure))) throw failure;
    const isClosedOutput =
      failure instanceof DiskError && this.#parts.options.output === '-' && isBrokenPipe(failure.cause);
    const kind: Ending = isClosedOutput
      ? 'output-closed'
      : failure instanceof DiskError
        ? 'disk'
        : failure !== null || end.kind !== 'finished'
          ? 'stopped'
          : 'finished';
    return { kind, summary: this.#summary(kind), error: isClosedOutput ? null : failure };
  }

  #summary(ending: Ending): Summary {
    const { governor, options, statistics } = this.#parts;
    const { input, output, bodies } = options;
    return {
      ending,
      statistics: statistics.snapshot(),
      total: this.#total(),
      input,
      output,
      bodies,
      local: governor.local.lastExplanation,
      resumeCommand: null,
    };
  }
}
