// A recorder on real files in a folder of its own, with a clock that stands still, and what can be seen
// of it from outside: the entries of its journal and the rows of its output.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunRecorder } from '../batch/recording/run-recorder.ts';
import type { RunRecorderOptions } from '../batch/recording/run-recorder.ts';
import { systemDisk } from '../disk/disk.ts';
import type { Disk } from '../disk/disk.ts';
import { FileJournal } from '../journal/file-journal.ts';
import { readEntries } from '../journal/journal-entry.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import { OpenRecords } from '../journal/open-records.ts';
import { ResultFile } from '../output/result-file.ts';
import { createFormat } from '../output/sink-format.ts';
import { FakeClock } from './fake-clock.ts';
import { sampleOk } from './sample-result.ts';

export interface ReadyBench {
  readonly clock: FakeClock;
  readonly failures: readonly unknown[];
  readonly journal: FileJournal;
  readonly recorder: RunRecorder;
}

export class RecorderBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'manyfetch-recorder-'));
  readonly output = join(this.folder, 'out.jsonl');
  readonly journalPath = `${this.output}.run`;

  /** A recorder of a run that begins; its journal is rewritten when it has grown by so many bytes. */
  async setUp(
    changes: Partial<RunRecorderOptions> = {},
    disk: Disk = systemDisk,
    compactAfterBytes = 1e6,
  ): Promise<ReadyBench> {
    const clock = new FakeClock();
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    const journal = await beginJournal(disk, this.journalPath, compactAfterBytes);
    const file = new ResultFile({
      file: await disk.create(this.output),
      path: this.output,
      bytes: 0,
      clock,
      onFailure,
      onDrain: () => undefined,
    });
    const recorder = new RunRecorder({
      format: createFormat('jsonl', { body: 'auto' }),
      file,
      journal,
      open: new OpenRecords({ read: 0, open: [], position: { index: 0, line: 1, byte: 0 } }),
      doubtful: new Set(),
      counts: { ok: 0, failed: 0, unknown: 0 },
      startedUpTo: 0,
      endIndex: Infinity,
      checkpointMs: 1000,
      bodies: null,
      order: null,
      clock,
      onFailure,
      learned: () => ({}),
      onRoom: () => undefined,
      ...changes,
    });
    return { clock, failures, journal, recorder };
  }

  /** A disk that saves the output only when it is told to. */
  slowDisk(saving: Promise<void>): Disk {
    return {
      ...systemDisk,
      create: async (path) => {
        const file = await systemDisk.create(path);
        if (path !== this.output) return file;
        return {
          write: (bytes) => file.write(bytes),
          writeNow: (bytes) => file.writeNow(bytes),
          sync: () => saving,
          truncate: (length) => file.truncate(length),
          close: () => file.close(),
        };
      },
    };
  }

  entries(): JournalEntry[] {
    return readEntries(readFileSync(this.journalPath));
  }

  kinds(): string[] {
    return this.entries().map(({ kind }) => kind);
  }

  /** Rows of the output. */
  rows(): number {
    return readFileSync(this.output, 'utf8').split('\n').length - 1;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Gives a recorder an ordinary result for each of these records. */
export function settle(recorder: RunRecorder, ...indexes: number[]): void {
  for (const index of indexes) recorder.settle(sampleOk({ index }));
}

function beginJournal(disk: Disk, path: string, compactAfterBytes: number): Promise<FileJournal> {
  const header = { version: 1, runId: 'r', createdAt: '', input: '-', format: 'jsonl', offset: 0, options: {} };
  return FileJournal.begin(disk, path, {
    header: { ...header, identity: { kind: 'stream' } },
    at: '',
    limit: null,
    widestLimit: null,
    checkpoint: null,
    startedUpTo: 0,
    sent: [],
    held: new Map(),
    compactAfterBytes,
  });
}
