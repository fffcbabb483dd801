// Standard output as a file that results are written to. It cannot be cut, synced or resumed.

import type { Writable } from 'node:stream';
import type { DiskFile } from '../disk/disk.ts';

/** Writes to a stream; a reader that went away is an error of `write`. */
export class StandardOutput implements DiskFile {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', ignored);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      // A copy: a stream may pass on what it was given, and the bytes are overwritten soon.
      this.#stream.write(Buffer.from(bytes), (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }

  writeNow(): void {
    throw new Error('standard output has no journal');
  }

  async sync(): Promise<void> {
    // A pipe has no disk.
  }

  async truncate(): Promise<void> {
    throw new Error('standard output cannot be cut');
  }

  async close(): Promise<void> {
    // The stream is the process's, not ours.
    this.#stream.off('error', ignored);
  }
}

/** A stream tells of an error twice; here it is the write that fails. */
function ignored(): void {
  // Told by the callback of `write`.
}
