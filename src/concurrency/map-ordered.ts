// A function over the items of a source, so many at a time, results in the order of the items. How it goes on is said in
// map-stream.ts.

import { MappedSource } from './sources/map-stream.ts';
import type { MapFunction, MapOptions, MapSource, MapStream } from './sources/map-stream.ts';

/**
 * Does something with each item of a source, so many at a time, and gives the results in the order of the items: `imap` of gevent
 * and grequests, `Executor.map` with a `buffersize`. A result that is late holds up those behind it: at most `limit` of
 * them wait, then no more is begun.
 *
 * The source, failures and options are as with `mapUnordered`; what was made before the item that failed is given.
 *
 * @throws UsageError for a `limit` that cannot be used, at once
 * @example
 * import { mapOrdered, sleep } from 'manyfetch/concurrency';
 *
 * const slowly = mapOrdered(
 *   [30, 20, 10],
 *   (ms, context) => sleep(ms, context).then(() => `${context.index}: ${ms} ms`),
 *   { limit: 3 },
 * );
 * console.log(await slowly.toArray()); // prints [ '0: 30 ms', '1: 20 ms', '2: 10 ms' ]
 */
export function mapOrdered<Item, Result>(
  source: MapSource<Item>,
  map: MapFunction<Item, Result>,
  options: MapOptions,
): MapStream<Result> {
  return new MappedSource(source, map, options, true);
}
