// What `console.log` shows of an object whose fields are private, which would be nothing. It must not show credentials,
// nor begin anything: an object that was looked at is as it was.

import type { InspectOptions, inspect as Inspect } from 'node:util';

/** What Node, Bun and Deno ask for. */
const inspected = Symbol.for('nodejs.util.inspect.custom');

/**
 * Has the objects of a class shown under its name with some facts of them.
 *
 * @example shownAs(Queue, 'Queue', (queue) => queue.statistics()); // Queue { capacity: 10, size: 2, … }
 */
export function shownAs<T>(type: { readonly prototype: T }, name: string, facts: (it: T) => object): void {
  Object.defineProperty(type.prototype, inspected, {
    configurable: true,
    value(this: T, _depth: number, options: InspectOptions, inspect: typeof Inspect): string {
      return `${name} ${inspect(facts(this), options)}`;
    },
  });
}
