// Ctrl-C and SIGTERM during a run: the first one stops it in good order, a second Ctrl-C at once.
// Handlers are taken away when the run is over. SIGHUP is left alone: under nohup it must stay ignored.

import type { Clock } from '../concurrency/clock.ts';

/** What can be stopped. */
export interface Stoppable {
  /** Start nothing new, let what is in flight finish. */
  stop(): void;
  /** Stop now. */
  kill(): void;
}

/** What signals come from: `process`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/**
 * Two signals closer together than this are one: `npx` and `npm run` pass on a Ctrl-C that the terminal
 * has sent to the whole group already (https://github.com/npm/cli/issues/8164).
 */
const oneSignalMs = 200;

/** Stops `target` on signals, until the function that it returns is called. */
export function stopOnSignals(target: Stoppable, clock: Clock, source: SignalSource = process): () => void {
  let firstMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstMs === null) {
      firstMs = clock.now();
      target.stop();
    } else if (signal === 'SIGINT' && clock.now() - firstMs >= oneSignalMs) {
      target.kill();
    }
  };
  source.on('SIGINT', onSignal);
  source.on('SIGTERM', onSignal);
  return () => {
    source.off('SIGINT', onSignal);
    source.off('SIGTERM', onSignal);
  };
}
