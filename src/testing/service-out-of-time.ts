// The stand-in service in a process of its own, where no delay ends by itself: all are let go by a message. It tells its
// port first; then when so many wait as it was asked for, and when it has let them go. Ends with who started it.

import { systemClock, type Clock } from '../concurrency/clock.ts';
import { startTarget } from '../target/start-target.ts';

/** To be told when so many wait, or to let them go. */
export type OutOfTimeQuestion = number | 'let go';

/** What it says. */
export interface OutOfTimeAnswer {
  readonly port: number;
  readonly waiting: number;
  /** How long they were to wait: each length once. */
  readonly delaysMs: readonly number[];
}

const held = new Set<object>();
const delays = new Set<number>();
let wanted = Infinity;

function tell(): void {
  process.send?.({ port, waiting: held.size, delaysMs: [...delays] } satisfies OutOfTimeAnswer);
}

function tellIfReached(): void {
  if (held.size < wanted) return;
  wanted = Infinity;
  tell();
}

const clock: Clock = {
  ...systemClock,
  setTimer(delayMs, callback) {
    const timer = { callback };
    held.add(timer);
    delays.add(delayMs);
    tellIfReached();
    return timer;
  },
  clearTimer: (timer) => void held.delete(timer),
};
const { port } = await startTarget({ clock });

process.on('message', (question: OutOfTimeQuestion) => {
  if (question === 'let go') {
    const all = [...held] as { callback: () => void }[];
    held.clear();
    for (const { callback } of all) callback();
    tell();
  } else {
    wanted = question;
    tellIfReached();
  }
});
process.on('disconnect', () => process.exit());
tell();
