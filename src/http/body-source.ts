// A request body that is made while it is sent, for bodies that are not at hand as a whole. It goes to a
// transport beside the request (`SendOptions.body`), never through the engine, whose records are small.

import { ManyfetchError } from '../errors.ts';

/** Bytes of a request body, pulled only as fast as the connection takes them. */
export interface BodySource {
  /** How many there will be: sent as `content-length`, and held to. Null: sent in chunks until they end. */
  readonly lengthBytes: number | null;
  /** Begins at the first byte. Called once for each sending; an exchange that ends early returns the iterator. */
  open(): AsyncIterator<Uint8Array>;
}

/** The source of a body threw, or has not what it said. The connection on which it was sent is of no more use. */
export class BodySourceError extends ManyfetchError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : 'its source threw something that is no error';
    super('bad_record', `the body of the request: ${reason}`, { cause });
  }
}

/** Holds what came of a source so far, or all of it, to its length. @throws Error */
export function checkLength(lengthBytes: number | null, sentBytes: number, isEnd: boolean): void {
  if (lengthBytes === null) return;
  if (sentBytes > lengthBytes) throw new Error(`it has more than the ${lengthBytes} bytes that it said`);
  if (isEnd && sentBytes < lengthBytes)
    throw new Error(`it ended after ${sentBytes} of the ${lengthBytes} bytes that it said`);
}
