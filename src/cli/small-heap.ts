// Keeps V8's heap small. Left alone, the young generation grows to 128 MB as soon as a run is under way,
// and the old one to four times what is in use: most of the memory of a run, and none of it needed. What a
// run makes for one record dies within milliseconds: in a space that fits the processor's caches it is
// collected at less cost, not at more. V8 shrinks that space by itself while a run waits, so that the watch
// goes on: a space that stayed small would be collected four times as often, for the rest of the run.

import { Buffer } from 'node:buffer';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Clock, TimerHandle } from '../concurrency/clock.ts';

/**
 * What V8 tells as the size of the young generation is both its halves, of which one is used at a time. With
 * less, what is still in use would be copied too often; measured with `npm run bench`.
 */
const enoughBytes = 2 * 8 * 1024 * 1024;
/** While it may grow: shorter than what a run under way takes to make it grow twice. */
const lookMs = 20;
const lookAgainMs = 1000;

/**
 * Lets what is used of the young generation of this process grow to 8 MB and no further, and the old one in
 * small steps. For commands of ours: a library's caller decides for theirs. Returns what ends the watch, which
 * must be called.
 */
export function keepHeapSmall(clock: Clock): () => void {
  let timer: TimerHandle | null = null;
  let mayGrow = true;
  const look = (): void => {
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    const isSmall = space !== undefined && space.space_size < enoughBytes;
    if (isSmall !== mayGrow) setFlagsFromString(`--semi-space-growth-factor=${isSmall ? 2 : 1}`);
    mayGrow = isSmall;
    timer = clock.setTimer(isSmall ? lookMs : lookAgainMs, look);
  };
  setFlagsFromString('--heap-growing-percent=60');
  // Bodies of answers are cut from pieces of this size. Each piece is told to the collector, which Node's own
  // of 8 KB make so much work as to take 3 % of a run.
  Buffer.poolSize = 64 * 1024;
  // So small a space is collected faster by one thread than it is shared out: 4 % of a run's CPU time.
  setFlagsFromString('--no-parallel-scavenge');
  look();
  return () => {
    if (timer !== null) clock.clearTimer(timer);
  };
}
