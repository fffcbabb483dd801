// Keeps results and the journal in step: what the engine settles becomes a line of the output, what is
// open becomes a checkpoint. The output decides what is settled; the journal only says how to find it
// out quickly, and which requests must not be sent twice.
//
// Invariant: a checkpoint is written only when every line that it counts on has reached the disk.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import type { Recorder } from '../engine/recorder.ts';
import type { Result } from '../http/result.ts';
import type { InputPosition } from '../input/reader.ts';
import type { FileJournal } from '../journal/file-journal.ts';
import type { Checkpoint, Counts } from '../journal/journal-entry.ts';
import type { OpenRecords } from '../journal/open-records.ts';
import { writeRanges } from '../journal/ordinal-ranges.ts';
import type { BodyFolder } from '../output/body-folder.ts';
import type { ResultFile } from '../output/result-file.ts';
import type { ResultFormat } from '../output/result-format.ts';
import type { HeldLine, OrderedLines } from './ordered-lines.ts';

const checkpointMs = 1000;
/** Marks of what was started are written for so many records at once. */
const startedBlock = 1024;
/** So many bodies may be on their way to their files. */
const mostSaving = 256;

export interface RunRecorderOptions {
  readonly format: ResultFormat;
  readonly file: ResultFile;
  /** Null: the run cannot be resumed. */
  readonly journal: FileJournal | null;
  readonly open: OpenRecords;
  /** What an earlier process may have sent and must not be sent twice. */
  readonly doubtful: ReadonlySet<number>;
  readonly counts: Counts;
  readonly startedUpTo: number;
  readonly bodies: BodyFolder | null;
  /** Null: results are written as they come. */
  readonly order: OrderedLines | null;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
  /** Room was made for more. */
  readonly onRoom: () => void;
}

export class RunRecorder implements Recorder {
  readonly #options: RunRecorderOptions;
  readonly #counts: { -readonly [Name in keyof Counts]: Counts[Name] };
  readonly #sent: Set<number>;
  #startedUpTo: number;
  #saving = 0;
  #allSaved: PromiseWithResolvers<void> | null = null;
  #timer: TimerHandle | null = null;
  #checkpointing: Promise<void> | null = null;

  constructor(options: RunRecorderOptions) {
    this.#options = options;
    this.#counts = { ...options.counts };
    this.#sent = new Set(options.doubtful);
    this.#startedUpTo = options.startedUpTo;
    this.#armTimer();
  }

  /** Takes results that an earlier process kept in the journal, since their turn had not come. */
  restore(held: Iterable<HeldLine>): void {
    const { order } = this.#options;
    if (order === null) return;
    for (const { index, result, line } of held) order.push(index, result, line);
    this.#release(order);
  }

  get isCongested(): boolean {
    return this.#options.file.isCongested || this.#saving >= mostSaving;
  }

  get isFull(): boolean {
    return this.#options.order?.isFull ?? false;
  }

  batchBegins(position: InputPosition): void {
    this.#options.open.batchBegins(position);
  }

  opened(index: number): void {
    const { open, journal } = this.#options;
    open.opened(index);
    if (journal !== null && index >= this.#startedUpTo) {
      this.#startedUpTo = index + startedBlock;
      journal.started(this.#startedUpTo);
    }
  }

  willSend(indexes: readonly number[]): void {
    for (const index of indexes) this.#sent.add(index);
    this.#options.journal?.sent(indexes.toSorted((a, b) => a - b));
  }

  isDoubtful(index: number): boolean {
    return this.#options.doubtful.has(index);
  }

  settle(result: Result): void {
    const { bodies, format } = this.#options;
    if (bodies === null || result.answer === null) this.#handOver(result, format.encode(result));
    else this.#saveBody(bodies, result);
  }

  /** What is settled now; the output must have been saved up to its `outputBytes` before it is written. */
  #snapshot(): Checkpoint {
    const { file, open } = this.#options;
    return {
      read: open.read,
      open: writeRanges(open),
      sent: writeRanges([...this.#sent].sort((a, b) => a - b)),
      outputBytes: file.cut(),
      position: open.position(),
      counts: { ...this.#counts },
    };
  }

  /** Brings all results to the disk and writes the last checkpoint; `finished`: nothing is left to do. */
  async finish(finished: boolean): Promise<void> {
    this.#disarmTimer();
    while (this.#checkpointing !== null) await this.#checkpointing;
    if (this.#saving > 0) {
      this.#allSaved = Promise.withResolvers();
      await this.#allSaved.promise;
    }
    const { file, journal, open } = this.#options;
    const checkpoint = this.#snapshot();
    await file.save();
    if (finished) await journal?.finish(checkpoint, open.read);
    else await journal?.checkpoint(checkpoint);
  }

  /** Stops writing, whatever is left. */
  async close(): Promise<void> {
    this.#disarmTimer();
    while (this.#checkpointing !== null) await this.#checkpointing;
    await this.#options.file.close();
    await this.#options.journal?.close();
  }

  #saveBody(bodies: BodyFolder, result: Result): void {
    this.#saving++;
    bodies
      .save(result)
      .then((bodyFile) => this.#handOver(result, this.#options.format.encode(result, bodyFile)))
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#saving--;
        if (this.#saving === 0) this.#allSaved?.resolve();
        if (this.#saving === mostSaving - 1) this.#options.onRoom();
      });
  }

  #handOver(result: Result, line: string): void {
    const { order, file, journal } = this.#options;
    if (order === null) {
      file.append(line);
      this.#written(result.index, result.result);
      return;
    }
    if (!order.push(result.index, result.result, line)) {
      journal?.hold(result.index, result.result, line);
      return;
    }
    this.#release(order);
  }

  #release(order: OrderedLines): void {
    const { file, journal } = this.#options;
    const wasFull = order.isFull;
    for (const { index, result, line } of order.release()) {
      file.append(line);
      this.#written(index, result);
      journal?.unhold(index);
    }
    if (wasFull && !order.isFull) this.#options.onRoom();
  }

  #written(index: number, result: Result['result']): void {
    this.#counts[result]++;
    this.#options.open.settled(index);
    this.#sent.delete(index);
  }

  #armTimer(): void {
    if (this.#options.journal === null) return;
    this.#timer = this.#options.clock.setTimer(checkpointMs, () => {
      this.#timer = null;
      this.#checkpointing = this.#checkpoint();
    });
  }

  #disarmTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  async #checkpoint(): Promise<void> {
    try {
      const checkpoint = this.#snapshot();
      await this.#options.file.save();
      await this.#options.journal?.checkpoint(checkpoint);
      this.#armTimer();
    } catch (error) {
      this.#options.onFailure(error);
    } finally {
      this.#checkpointing = null;
    }
  }
}
