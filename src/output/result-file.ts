// Writes results in groups. A line is handed over at once and reaches the kernel within 50 ms, or
// sooner when much has gathered, or as soon as what is being written lets it; `save` brings all that was
// handed over to the disk. After a failure nothing more is written: what stands in the file is found out
// when the run is resumed.
//
// Lines become bytes in blocks that are used again, outside of the heap of V8: one is filled while another
// is written. Invariant: bytes are written in the order in which they were handed over, and never twice.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import type { DiskFile } from '../disk/disk.ts';
import { diskError } from '../disk/disk.ts';
import type { DiskError } from '../errors.ts';

const groupMs = 50;
/** Lines become bytes by so much at a time: as text, the garbage collector would carry them along. */
const pieceChars = 16 * 1024;
/** A write costs as much as copying 64 KiB. */
const blockBytes = 256 * 1024;
/** In UTF-8. */
const mostBytesPerChar = 3;
/** More than this waiting to be written, and no new request should be started. */
const congestedBytes = 16 * 1024 * 1024;

export interface ResultFileOptions {
  readonly file: DiskFile;
  /** Names the file in messages. */
  readonly path: string;
  /** Bytes that stand in it already. */
  readonly bytes: number;
  readonly clock: Clock;
  /** The first failure; called once. */
  readonly onFailure: (error: DiskError) => void;
  /** Less is waiting again than makes it congested. */
  readonly onDrain: () => void;
}

export class ResultFile {
  readonly #options: ResultFileOptions;
  #gathered = '';
  #block: Buffer = Buffer.allocUnsafeSlow(blockBytes);
  /** Bytes of the block that are filled. */
  #filled = 0;
  /** Was written, and can be filled again. */
  #spareBlock: Buffer | null = null;
  /** The block is to be written as soon as all before it is. */
  #isBlockDue = false;
  /** What is to be written before the block. */
  readonly #groups: Buffer[] = [];
  #timer: TimerHandle | null = null;
  #writing: Promise<void> | null = null;
  /** Bytes of the file when all that is no text any more is written. */
  #encodedBytes: number;
  #waitingBytes = 0;
  #failure: DiskError | null = null;
  #congested = false;

  constructor(options: ResultFileOptions) {
    this.#options = options;
    this.#encodedBytes = options.bytes;
  }

  /** So much is waiting that no new request should be started. */
  get isCongested(): boolean {
    return this.#congested;
  }

  /** Hands over whole lines. */
  append(lines: string): void {
    if (this.#failure !== null) return;
    this.#gathered += lines;
    if (this.#gathered.length >= pieceChars) this.#encode();
    if (this.#timer === null && (this.#gathered !== '' || this.#filled > 0)) {
      this.#timer = this.#options.clock.setTimer(groupMs, this.#onTimer);
    }
  }

  /** Has all that is gathered written next. Returns the length that the file has when all so far is written. */
  cut(): number {
    if (this.#timer !== null) {
      this.#options.clock.clearTimer(this.#timer);
      this.#timer = null;
    }
    if (this.#gathered !== '') this.#encode();
    if (this.#filled > 0) {
      this.#isBlockDue = true;
      this.#writing ??= this.#write();
    }
    return this.#encodedBytes;
  }

  /** Resolves when all that was handed over has reached the disk. Throws the failure, if there was one. */
  async save(): Promise<void> {
    await this.flush();
    try {
      await this.#options.file.sync();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves when all that was handed over has reached the kernel. Throws the failure, if there was one. */
  async flush(): Promise<void> {
    this.cut();
    while (this.#writing !== null) await this.#writing;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Closes the file; writes nothing more. */
  async close(): Promise<void> {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
    while (this.#writing !== null) await this.#writing;
    await this.#options.file.close();
  }

  readonly #onTimer = (): void => {
    this.#timer = null;
    this.cut();
  };

  #encode(): void {
    const text = this.#gathered;
    this.#gathered = '';
    const mostBytes = text.length * mostBytesPerChar;
    if (mostBytes > blockBytes - this.#filled) this.#queueBlock();
    if (mostBytes > blockBytes) {
      const group = Buffer.from(text);
      this.#encoded(group.length);
      this.#queue(group);
    } else {
      const bytes = this.#block.write(text, this.#filled);
      this.#filled += bytes;
      this.#encoded(bytes);
    }
  }

  #encoded(bytes: number): void {
    this.#encodedBytes += bytes;
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > congestedBytes) this.#congested = true;
  }

  #queueBlock(): void {
    if (this.#filled > 0) this.#queue(this.#takeBlock());
  }

  #queue(group: Buffer): void {
    this.#groups.push(group);
    this.#writing ??= this.#write();
  }

  /** What is filled of the block, which another one replaces. */
  #takeBlock(): Buffer {
    const taken = this.#block.subarray(0, this.#filled);
    this.#block = this.#spareBlock ?? Buffer.allocUnsafeSlow(blockBytes);
    this.#spareBlock = null;
    this.#filled = 0;
    this.#isBlockDue = false;
    return taken;
  }

  #nextGroup(): Buffer | null {
    return this.#groups.shift() ?? (this.#isBlockDue ? this.#takeBlock() : null);
  }

  async #write(): Promise<void> {
    try {
      for (let group = this.#nextGroup(); group !== null; group = this.#nextGroup()) {
        await this.#options.file.write(group);
        if (group.buffer.byteLength === blockBytes) this.#spareBlock = Buffer.from(group.buffer);
        this.#waitingBytes -= group.length;
        if (this.#congested && this.#waitingBytes < congestedBytes / 2) {
          this.#congested = false;
          this.#options.onDrain();
        }
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = null;
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = diskError(error, this.#options.path, 'write');
    this.#groups.length = 0;
    this.#gathered = '';
    this.#filled = 0;
    this.#isBlockDue = false;
    this.#options.onFailure(this.#failure);
  }
}
