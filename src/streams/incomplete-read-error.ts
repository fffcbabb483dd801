// The end of a connection in the middle of what was to be read.

import { ManyfetchError } from '../errors.ts';

/**
 * The other side ended the connection before all had come that was to be read: `asyncio.IncompleteReadError`. Code `incomplete_read`.
 *
 * What came has not been taken: `read` and `readAll` give it.
 *
 * @example
 * import { openConnection, startServer, IncompleteReadError } from 'manyfetch/streams';
 *
 * await using server = await startServer((connection) => connection.write('half'));
 * await using connection = await openConnection({ host: server.host, port: server.port });
 * const error: unknown = await connection.readExactly(8).catch((thrown: unknown) => thrown);
 * if (error instanceof IncompleteReadError) console.log(error.partial.length, error.expectedBytes); // prints 4 8
 */
export class IncompleteReadError extends ManyfetchError {
  /** What came: a copy. Empty: the end came between two reads. */
  readonly partial: Uint8Array;
  /** How many bytes were to be read; null: up to some bytes that never came. */
  readonly expectedBytes: number | null;

  /** @param sought what was to be read, for the message */
  constructor(partial: Uint8Array, expectedBytes: number | null, sought: string) {
    super('incomplete_read', `The connection ended after ${partial.length} bytes; ${sought} had not come`, {
      hint: 'What came is in `partial`, and can still be read.',
    });
    this.partial = partial;
    this.expectedBytes = expectedBytes;
  }
}
