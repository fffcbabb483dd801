// The files of a run: the output, the journal beside it, the lock beside that. Decides whether a run
// begins, goes on, or is refused, and brings the files into the state that a run starts from.

import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../concurrency/clock.ts';
import type { Disk, DiskFile } from '../disk/disk.ts';
import { UsageError } from '../errors.ts';
import { FileJournal } from '../journal/file-journal.ts';
import type { Checkpoint } from '../journal/journal-entry.ts';
import { writeRanges } from '../journal/ordinal-ranges.ts';
import type { RecoveredRun } from '../journal/recover.ts';
import { readHeader, recover } from '../journal/recover.ts';
import type { RunHeader } from '../journal/run-header.ts';
import { checkSameRun, journalVersion } from '../journal/run-header.ts';
import type { RunLock } from '../journal/run-lock.ts';
import { takeRunLock } from '../journal/run-lock.ts';
import type { ResultFormat } from '../output/result-format.ts';
import { scanResults } from '../output/scan-results.ts';

/** What the run that is asked for is like; the options' fingerprints depend on the run's id. */
export interface WantedRun {
  readonly output: string;
  readonly fresh: boolean;
  readonly limit: number | null;
  readonly format: ResultFormat;
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
  // The old results go before the new journal comes: rows of an old run must never be taken for this one's.
  const output = await disk.create(wanted.output);
  await output.write(Buffer.from(wanted.format.header));
  await output.sync();
  const start = { header, at, limit: wanted.limit, checkpoint: null, startedUpTo: 0, held: new Map() };
  const journal = await FileJournal.begin(disk, journalPathOf(wanted.output), start);
  return { header, recovered: null, files: { output, journal, outputBytes: Buffer.byteLength(wanted.format.header) } };
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
  const output = await disk.open(wanted.output);
  let outputBytes = Math.min(recovered.outputBytes, bytes);
  if (outputBytes < headerBytes) {
    await output.truncate(0);
    await output.write(Buffer.from(wanted.format.header));
    outputBytes = headerBytes;
  } else if (bytes > outputBytes) {
    await output.truncate(outputBytes);
  }
  await output.sync();
  const checkpoint: Checkpoint = {
    read: recovered.read,
    open: writeRanges(recovered.open),
    sent: writeRanges([...recovered.sent].sort((a, b) => a - b)),
    outputBytes,
    position: recovered.position,
    counts: recovered.counts,
  };
  const { startedUpTo, held } = recovered;
  const start = { header, at, limit: wanted.limit, checkpoint, startedUpTo, held };
  const journal = await FileJournal.begin(disk, journalPathOf(wanted.output), start);
  return { header, recovered, files: { output, journal, outputBytes } };
}

async function refuseMissingFolder(output: string): Promise<void> {
  const folder = dirname(output);
  const facts = await stat(folder).catch(() => null);
  if (facts === null) {
    throw new UsageError('no_such_file', `the folder ${folder} of the output ${output} does not exist`, {
      hint: `make it first: mkdir -p ${folder}`,
    });
  }
  if (!facts.isDirectory())
    throw new UsageError('no_such_file', `${folder}, where the output ${output} should stand, is not a folder`);
  if ((await stat(output).catch(() => null))?.isDirectory() === true) {
    throw new UsageError('output_exists', `the output ${output} is a folder`, {
      hint: `name a file in it, such as ${output}/results.jsonl`,
    });
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
