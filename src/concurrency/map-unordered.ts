// A function over the items of a source, so many at a time, results as they are made. How it goes on is said in
// map-stream.ts.

import { MappedSource } from './sources/map-stream.ts';
import type { MapFunction, MapOptions, MapSource, MapStream } from './sources/map-stream.ts';

/**
 * Does something with each item of a source, so many at a time, and gives the results as they are made: `imap_unordered` of
 * gevent, `as_completed` over submitted calls. The source is pulled only while there is room, so that it may be of any
 * length, and a caller that takes results slowly slows the work.
 *
 * The first failure, of the function or of the source, cancels what is under way; when that has ended and the results that were
 * made have been given, it is thrown. Catch what shall not end the whole in the function.
 *
 * @param source any iterable, async iterable or `ReadableStream`
 * @param map gets the item, and the context of its task, with its `signal`, and the `index` of the item in the source
 * @param options `limit`: items worked on at the same time
 * @throws UsageError for a `limit` that cannot be used, at once
 * @example
 * import { mapUnordered, sleep } from 'manyfetch/concurrency';
 *
 * const waits = [30, 20, 10];
 * const slowly = async (ms: number) => sleep(ms).then(() => ms);
 * for await (const ms of mapUnordered(waits, slowly, { limit: 3 })) console.log(ms);
 * // prints 10
 * // prints 20
 * // prints 30
 */
export function mapUnordered<Item, Result>(
  source: MapSource<Item>,
  map: MapFunction<Item, Result>,
  options: MapOptions,
): MapStream<Result> {
  return new MappedSource(source, map, options, false);
}
