// Sends any number of requests from code, and gives one result for each. The public door: it checks what
// it was given and opens a stream of results; the line behind it is the one of a batch.

import { systemClock } from '../../concurrency/clock.ts';
import { systemRandom } from '../../concurrency/random.ts';
import { UsageError } from '../../errors.ts';
import { chooseTransport } from '../../http/choose-transport.ts';
import { createUndiciTransport } from '../../http/undici/undici-transport.ts';
import type { FetchManyOptions } from './fetch-many-options.ts';
import type { Source, SourceItem } from '../request-input.ts';
import { throwingInCode } from '../../http/in-code.ts';
import { resolveFetchOptions } from './resolve-fetch-options.ts';
import { ResultStream } from './result-stream.ts';

/**
 * Sends each item of a source as a request, many at once, and yields a result for each as it is settled
 * (or, `ordered`, in the order of the source).
 *
 * - The source is read only while there is room, a little more than `concurrency` items ahead; a caller
 *   that takes results slowly slows the sending. Memory does not grow with the number of items.
 * - Nothing begins before the first result is asked for.
 * - An item that fails, or that no request can be made of, is a result with its `error`. It never throws.
 * - `result.item` is what the source gave, typed; `result.value` what the options `parse` and `onError` make of it.
 * - What the source itself throws is thrown, after what is in flight was cancelled and the results that were
 *   there have been given. So is the reason of `signal`, and what `onError` throws.
 * - `break` cancels what is in flight, closes the source and waits until that is over. A source that is stuck in
 *   giving an item is waited for a second.
 * - A POST or PATCH carries an idempotency key, the same in each of its attempts.
 *
 * @throws {UsageError} at once, for options and sources that cannot be used
 * @example
 * import { fetchMany } from 'manyfetch';
 *
 * const urls = ['http://127.0.0.1:8080/hello/a', 'http://127.0.0.1:8080/status/404'];
 * for await (const result of fetchMany(urls, { ordered: true, concurrency: 500, retries: 3 })) {
 *   if (result.result === 'ok') console.log(result.index, result.item === urls[0]); // prints 0 true
 *   else console.log(result.index, result.error.code); // prints 1 http_status
 * }
 * @example Items with data of one's own, and values instead of answers
 * import { fetchMany } from 'manyfetch';
 *
 * const orders = [1, 2].map((id) => ({ url: 'http://127.0.0.1:8080/echo', json: { id }, context: { customer: `c-${id}` } }));
 * const results = await fetchMany(orders, {
 *   ordered: true,
 *   parse: async (result) => (await result.json<{ body: { id: number } }>()).body.id,
 *   onError: (result) => console.error(result.item.context.customer, result.error.message),
 * }).toArray();
 * console.log(results.map(({ item, value }) => `${item.context.customer} ${value}`)); // prints [ 'c-1 1', 'c-2 2' ]
 * @example Half a second for all of them
 * import { fetchMany } from 'manyfetch';
 *
 * const urls = ['http://127.0.0.1:8080/delay/0', 'http://127.0.0.1:8080/delay/9'];
 * const results = await fetchMany(urls, { ordered: true, totalTimeoutMs: 500 }).toArray();
 * console.log(results.map(({ error }) => error?.code ?? 'ok')); // prints [ 'ok', 'deadline' ]
 */
export function fetchMany<Item extends SourceItem, Value = undefined, Fallback = undefined>(
  source: Source<Item>,
  options: FetchManyOptions<Item, Value, Fallback> = {},
): ResultStream<Item, Value, Fallback> {
  requireSource(source);
  const resolved = throwingInCode(() => resolveFetchOptions(options));
  const { connecting, given, sending } = resolved;
  const transport =
    given ?? throwingInCode(() => chooseTransport(sending.transport, connecting, createUndiciTransport));
  return new ResultStream({ source, options: resolved, transport, clock: systemClock, random: systemRandom });
}

/** What a value is called in a message. */
const shapes: Readonly<Partial<Record<string, string>>> = { string: 'a text', object: 'an object', number: 'a number' };

function requireSource(source: unknown): void {
  const isObject = (typeof source === 'object' && source !== null) || typeof source === 'function';
  if (isObject && (Symbol.asyncIterator in source || Symbol.iterator in source)) return;
  const what =
    source === null || source === undefined ? String(source) : (shapes[typeof source] ?? `a ${typeof source}`);
  throw new UsageError('bad_option', `Expected the source to be a list, a generator or a stream, got ${what}`, {
    hint: 'for a single request, give a list of one: fetchMany([url])',
  });
}
