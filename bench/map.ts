// What a map over a source costs an item, and what it leaves behind: a million pieces of work under a limit of a
// thousand. The work waits for one turn of the event loop, so that as many are under way as may be.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mapUnordered } from '../src/concurrency/map-unordered.ts';
import { systemClock } from '../src/concurrency/clock.ts';
import type { Figure } from './figure.ts';

const limit = 1000;
/** When the heap is looked at first: all that is made once has been made. */
const fewItems = 10_000;

/** Microseconds of an item, and the heap after few items and after nearly all. */
export async function benchMap(items: number): Promise<readonly Figure[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapsMb: number[] = [];
  let taken = 0;
  let collectingMs = 0;
  const startMs = systemClock.now();
  for await (const _ of mapUnordered(numbers(items), oneTurn, { limit })) {
    taken++;
    if (taken !== fewItems && taken !== items - limit) continue;
    const beforeMs = systemClock.now();
    collect();
    heapsMb.push(process.memoryUsage().heapUsed / 1e6);
    collectingMs += systemClock.now() - beforeMs;
  }
  const perItemUs = ((systemClock.now() - startMs - collectingMs) * 1000) / taken;
  const [few = 0, many = 0] = heapsMb;
  const note = `mapUnordered, limit ${limit}`;
  const bench = 'map';
  return [
    { bench, name: `an item of ${taken.toLocaleString('en-US')}`, value: perItemUs, unit: 'µs', goal: 5, note },
    {
      bench,
      name: `heap after ${fewItems.toLocaleString('en-US')} items`,
      value: few,
      unit: 'MB',
      goal: null,
      note: '',
    },
    { bench, name: 'heap after nearly all', value: many, unit: 'MB', goal: few * 1.1, note: 'flat: within a tenth' },
  ];
}

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

function oneTurn(n: number): Promise<number> {
  return new Promise((resolve) => {
    setImmediate(resolve, n);
  });
}
