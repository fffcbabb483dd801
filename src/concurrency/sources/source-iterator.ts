// How the items of a source are asked for, whatever kind of source it is. It asks for none by itself.

/** The iterator of a source; of a web stream one that can be closed while it is asked for an item. */
export function iteratorOf<Item>(
  source: Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>,
): Iterator<Item> | AsyncIterator<Item> {
  if (source instanceof ReadableStream) return readFrom(source);
  return typeof source !== 'string' && Symbol.asyncIterator in source
    ? source[Symbol.asyncIterator]()
    : source[Symbol.iterator]();
}

/** A stream's own iterator cancels it only after the item that it was asked for has come, which may be never. */
function readFrom<Item>(stream: ReadableStream<Item>): AsyncIterator<Item, undefined> {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      if (!done) return { done, value };
      reader.releaseLock();
      return { done, value: undefined };
    },
    async return() {
      await reader.cancel();
      reader.releaseLock();
      return { done: true, value: undefined };
    },
  };
}
