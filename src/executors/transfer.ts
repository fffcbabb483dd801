// Values that move to another thread, where others are copied. It only says so: who sends them does it.

import type { Transferable } from 'node:worker_threads';
import { UsageError } from '../errors.ts';

/**
 * A value that is moved, with what of it moves; made by `transfer`.
 *
 * @example
 * import { transfer } from 'manyfetch/executors';
 *
 * const bytes = new Uint8Array(8);
 * console.log(transfer(bytes, [bytes.buffer]).list.length); // prints 1
 */
export class Transfer<T> {
  readonly value: T;
  readonly list: readonly Transferable[];

  constructor(value: T, list: readonly Transferable[]) {
    this.value = value;
    this.list = list;
  }
}

/**
 * Moves a buffer to a thread, or from there back, where it would be copied: as an argument of a task, or as what its function returns.
 * The sender has it no longer. To and from processes it is copied all the same.
 *
 * @param value an ArrayBuffer, a typed array, or anything that contains what is in `list`
 * @param list what moves @default the value, or the buffer under it
 * @example
 * import { ThreadPool, transfer } from 'manyfetch/executors';
 *
 * await using pool = new ThreadPool({ workers: 1 });
 * const bytes = new Uint8Array([1, 2, 3]);
 * const sum = pool.submit((list: Uint8Array) => list.reduce((a, b) => a + b, 0), transfer(bytes));
 * console.log(await sum, bytes.length); // prints 6 0
 */
export function transfer<T>(value: T, list?: readonly Transferable[]): Transfer<T> {
  if (list !== undefined) return new Transfer(value, list);
  return new Transfer(value, [(ArrayBuffer.isView(value) ? value.buffer : value) as Transferable]);
}

/**
 * A value to be sent, and what is to be moved with it put into the list.
 *
 * @throws UsageError for what was moved before
 */
export function withoutTransfer(value: unknown, list: Transferable[]): unknown {
  if (!(value instanceof Transfer)) return value;
  if (value.list.some((moved) => moved instanceof ArrayBuffer && moved.detached))
    throw new UsageError('bad_option', 'a buffer was moved before', { hint: 'Who moves one has it no longer.' });
  list.push(...(value.list as Transferable[]));
  return value.value;
}
