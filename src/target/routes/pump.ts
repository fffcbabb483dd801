// Writes any number of bytes that repeat one block, no faster than the other side takes them.

import type { Writable } from 'node:stream';

/** Writes `bytes` bytes and ends the stream. Stops by itself if the stream is destroyed. */
export function pump(stream: Writable, block: Buffer, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > block.length) {
      left -= block.length;
      if (!stream.write(block)) {
        stream.once('drain', more);
        return;
      }
    }
    stream.end(block.subarray(0, left));
  };
  more();
}
