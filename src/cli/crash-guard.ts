// What happens when a bug shows itself in the middle of a run, outside of anything that is awaited: the
// run is stopped as by a second Ctrl-C, so that what is known gets written, and the bug is thrown to the caller.

import type { Clock } from '../concurrency/clock.ts';

/** What can be guarded. */
export interface Guarded<Outcome> {
  kill(): void;
  readonly done: Promise<Outcome>;
}

/** What tells of a crash: `process`. */
export interface CrashSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (reason: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (reason: unknown) => void): unknown;
}

/** A broken run may never end; it gets so long to write what it knows. */
const lastWordsMs = 3000;

/** Waits for the end of a run, or throws what nobody has caught. */
export async function untilCrash<Outcome>(
  run: Guarded<Outcome>,
  clock: Clock,
  source: CrashSource = process,
): Promise<Outcome> {
  const crash = Promise.withResolvers<Crash>();
  const onCrash = (reason: unknown): void => crash.resolve(new Crash(reason));
  source.on('uncaughtException', onCrash);
  source.on('unhandledRejection', onCrash);
  try {
    const end = await Promise.race([run.done, crash.promise]);
    if (!(end instanceof Crash)) return end;
    await lastWords(run, clock);
    throw end.reason;
  } finally {
    source.off('uncaughtException', onCrash);
    source.off('unhandledRejection', onCrash);
  }
}

class Crash {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

async function lastWords(run: Guarded<unknown>, clock: Clock): Promise<void> {
  run.kill();
  const late = Promise.withResolvers<void>();
  const timer = clock.setTimer(lastWordsMs, late.resolve);
  const end = (): void => late.resolve();
  await Promise.race([run.done.then(end, end), late.promise]);
  clock.clearTimer(timer);
}
