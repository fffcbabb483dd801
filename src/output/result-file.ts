// Writes results in groups. A line is handed over at once and reaches the kernel within 50 ms, or
// sooner when much has gathered; `saved` brings all that was handed over to the disk. After a failure
// nothing more is written: what stands in the file is found out when the run is resumed.
//
// Invariant: bytes are written in the order in which they were handed over, and never twice.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import type { DiskFile } from '../disk/disk.ts';
import { diskError } from '../disk/disk.ts';
import type { DiskError } from '../errors.ts';

const groupMs = 50;
/** Small on purpose: lines that wait for long are carried along by the garbage collector. */
const groupChars = 64 * 1024;
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
  #timer: TimerHandle | null = null;
  #writing: Promise<void> | null = null;
  /** Groups that were cut and are not written. */
  readonly #groups: Buffer[] = [];
  #waitingBytes = 0;
  /** Bytes of the file when all that was cut is written. */
  #cutBytes: number;
  #failure: DiskError | null = null;
  #congested = false;

  constructor(options: ResultFileOptions) {
    this.#options = options;
    this.#cutBytes = options.bytes;
  }

  /** So much is waiting that no new request should be started. */
  get isCongested(): boolean {
    return this.#congested;
  }

  /** Hands over whole lines. */
  append(lines: string): void {
    this.#gathered += lines;
    if (this.#gathered.length >= groupChars) {
      this.cut();
    } else if (this.#timer === null) {
      this.#timer = this.#options.clock.setTimer(groupMs, this.#onTimer);
    }
  }

  /** Closes the group that is gathered. Returns the length that the file has when all so far is written. */
  cut(): number {
    if (this.#timer !== null) {
      this.#options.clock.clearTimer(this.#timer);
      this.#timer = null;
    }
    if (this.#failure !== null) this.#gathered = '';
    if (this.#gathered !== '') {
      const group = Buffer.from(this.#gathered);
      this.#gathered = '';
      this.#groups.push(group);
      this.#cutBytes += group.length;
      this.#waitingBytes += group.length;
      if (this.#waitingBytes > congestedBytes) this.#congested = true;
      this.#writing ??= this.#writeGroups();
    }
    return this.#cutBytes;
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

  async #writeGroups(): Promise<void> {
    try {
      for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
        await this.#options.file.write(group);
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
    this.#options.onFailure(this.#failure);
  }
}
