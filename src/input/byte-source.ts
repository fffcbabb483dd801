// Where the uncompressed bytes of an input come from, read in order into memory that the caller owns.
// Knows nothing of records. Closing is the caller's duty, once, however the reading ends.

import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { fileError } from './file-error.ts';

/** A place that bytes can be read from. */
export interface ByteSource {
  /** Fills `target` as far as is convenient; gives the count of bytes, 0 at the end. */
  read(target: Uint8Array): Promise<number>;
  /** Goes to an offset that lies ahead, if it can do so without reading. */
  trySeek(byte: number): boolean;
  /** Bytes taken from the disk or pipe so far, before decompression; what was sought over counts. */
  readonly readBytes: number;
  close(): Promise<void>;
}

/** A regular file. */
export class FileSource implements ByteSource {
  readonly #path: string;
  readonly #handle: FileHandle;
  #position = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws {UsageError} `no_such_file`, `unreadable`, `bad_input` */
  static async open(path: string): Promise<FileSource> {
    try {
      return new FileSource(path, await open(path, 'r'));
    } catch (cause) {
      throw await fileError(path, cause);
    }
  }

  get readBytes(): number {
    return this.#position;
  }

  async read(target: Uint8Array): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(target, 0, target.length, this.#position);
      this.#position += bytesRead;
      return bytesRead;
    } catch (cause) {
      throw await fileError(this.#path, cause);
    }
  }

  trySeek(byte: number): boolean {
    this.#position = byte;
    return true;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
