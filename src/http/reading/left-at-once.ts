// Iterators that read a body, and let go of it whenever they are left: before they were begun, and also while they
// wait for more of it. A generator alone hears of neither before the next piece has come.
//
// Invariant: the source is closed once at most.

/** An iterator over what is made of a body. */
export type Reading<T> = AsyncIterableIterator<T, void, undefined> & AsyncDisposable;

/** What `read` makes of the source. Leaving it closes the source first, so that what is being waited for ends. */
export function leftAtOnce<Piece, T>(
  source: AsyncIterable<Piece>,
  read: (pieces: AsyncIterable<Piece>) => AsyncGenerator<T, void, undefined>,
): Reading<T> {
  const pieces = source[Symbol.asyncIterator]();
  let isClosed = false;
  const close = async (): Promise<IteratorReturnResult<undefined>> => {
    if (!isClosed) {
      isClosed = true;
      await pieces.return?.();
    }
    return { done: true, value: undefined };
  };
  const items = read({ [Symbol.asyncIterator]: () => ({ next: () => pieces.next(), return: close }) });
  const reading: Reading<T> = {
    next: () => items.next(),
    return: async () => {
      await close();
      return items.return();
    },
    [Symbol.asyncIterator]: () => reading,
    [Symbol.asyncDispose]: async () => {
      await reading.return?.();
    },
  };
  return reading;
}
