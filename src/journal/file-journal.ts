// The journal of a run, as it is written. Entries are appended before what they announce happens;
// now and then, and whenever a run is resumed, the file is replaced by a short one that says the same.
// Reading it back is `recover.ts`.
//
// Invariant: at every moment the file at `path` is a whole header followed by entries of which only
// the last may be torn.

import type { Disk, DiskFile } from '../disk/disk.ts';
import type { Checkpoint, Counts, HeldEntry, JournalEntry } from './journal-entry.ts';
import { writeEntry } from './journal-entry.ts';
import { writeRanges } from './ordinal-ranges.ts';
import type { RunHeader } from './run-header.ts';

/** The journal is rewritten when it has grown by this since the last time. */
const defaultCompactAfterBytes = 1024 * 1024;

/** What a journal begins with: a new run has no checkpoint. */
export interface JournalStart {
  readonly header: RunHeader;
  /** ISO time at which this process began. */
  readonly at: string;
  readonly limit: number | null;
  readonly checkpoint: Checkpoint | null;
  /** Records below may have been started. */
  readonly startedUpTo: number;
  /** Results that wait for their turn. */
  readonly held: ReadonlyMap<number, HeldEntry>;
  /** For tests. @default 1 MiB */
  readonly compactAfterBytes?: number;
}

export class FileJournal {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #start: JournalStart;
  readonly #held: Map<number, HeldEntry>;
  #file: DiskFile;
  #startedUpTo: number;
  #bytesSinceCompaction = 0;
  /** What is appended while the file is being rewritten; null when it is not. */
  #meanwhile: Uint8Array[] | null = null;

  private constructor(disk: Disk, path: string, start: JournalStart, file: DiskFile) {
    this.#disk = disk;
    this.#path = path;
    this.#start = start;
    this.#file = file;
    this.#startedUpTo = start.startedUpTo;
    this.#held = new Map(start.held);
  }

  /** Writes the journal of a run that begins, or goes on; what stood there is replaced in one step. */
  static async begin(disk: Disk, path: string, start: JournalStart): Promise<FileJournal> {
    const file = await writeBeside(disk, path, snapshot(start, start.checkpoint, start.startedUpTo, start.held));
    await file.sync();
    disk.renameNow(besideName(path), path);
    await disk.syncFolder(path);
    return new FileJournal(disk, path, start, file);
  }

  /** Says, before it is so, that records below may be started. */
  started(upTo: number): void {
    this.#startedUpTo = upTo;
    this.#append({ kind: 'started', upTo });
  }

  /** Says, before it is so, that requests of these records may leave; they must not be sent twice. */
  sent(ordinals: Iterable<number>): void {
    this.#append({ kind: 'sent', ordinals: writeRanges(ordinals) });
  }

  /** Keeps a result that waits for its turn in the order of the input. */
  hold(index: number, result: keyof Counts, line: string): void {
    const entry: HeldEntry = { kind: 'held', index, result, line };
    this.#held.set(index, entry);
    this.#append(entry);
  }

  /** The result stands in the output now. */
  unhold(index: number): void {
    this.#held.delete(index);
  }

  /** Records what is settled. The output must have reached the disk up to `outputBytes`. */
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    this.#append({ kind: 'checkpoint', checkpoint });
    if (this.#bytesSinceCompaction > (this.#start.compactAfterBytes ?? defaultCompactAfterBytes))
      await this.#compact(checkpoint);
    else await this.#file.sync();
  }

  /** Records that all is done. */
  async finish(checkpoint: Checkpoint, records: number): Promise<void> {
    this.#append({ kind: 'checkpoint', checkpoint });
    this.#append({ kind: 'finished', records, limit: this.#start.limit, outputBytes: checkpoint.outputBytes });
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #append(entry: JournalEntry): void {
    const bytes = Buffer.from(writeEntry(entry));
    this.#file.writeNow(bytes);
    this.#bytesSinceCompaction += bytes.length;
    this.#meanwhile?.push(bytes);
  }

  async #compact(checkpoint: Checkpoint): Promise<void> {
    this.#meanwhile = [];
    const text = snapshot(this.#start, checkpoint, this.#startedUpTo, this.#held);
    const file = await writeBeside(this.#disk, this.#path, text);
    await file.sync();
    // From here to the change of files nothing may come between: what was announced must not be lost.
    if (this.#meanwhile.length > 0) file.writeNow(Buffer.concat(this.#meanwhile));
    this.#meanwhile = null;
    this.#disk.renameNow(besideName(this.#path), this.#path);
    const old = this.#file;
    this.#file = file;
    this.#bytesSinceCompaction = 0;
    await old.close();
    await this.#disk.syncFolder(this.#path);
  }
}

function besideName(path: string): string {
  return `${path}.new`;
}

async function writeBeside(disk: Disk, path: string, text: string): Promise<DiskFile> {
  const file = await disk.create(besideName(path));
  await file.write(Buffer.from(text));
  return file;
}

function snapshot(
  start: JournalStart,
  checkpoint: Checkpoint | null,
  startedUpTo: number,
  held: ReadonlyMap<number, HeldEntry>,
): string {
  let text = writeEntry({ kind: 'header', header: start.header });
  text += writeEntry({ kind: 'session', at: start.at, limit: start.limit });
  if (startedUpTo > 0) text += writeEntry({ kind: 'started', upTo: startedUpTo });
  for (const entry of held.values()) text += writeEntry(entry);
  if (checkpoint !== null) text += writeEntry({ kind: 'checkpoint', checkpoint });
  return text;
}
