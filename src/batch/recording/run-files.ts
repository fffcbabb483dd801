// The files of a run: the output, the journal beside it, the lock beside that. Decides whether a run
// begins, goes on, or is refused, and brings the files into the state that a run starts from.

import { access, constants, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../concurrency/clock.ts';
import type { Disk, DiskFile } from '../../disk/disk.ts';
import { UsageError } from '../../errors.ts';
import { FileJournal } from '../../journal/file-journal.ts';
import type { Checkpoint } from '../../journal/journal-entry.ts';
import { writeRanges } from '../../journal/ordinal-ranges.ts';
import type { RecoveredRun } from '../../journal/recover.ts';
import { readHeader, recover } from '../../journal/recover.ts';
import type { RunHeader } from '../../journal/run-header.ts';
import { checkSameRun, journalVersion } from '../../journal/run-header.ts';
import type { RunLock } from '../../journal/run-lock.ts';
import { takeRunLock } from '../../journal/run-lock.ts';
import type { ResultFormat } from '../../output/result-format.ts';
import { scanResults } from '../../output/scan-results.ts';

/** What the run that is asked for is like; the options' fingerprints depend on the run's id. */
export interface WantedRun {
  readonly output: string;
  readonly fresh: boolean;
  readonly limit: number | null;
  readonly format: ResultFormat;
  readonly compactAfterBytes: number;
  /** An id for a run that begins. */
  readonly newRunId: string;
  describe(runId: string): Promise<Omit<RunHeader, 'version' | 'runId' | 'createdAt'>>;
}

/** A run whose files are ready. */
export interface OpenRun {
  readonly header: RunHeader;
  /** What an earlier process left; null if the run begins now. */
  readonly recovered: RecoveredRun | null;
  /** Nothing is left to do; there is no journal to write then. */
  readonly files: { readonly output: DiskFile; readonly journal: FileJournal; readonly outputBytes: number } | null;
  readonly lock: RunLock;
}

/** The journal of a results file. */
export function journalPathOf(output: string): string {
  return `${output}.run`;
}

/** Opens the files of a run. Throws UsageError if it cannot be this run, DiskError if the disk fails. */
export async function openRunFiles(disk: Disk, clock: Clock, wanted: WantedRun): Promise<OpenRun> {
  await refuseMissingFolder(wanted.output);
  await refuseOtherThanFile(wanted.output);
  const lock = await takeRunLock(`${journalPathOf(wanted.output)}.lock`, wanted.newRunId);
  try {
    return { ...(await openLocked(disk, clock, wanted)), lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(disk: Disk, clock: Clock, wanted: WantedRun): Promise<Omit<OpenRun, 'lock'>> {
  const { output } = wanted;
  const journalPath = journalPathOf(output);
  const journal = await readIfThere(journalPath);
  const bytes = await sizeOf(output);
  if (journal === null && bytes !== null && bytes > 0) {
    throw new UsageError(
      'output_exists',
      `${output} exists and is not the output of a run: ${journalPath} is missing`,
      {
        hint: 'choose another output with -o, or move the file away; it was left as it is',
      },
    );
  }
  const at = new Date(clock.wallNow()).toISOString();
  if (journal === null || wanted.fresh) return begin(disk, wanted, at);

  const header = readHeader(journal, journalPath);
  checkSameRun(header, await wanted.describe(header.runId), journalPath);
  const headerBytes = Buffer.byteLength(wanted.format.header);
  const recovered = await recover(journal, journalPath, {
    bytes: bytes ?? 0,
    headerBytes,
    isRowStart: (byte) => isRowStart(output, byte),
    rows: (from) => scanResults(output, { format: wanted.format.name, from, mode: 'index' }),
  });
  if (recovered.finished !== null && coversLimit(recovered.finished, wanted.limit))
    return { header, recovered, files: null };
  return goOn(disk, wanted, { recovered, at, headerBytes, bytes: bytes ?? 0 });
}

function coversLimit(finished: { readonly limit: number | null }, wanted: number | null): boolean {
  return finished.limit === null || (wanted !== null && wanted <= finished.limit);
}

async function begin(disk: Disk, wanted: WantedRun, at: string): Promise<Omit<OpenRun, 'lock'>> {
  const runId = wanted.newRunId;
  const header: RunHeader = { version: journalVersion, runId, createdAt: at, ...(await wanted.describe(runId)) };
  const { limit, compactAfterBytes, format } = wanted;
  // The old results go before the new journal comes: rows of an old run must never be taken for this one's.
  const output = await disk.create(wanted.output);
  const start = { header, at, limit, widestLimit: limit, checkpoint: null, startedUpTo: 0, sent: [], held: new Map() };
  const journal = await orClose(output, async () => {
    await output.sync();
    return FileJournal.begin(disk, journalPathOf(wanted.output), { ...start, compactAfterBytes });
  });
  // Without a journal a file that is not empty is taken for somebody else's, so its first bytes come after it.
  await orClose(output, () => orClose(journal, () => output.write(Buffer.from(format.header))));
  return { header, recovered: null, files: { output, journal, outputBytes: Buffer.byteLength(format.header) } };
}

/** Does what may fail; closes the file if it does. */
async function orClose<T>(file: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

interface Found {
  readonly recovered: RecoveredRun;
  readonly at: string;
  readonly headerBytes: number;
  readonly bytes: number;
}

async function goOn(disk: Disk, wanted: WantedRun, found: Found): Promise<Omit<OpenRun, 'lock'>> {
  const { recovered, at, headerBytes, bytes } = found;
  const { header } = recovered;
  const wholeBytes = Math.min(recovered.outputBytes, bytes);
  const outputBytes = Math.max(wholeBytes, headerBytes);
  const output = await disk.open(wanted.output);
  const checkpoint: Checkpoint = {
    read: recovered.read,
    open: writeRanges(recovered.open),
    outputBytes,
    position: recovered.position,
    counts: recovered.counts,
    limits: recovered.limits,
  };
  const { startedUpTo, sent, held } = recovered;
  const { limit, compactAfterBytes } = wanted;
  const widestLimit = limit === null || recovered.limit === null ? null : Math.max(limit, recovered.limit);
  const start = { header, at, limit, widestLimit, checkpoint, startedUpTo, sent, held, compactAfterBytes };
  const journal = await orClose(output, async () => {
    if (wholeBytes < headerBytes) {
      await output.truncate(0);
      await output.write(Buffer.from(wanted.format.header));
    } else if (bytes > wholeBytes) {
      await output.truncate(wholeBytes);
    }
    await output.sync();
    return FileJournal.begin(disk, journalPathOf(wanted.output), start);
  });
  return { header, recovered, files: { output, journal, outputBytes } };
}

/** Refuses an output in a folder that is not there. */
export async function refuseMissingFolder(output: string): Promise<void> {
  const folder = dirname(output);
  const facts = await stat(folder).catch(() => null);
  if (facts === null) {
    throw new UsageError('no_such_file', `the folder ${folder} of the output ${output} does not exist`, {
      hint: `make it first: mkdir -p ${folder}`,
    });
  }
  if (!facts.isDirectory())
    throw new UsageError('no_such_file', `${folder}, where the output ${output} should stand, is not a folder`);
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new UsageError('unreadable', `nothing may be written into ${folder}, the folder of the output ${output}`, {
      hint: 'change its permissions, or choose another output with -o',
      cause,
    });
  });
}

async function refuseOtherThanFile(output: string): Promise<void> {
  const facts = await stat(output).catch(() => null);
  if (facts === null || facts.isFile()) return;
  if (facts.isDirectory()) {
    throw new UsageError('output_exists', `the output ${output} is a folder`, {
      hint: `name a file in it, such as ${output}/results.jsonl`,
    });
  }
  throw new UsageError('output_exists', `the output ${output} is a device or a pipe, not a file`, {
    hint: 'name a file, or write to standard output with -o -',
  });
}

async function isRowStart(path: string, byte: number): Promise<boolean> {
  if (byte === 0) return true;
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, byte - 1);
    return bytesRead === 1 && buffer[0] === 0x0a;
  } finally {
    await file.close();
  }
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError('unreadable', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}
