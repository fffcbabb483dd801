// The ways to read, each as a question to what has come: is it there? None of them waits, and none takes anything unless it is
// all there, so that a read which is given up, or fails, leaves everything to the next one.
//
// Invariant: the answer depends on the bytes alone, not on the pieces in which they came.

import { ManyfetchError } from '../errors.ts';
import { IncompleteReadError } from './incomplete-read-error.ts';
import type { ReadBuffer } from './read-buffer.ts';

/** More has to come. */
export const more: unique symbol = Symbol('more');

/** @param ended nothing comes any more: then it must not ask for more */
export type Attempt<T> = (buffer: ReadBuffer, ended: boolean) => T | typeof more;

/** What is there, if only a byte; null at the end. */
export function some(maxBytes: number): Attempt<Uint8Array | null> {
  return (buffer, ended) => {
    if (buffer.length > 0) return buffer.take(maxBytes);
    return ended ? null : more;
  };
}

/** So many bytes. */
export function exactly(bytes: number): Attempt<Uint8Array> {
  return (buffer, ended) => {
    if (buffer.length >= bytes) return buffer.take(bytes);
    if (ended) throw new IncompleteReadError(buffer.peek(buffer.length), bytes, `${bytes} bytes`);
    return more;
  };
}

/** All up to the end. */
export function all(maxBytes: number): Attempt<Uint8Array> {
  return (buffer, ended) => {
    if (buffer.length > maxBytes) throw tooLong('What comes up to the end', maxBytes);
    return ended ? buffer.take(buffer.length) : more;
  };
}

/** All up to some bytes, and these. @param maxBytes of what stands before them */
export function until(delimiter: Uint8Array, maxBytes: number): Attempt<Uint8Array> {
  // What was looked through already; nobody takes anything while this waits.
  let searched = 0;
  return (buffer, ended) => {
    const found = buffer.indexOf(delimiter, Math.max(0, searched - delimiter.length + 1));
    // Where it is not found yet, the first place at which it can still begin is as telling.
    const place = found === -1 ? buffer.length - delimiter.length + 1 : found;
    if (place > maxBytes) throw tooLong('What comes before the delimiter', maxBytes);
    if (found !== -1) return buffer.take(found + delimiter.length);
    if (ended) throw new IncompleteReadError(buffer.peek(buffer.length), null, 'the delimiter');
    searched = buffer.length;
    return more;
  };
}

const lineFeed = Uint8Array.of(10);
const carriageReturn = 13;

/** A line of UTF-8, without the `\n` or `\r\n` that ends it; null at the end. */
export function line(maxBytes: number): Attempt<string | null> {
  const attempt = until(lineFeed, maxBytes);
  return (buffer, ended) => {
    if (ended && buffer.length === 0) return null;
    const bytes = attempt(buffer, ended);
    if (bytes === more) return more;
    const end = bytes.at(-2) === carriageReturn ? -2 : -1;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length + end).toString('utf8');
  };
}

/** Whether the end has come: known once a byte or the end is there. */
export function ending(): Attempt<boolean> {
  return (buffer, ended) => (buffer.length > 0 ? false : ended ? true : more);
}

function tooLong(what: string, maxBytes: number): ManyfetchError {
  return new ManyfetchError('line_too_long', `${what} is longer than ${maxBytes} bytes`, {
    hint: 'Raise `maxLineBytes` or `maxBytes`. Nothing was taken: `read` gives what came.',
  });
}
