// Leaving what reads a body, at any moment.

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decompressed } from './decompressed.ts';
import { eventsOf } from './events-of.ts';
import type { Reading } from './left-at-once.ts';
import { linesOf } from './lines-of.ts';

/** The body of an answer whose server has sent something, and is silent. Closed, it ends. */
class SilentBody implements AsyncIterable<Uint8Array> {
  closed = 0;
  readonly #first: Uint8Array[];
  readonly #end = Promise.withResolvers<IteratorReturnResult<undefined>>();

  constructor(first: Uint8Array) {
    this.#first = [first];
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined, undefined> {
    return {
      next: async () => {
        const value = this.#first.pop();
        return value === undefined ? this.#end.promise : { done: false, value };
      },
      return: async () => {
        this.closed++;
        this.#end.resolve({ done: true, value: undefined });
        return this.#end.promise;
      },
    };
  }
}

const text = Buffer.from('data: one\n\ndata: tw');

describe.each<[string, Uint8Array, (body: SilentBody) => Reading<unknown>]>([
  ['lines', text, (body) => linesOf(body)],
  ['events', text, (body) => eventsOf(body)],
  ['bytes of gzip', gzipSync(text).subarray(0, -4), (body) => decompressed(body, 'gzip', 1000)],
  [
    'bytes of two encodings',
    gzipSync(gzipSync(text)).subarray(0, -4),
    (body) => decompressed(body, 'gzip, gzip', 1000),
  ],
  ['bytes as they are', text, (body) => decompressed(body, null, 1000)],
])('%s', (_, bytes, read) => {
  test('left before they were begun', async () => {
    const body = new SilentBody(bytes);
    const reading = read(body);
    await reading.return?.();
    expect([body.closed, await reading.next()]).toEqual([1, { done: true, value: undefined }]);
  });

  test('left while they wait for the server', async () => {
    const body = new SilentBody(bytes);
    const reading = read(body);
    await reading.next();
    // More than there is: at least one of them waits, and ends with the body, be it cut.
    const waiting = Promise.allSettled(Array.from({ length: 5 }, () => reading.next()));
    await reading.return?.();
    await waiting;
    expect([body.closed, (await reading.next()).done]).toEqual([1, true]);
  });

  test('left by the end of a block, and once only', async () => {
    const body = new SilentBody(bytes);
    {
      await using reading = read(body);
      for await (const item of reading) {
        expect(item).toBeDefined();
        break;
      }
    }
    expect(body.closed).toBe(1);
  });
});
