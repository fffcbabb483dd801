// Keeps results and the journal in step: what the engine settles becomes a line of the output, what is
// open becomes a checkpoint. The output decides what is settled; the journal only says how to find it
// out quickly, and which requests must not be sent twice.
//
// Invariants: a checkpoint is written only when every line that it counts on has reached the disk; a run
// is called finished only if no record that was begun is open, and nothing has failed.

import type { Clock, TimerHandle } from '../../concurrency/clock.ts';
import type { Recorder } from '../../engine/recorder.ts';
import { UsageError } from '../../errors.ts';
import type { Result } from '../../http/result.ts';
import type { InputPosition } from '../../input/reader.ts';
import type { FileJournal } from '../../journal/file-journal.ts';
import type { Checkpoint, Counts } from '../../journal/journal-entry.ts';
import type { OpenRecords } from '../../journal/open-records.ts';
import { writeRanges } from '../../journal/ordinal-ranges.ts';
import { OrdinalSet } from '../../journal/ordinal-set.ts';
import type { BodyFolder } from '../../output/body-folder.ts';
import type { ResultFile } from '../../output/result-file.ts';
import type { ResultFormat } from '../../output/result-format.ts';
import type { HeldLine, OrderedLines } from './ordered-lines.ts';
import { StartedMarks } from './started-marks.ts';

/** So many bodies may be on their way to their files, those included that wait for others to be written. */
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
  /** Records from here on are not part of what is to be done now. */
  readonly endIndex: number;
  /** Time between two checkpoints. */
  readonly checkpointMs: number;
  readonly bodies: BodyFolder | null;
  /** How many requests each origin takes at once, as far as it was learned. */
  readonly learned: () => Readonly<Record<string, number>>;
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
  readonly #sent: OrdinalSet;
  #startedUpTo: number;
  readonly #marks = new StartedMarks();
  /** One above the last record that was given to this process; they come in ascending order. */
  #openedUpTo = 0;
  #saving = 0;
  #allSaved: PromiseWithResolvers<void> | null = null;
  #timer: TimerHandle | null = null;
  #checkpointing: Promise<void> | null = null;
  #isEnding = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: RunRecorderOptions) {
    this.#options = options;
    this.#counts = { ...options.counts };
    this.#sent = new OrdinalSet(options.doubtful);
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
    // However much waits: as long as the record that is waited for was not read, reading must go on.
    const { order } = this.#options;
    return order !== null && order.isFull && order.next < this.#openedUpTo;
  }

  batchBegins(position: InputPosition): void {
    // Only a checkpoint forgets positions, and without a journal there is none.
    if (this.#options.journal !== null) this.#options.open.batchBegins(position);
  }

  opened(index: number): void {
    const { open, journal } = this.#options;
    open.opened(index);
    this.#openedUpTo = index + 1;
    if (journal !== null && index >= this.#startedUpTo) {
      this.#startedUpTo = index + this.#marks.next(this.#options.clock.now());
      journal.started(this.#startedUpTo);
    }
  }

  willSend(indexes: readonly number[]): void {
    for (const index of indexes) this.#sent.add(index);
    this.#options.journal?.sent(indexes.toSorted((a, b) => a - b));
  }

  wasNotSent(index: number): void {
    this.#sent.delete(index);
    try {
      this.#options.journal?.unsent([index]);
    } catch (error) {
      this.#onFailure(error);
    }
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
    const { file, journal, open } = this.#options;
    journal?.checkpointBegins(this.#sent);
    const limits = this.#options.learned();
    return {
      read: open.read,
      open: writeRanges(open),
      outputBytes: file.cut(),
      position: open.position(),
      counts: { ...this.#counts },
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    };
  }

  /** Brings all results to the disk and writes the last checkpoint; `finished`: nothing is left to do; `isQuiet`: nothing is in flight. */
  async finish(finished: boolean, isQuiet = false): Promise<void> {
    await this.#quiet();
    if (this.#failure !== null) throw this.#failure.error;
    const { file, journal, open, endIndex } = this.#options;
    const checkpoint = this.#snapshot();
    await file.save();
    const missed = finished ? open.earliest : null;
    const isComplete = finished && (missed === null || missed >= endIndex);
    if (isComplete) await journal?.finish(checkpoint, open.read);
    else await journal?.checkpoint(checkpoint);
    if (!isComplete && isQuiet) journal?.stopped();
    if (finished && !isComplete) throw endedTooEarly(missed);
  }

  /** Closes the files. Results that are known are written if that is still possible. */
  async close(): Promise<void> {
    await this.#quiet();
    const { file, journal } = this.#options;
    try {
      await file.flush().catch(() => undefined);
      await file.close();
    } finally {
      await journal?.close();
    }
  }

  /** Resolves when nothing is under way any more, and nothing begins by itself. */
  async #quiet(): Promise<void> {
    this.#isEnding = true;
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
    while (this.#checkpointing !== null) await this.#checkpointing;
    if (this.#saving > 0) {
      this.#allSaved ??= Promise.withResolvers();
      await this.#allSaved.promise;
    }
  }

  #saveBody(bodies: BodyFolder, result: Result): void {
    this.#saving++;
    bodies
      .save(result)
      .then((bodyFile) => this.#handOver(result, this.#options.format.encode(result, bodyFile)))
      .catch(this.#onFailure)
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
    const wasFull = this.isFull;
    for (const { index, result, line } of order.release()) {
      file.append(line);
      this.#written(index, result);
      journal?.unhold(index);
    }
    // Not only fewer lines make room: so does a turn that comes to a record which was not read yet.
    if (wasFull && !this.isFull) this.#options.onRoom();
  }

  #written(index: number, result: Result['result']): void {
    this.#counts[result]++;
    this.#options.open.settled(index);
    this.#sent.delete(index);
  }

  #armTimer(): void {
    const { clock, checkpointMs, journal } = this.#options;
    if (journal === null || this.#isEnding) return;
    this.#timer = clock.setTimer(checkpointMs, () => {
      this.#timer = null;
      this.#checkpointing = this.#checkpoint();
    });
  }

  /** Kept, since the engine may have ended before and not hear of it. */
  readonly #onFailure = (error: unknown): void => {
    this.#failure ??= { error };
    this.#options.onFailure(error);
  };

  async #checkpoint(): Promise<void> {
    try {
      const checkpoint = this.#snapshot();
      await this.#options.file.save();
      await this.#options.journal?.checkpoint(checkpoint);
      this.#armTimer();
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#checkpointing = null;
    }
  }
}

function endedTooEarly(missed: number | null): UsageError {
  return new UsageError(
    'input_changed',
    `the input ended before record ${missed}, which an earlier process had begun: it is not the input that this run began with`,
    { hint: 'give the same input again; or start over with --fresh (the results so far are replaced)' },
  );
}
