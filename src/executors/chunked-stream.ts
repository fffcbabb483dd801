// Lists of results given out one by one, in the order in which they come; and the lists of items they were made from.

import type { MapSource, MapStream } from '../concurrency/sources/map-stream.ts';

/** Items in lists of so many; the last may be shorter. The source is pulled when a list is asked for, and closed when no more are. */
export async function* chunksOf<Item>(source: MapSource<Item>, size: number): AsyncGenerator<readonly Item[]> {
  let chunk: Item[] = [];
  for await (const item of source) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

export class ChunkedStream<Result> implements MapStream<Result> {
  readonly #chunks: MapStream<readonly Result[]>;
  #chunk: Iterator<Result> = [].values();
  /** One after another: those who ask at the same time must not skip a list. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(chunks: MapStream<readonly Result[]>) {
    this.#chunks = chunks;
  }

  next(): Promise<IteratorResult<Result, undefined>> {
    const step = this.#last.then(() => this.#step());
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #step(): Promise<IteratorResult<Result, undefined>> {
    for (;;) {
      const { done, value } = this.#chunk.next();
      if (done !== true) return { done: false, value };
      const chunk = await this.#chunks.next();
      if (chunk.done === true) return chunk;
      this.#chunk = chunk.value.values();
    }
  }

  async return(): Promise<IteratorResult<Result, undefined>> {
    this.#chunk = [].values();
    return await (this.#chunks.return() as Promise<IteratorReturnResult<undefined>>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async toArray(): Promise<Result[]> {
    const results: Result[] = [];
    for await (const result of this) results.push(result);
    return results;
  }
}
