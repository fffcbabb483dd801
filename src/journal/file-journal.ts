// The journal of a run, as it is written. Entries are appended before what they announce happens;
// now and then, and whenever a run is resumed, the file is replaced by a short one that says the same.
// Reading it back is `recover.ts`.
//
// Invariants: at every moment the file at `path` is a whole header followed by entries of which only
// the last may be torn; after a failure nothing more is written; no mark is lost by a replacement.

import type { Disk, DiskFile } from '../disk/disk.ts';
import type { Checkpoint, Counts, HeldEntry, JournalEntry } from './journal-entry.ts';
import { writeEntry } from './journal-entry.ts';
import { writeRanges } from './ordinal-ranges.ts';
import type { RunHeader } from './run-header.ts';

/** A snapshot that is shorter costs next to nothing, however often it is written. */
const shortBytes = 64 * 1024;

/** What a journal begins with: a new run has no checkpoint. */
export interface JournalStart {
  readonly header: RunHeader;
  /** ISO time at which this process began. */
  readonly at: string;
  /** Records that this process is to take; null: all. */
  readonly limit: number | null;
  /** The largest limit that any process of the run was given; null: one was given none. */
  readonly widestLimit: number | null;
  readonly checkpoint: Checkpoint | null;
  /** Records below may have been started. */
  readonly startedUpTo: number;
  /** Records that must not be sent twice; ascending. */
  readonly sent: Iterable<number>;
  /** Results that wait for their turn. */
  readonly held: ReadonlyMap<number, HeldEntry>;
  /** The journal is rewritten when it has grown by so much since the last time; and, if it is long, by its own length. */
  readonly compactAfterBytes: number;
}

/** The state that a checkpoint is about, and what was announced since. */
interface Compaction {
  readonly startedUpTo: number;
  readonly sent: readonly number[];
  readonly held: ReadonlyMap<number, HeldEntry>;
  readonly meanwhile: Uint8Array[];
}

export class FileJournal {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #start: JournalStart;
  readonly #held: Map<number, HeldEntry>;
  #file: DiskFile;
  #startedUpTo: number;
  #bytesSinceCompaction = 0;
  #compactAfterBytes: number;
  #compaction: Compaction | null = null;
  #failure: { readonly error: unknown } | null = null;

  private constructor(disk: Disk, path: string, start: JournalStart, file: DiskFile) {
    this.#disk = disk;
    this.#path = path;
    this.#start = start;
    this.#file = file;
    this.#startedUpTo = start.startedUpTo;
    this.#held = new Map(start.held);
    this.#compactAfterBytes = start.compactAfterBytes;
  }

  /** Writes the journal of a run that begins, or goes on; what stood there is replaced in one step. */
  static async begin(disk: Disk, path: string, start: JournalStart): Promise<FileJournal> {
    const file = await replace(disk, path, Buffer.from(snapshot(start, start.checkpoint, start)), []);
    try {
      await disk.syncFolder(path);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new FileJournal(disk, path, start, file);
  }

  /** Says, before it is so, that records below may be started. */
  started(upTo: number): void {
    this.#append({ kind: 'started', upTo });
    this.#startedUpTo = upTo;
  }

  /** Says, before it is so, that requests of these records may leave; they must not be sent twice. */
  sent(ordinals: Iterable<number>): void {
    this.#append({ kind: 'sent', ordinals: writeRanges(ordinals) });
  }

  /** Says that requests which were announced have not left. */
  unsent(ordinals: Iterable<number>): void {
    this.#append({ kind: 'unsent', ordinals: writeRanges(ordinals) });
  }

  /** Keeps a result that waits for its turn in the order of the input. */
  hold(index: number, result: keyof Counts, line: string): void {
    const entry: HeldEntry = { kind: 'held', index, result, line };
    this.#append(entry);
    this.#held.set(index, entry);
  }

  /** The result was handed over to the output. */
  unhold(index: number): void {
    this.#held.delete(index);
  }

  /**
   * The facts of the next checkpoint are taken now. What is announced between this call and that
   * checkpoint is not among them, and must outlive it: also that a mark was taken back, so that marks are
   * no part of a checkpoint. `sent`: the marks that stand now, ascending.
   */
  checkpointBegins(sent: Iterable<number>): void {
    if (this.#bytesSinceCompaction <= this.#compactAfterBytes) return;
    const held = new Map(this.#held);
    this.#compaction = { startedUpTo: this.#startedUpTo, sent: [...sent], held, meanwhile: [] };
  }

  /** Records what is settled. The output must have reached the disk up to `outputBytes`. */
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#guarded(async () => {
      if (this.#compaction !== null) {
        await this.#compact(checkpoint, this.#compaction);
        return;
      }
      this.#append({ kind: 'checkpoint', checkpoint });
      await this.#file.sync();
    });
  }

  /** Says that nothing is in flight any more, and nothing will be: what is open was not sent, or was refused. */
  stopped(): void {
    this.#append({ kind: 'stopped' });
    this.#startedUpTo = 0;
  }

  /** Records that all is done. */
  async finish(checkpoint: Checkpoint, records: number): Promise<void> {
    await this.#guarded(async () => {
      this.#append({ kind: 'checkpoint', checkpoint });
      this.#append({ kind: 'finished', records, limit: this.#start.limit, outputBytes: checkpoint.outputBytes });
      await this.#file.sync();
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #append(entry: JournalEntry): void {
    // Behind a torn entry nothing would be read: better to say so.
    if (this.#failure !== null) throw this.#failure.error;
    const bytes = Buffer.from(writeEntry(entry));
    try {
      this.#file.writeNow(bytes);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    this.#bytesSinceCompaction += bytes.length;
    this.#compaction?.meanwhile.push(bytes);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      await work();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async #compact(checkpoint: Checkpoint, compaction: Compaction): Promise<void> {
    const bytes = Buffer.from(snapshot(this.#start, checkpoint, compaction));
    const file = await replace(this.#disk, this.#path, bytes, compaction.meanwhile);
    const old = this.#file;
    this.#file = file;
    this.#compaction = null;
    this.#bytesSinceCompaction = 0;
    this.#compactAfterBytes = Math.max(this.#start.compactAfterBytes, bytes.length < shortBytes ? 0 : bytes.length);
    await old.close();
    await this.#disk.syncFolder(this.#path);
  }
}

/** Puts a new file in the place of another in one step, with what was gathered while it was being written. */
async function replace(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  meanwhile: readonly Uint8Array[],
): Promise<DiskFile> {
  const beside = `${path}.new`;
  const file = await disk.create(beside);
  try {
    await file.write(bytes);
    await file.sync();
    // From here to the change of files nothing may come between: what was announced must not be lost.
    if (meanwhile.length > 0) file.writeNow(Buffer.concat(meanwhile));
    disk.renameNow(beside, path);
    return file;
  } catch (error) {
    await file.close();
    // A full disk needs the space; that it could not be freed is no news.
    await disk.remove(beside).catch(() => undefined);
    throw error;
  }
}

function snapshot(
  start: JournalStart,
  checkpoint: Checkpoint | null,
  { startedUpTo, sent, held }: Pick<JournalStart, 'startedUpTo' | 'sent' | 'held'>,
): string {
  let text = writeEntry({ kind: 'header', header: start.header });
  text += writeEntry({ kind: 'session', at: start.at, limit: start.widestLimit });
  if (startedUpTo > 0) text += writeEntry({ kind: 'started', upTo: startedUpTo });
  const ordinals = writeRanges(sent);
  if (ordinals !== '') text += writeEntry({ kind: 'sent', ordinals });
  for (const entry of held.values()) text += writeEntry(entry);
  if (checkpoint !== null) text += writeEntry({ kind: 'checkpoint', checkpoint });
  return text;
}
