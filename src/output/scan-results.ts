// Reads results back, a block at a time: after a crash, to know what is settled; and for those who
// check, filter or describe a run. It holds one block, or one row where that is larger.
//
// Invariant: every byte from `from` to the end of the file belongs to exactly one row that is reported,
// whole or broken (the header line of CSV excepted), in the order of the file. No content makes it throw.

import { constants } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { diskError } from '../disk/disk.ts';
import { UsageError } from '../errors.ts';
import { CsvRows } from './csv-rows.ts';
import { JsonlRows } from './jsonl-rows.ts';
import type { FormatName } from './result-format.ts';
import type { RowReader } from './row-reader.ts';
import { brokenRow } from './scanned-row.ts';
import type { ScanMode, ScannedRow } from './scanned-row.ts';

export type { ScanMode, ScannedRow, WholeRow } from './scanned-row.ts';

/** What is read, and how. */
export interface ScanOptions {
  readonly format: FormatName;
  /** Byte at which a row starts. @default 0 */
  readonly from?: number;
  /** `index` tells only which record a row is for, and what became of it; `full` parses the row. */
  readonly mode: ScanMode;
  /** @default 1 MiB */
  readonly blockBytes?: number;
  /** A longer row is a broken one. @default what fits into a string */
  readonly largestRowBytes?: number;
}

/**
 * Reads the rows of a result file, in batches. The last row is reported as `torn` if it has no line break.
 * @throws UsageError if there is no such file, or it cannot be read; DiskError if reading fails on the way.
 * @example for await (const rows of scanResults('results.jsonl', { format: 'jsonl', mode: 'index' })) count(rows);
 */
export async function* scanResults(path: string, options: ScanOptions): AsyncGenerator<ScannedRow[], void, void> {
  const rows = options.format === 'csv' ? new CsvRows(options.mode) : new JsonlRows(options.mode);
  const scan = new Scan(rows, options);
  const file = await openResults(path);
  try {
    for (;;) {
      const count = await readInto(file, path, scan.room(), scan.position);
      if (count === 0) break;
      const batch = scan.added(count);
      if (batch.length > 0) yield batch;
    }
    const torn = scan.rest();
    if (torn !== null) yield [torn];
  } finally {
    await file.close();
  }
}

/** The block that is held, and the rows in it. */
class Scan {
  readonly #rows: RowReader;
  readonly #largestRowBytes: number;
  #block: Buffer;
  /** Where the block stands in the file; its first byte is the first of a row. */
  #base: number;
  #held = 0;
  #line = 1;

  constructor(rows: RowReader, options: ScanOptions) {
    this.#rows = rows;
    this.#largestRowBytes = options.largestRowBytes ?? constants.MAX_STRING_LENGTH;
    this.#block = Buffer.allocUnsafe(options.blockBytes ?? 1_048_576);
    this.#base = options.from ?? 0;
  }

  /** Where in the file the bytes for `room()` stand. */
  get position(): number {
    return this.#base + this.#held;
  }

  /** Where the next bytes are to be put; never empty. */
  room(): Buffer {
    if (this.#held === this.#block.length) {
      const larger = Buffer.allocUnsafe(this.#block.length * 2);
      this.#block.copy(larger, 0, 0, this.#held);
      this.#block = larger;
    }
    return this.#block.subarray(this.#held);
  }

  /** The rows that are whole now that `count` bytes were put into the room. */
  added(count: number): ScannedRow[] {
    const batch: ScannedRow[] = [];
    const block = this.#block;
    const end = this.#held + count;
    this.#rows.loaded(block.subarray(this.#held, end));
    let start = 0;
    let from = this.#held;
    for (;;) {
      const rowEnd = this.#rows.findEnd(block, from, end);
      if (rowEnd === -1) break;
      const row = this.#rows.read(block, start, rowEnd, this.#base, this.#line);
      if (row !== null) batch.push(row);
      this.#line += 1 + this.#rows.innerBreaks;
      start = rowEnd + 1;
      from = start;
    }
    this.#drop(start, end);
    if (this.#held > this.#largestRowBytes) batch.push(this.#giveUp('longer than any row can be'));
    return batch;
  }

  /** What is left at the end of the file, if anything is. */
  rest(): ScannedRow | null {
    return this.#held === 0 ? null : this.#giveUp('torn');
  }

  #drop(start: number, end: number): void {
    this.#block.copyWithin(0, start, end);
    this.#base += start;
    this.#held = end - start;
  }

  #giveUp(problem: string): ScannedRow {
    const row = brokenRow(problem, this.#base, this.position, this.#line);
    this.#rows.reset();
    this.#drop(this.#held, this.#held);
    return row;
  }
}

async function openResults(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      missing ? 'no_such_file' : 'unreadable',
      missing ? `there are no results at ${path}` : `cannot open ${path}: ${(error as Error).message}`,
      {
        hint: missing ? 'give the path that the run was given with -o' : 'check that you may read this file',
        cause: error,
      },
    );
  }
}

async function readInto(file: FileHandle, path: string, room: Buffer, position: number): Promise<number> {
  try {
    return (await file.read(room, 0, room.length, position)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw diskError(error, path, 'read');
    const hint = 'give the path of the file that the run was given with -o';
    throw new UsageError('unreadable', `${path} is a folder, not a file of results`, { hint, cause: error });
  }
}
