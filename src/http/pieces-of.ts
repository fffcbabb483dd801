// The pieces of a body that a program gives, of whatever kind, as one kind of iterator: begun when the first piece is
// asked for, and left at once, also while it waits for a piece that may never come.

import { badValue } from '../concurrency/bad-value.ts';

/** What gives a body piece by piece. A `ReadableStream` and a `Readable` are such. */
export type Pieces = AsyncIterable<unknown> | Iterable<unknown>;

/** Whether it can be read piece by piece. A text could, character by character, which nobody means. */
export function isInPieces(value: unknown): value is Pieces {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** @param pieces called once, with the first step. What it throws, or gives instead of pieces, is what that step throws. */
export function piecesOf(pieces: () => Pieces): AsyncIterable<unknown> {
  let iterator: AsyncIterator<unknown> | Iterator<unknown> | null = null;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => (iterator ??= iteratorOf(pieces())).next(),
      return: async () => (await iterator?.return?.()) ?? { done: true, value: undefined },
    }),
  };
}

function iteratorOf(pieces: Pieces): AsyncIterator<unknown> | Iterator<unknown> {
  if (!isInPieces(pieces))
    throw badValue('what the function for a body gives', 'a stream, or pieces of text or bytes', pieces);
  if (!(pieces instanceof ReadableStream))
    return Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  // The iterator of a stream cannot be left while it waits for a piece; its reader can.
  const reader: ReadableStreamDefaultReader<unknown> = pieces.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
