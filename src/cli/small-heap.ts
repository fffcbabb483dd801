// Keeps V8's heap small. Left alone, the young generation grows to 128 MB as soon as a run is under way,
// and the old one to four times what is in use: most of the memory of a run, and none of it needed. What a
// run makes for one record dies within milliseconds: in a space that fits the processor's caches it is
// collected at less cost, not at more.

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Clock, TimerHandle } from '../concurrency/clock.ts';

/** Below this size what is still in use would be copied too often; measured with `npm run bench`. */
const enoughBytes = 4 * 1024 * 1024;
const lookMs = 5;

/**
 * Lets the young generation of this process grow to about 8 MB and no further, and the old one in small
 * steps. For commands of ours: a library's caller decides for theirs. Returns what ends the watch, which
 * must be called.
 */
export function keepHeapSmall(clock: Clock): () => void {
  let timer: TimerHandle | null = null;
  const look = (): void => {
    timer = null;
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (space === undefined) return;
    if (space.space_size >= enoughBytes) setFlagsFromString('--semi-space-growth-factor=1');
    else timer = clock.setTimer(lookMs, look);
  };
  setFlagsFromString('--heap-growing-percent=60');
  look();
  return () => {
    if (timer !== null) clock.clearTimer(timer);
  };
}
