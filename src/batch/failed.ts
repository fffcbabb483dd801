// Writes the records that are not ok, in the input's own format, ready to be run again.

import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { DiskFile } from '../disk/disk.ts';
import { diskError, systemDisk } from '../disk/disk.ts';
import { ManyfetchError, UsageError } from '../errors.ts';
import { openInput } from '../input/open-input.ts';
import type { RecordReader } from '../input/reader.ts';
import { OrdinalSet } from '../journal/ordinal-set.ts';
import { scanResults } from '../output/scan-results.ts';
import { StandardOutput } from '../output/standard-output.ts';
import { isBrokenPipe } from './broken-pipe.ts';
import { refuseOtherInput } from './refuse-other-input.ts';
import { runOfResults } from './results-of.ts';
import { refuseMissingFolder } from './recording/run-files.ts';

export interface FailedOptions {
  /** Where to write; `-` is standard output. @default - */
  readonly output?: string;
  /** Only the records that failed with one of these codes. */
  readonly onlyCodes?: readonly string[];
  /** Not those that failed with one of these, as with `callback_error`: they were answered, and are not to be sent again. */
  readonly exceptCodes?: readonly string[];
  /** Where the input is now, if it was moved. */
  readonly input?: string;
  /** What `-` writes to. @default process.stdout */
  readonly stdout?: Writable;
}

/**
 * Writes the records of a run that have a result other than `ok`, as they stand in the input. Records
 * without a result are not among them: the run that resumes takes those.
 *
 * @throws UsageError if a file is missing, cannot be read, or the output exists
 * @example await writeFailed('orders.results.jsonl', { output: 'again.jsonl' })
 */
export async function writeFailed(
  resultsPath: string,
  options: FailedOptions = {},
): Promise<{ written: number; output: string }> {
  const output = options.output ?? '-';
  const { header, format } = await runOfResults(resultsPath);
  const input = options.input ?? header.input;
  if (input === '-') {
    throw new UsageError('bad_input', `${resultsPath} was made from standard input, which is gone`, {
      hint: 'if it was saved to a file, name that with --input',
    });
  }
  const wanted = await collect(resultsPath, format, options);
  await refuseOtherInput(header, input);
  const reader = await openInput({ path: input, format: header.format });
  const sink = await openSink(output, options.stdout);
  try {
    return { written: await copy(reader, wanted, header.format, sink), output };
  } catch (error) {
    // A part must not be taken for the whole.
    if (output !== '-') await systemDisk.remove(output).catch(() => undefined);
    throw diskErrorOf(error, output);
  } finally {
    await sink.close();
  }
}

function diskErrorOf(error: unknown, output: string): unknown {
  if (error instanceof ManyfetchError) return error;
  return diskError(error, output === '-' ? 'standard output' : output, 'write');
}

async function collect(
  path: string,
  format: 'jsonl' | 'csv',
  { onlyCodes, exceptCodes }: FailedOptions,
): Promise<OrdinalSet> {
  const wanted = new OrdinalSet();
  const areAll = onlyCodes === undefined && exceptCodes === undefined;
  for await (const rows of scanResults(path, { format, mode: areAll ? 'index' : 'full' })) {
    for (const row of rows) {
      if (row.problem !== null || row.result === 'ok') continue;
      const code = row.row?.error?.code ?? '';
      if (onlyCodes?.includes(code) !== false && exceptCodes?.includes(code) !== true) wanted.add(row.index);
    }
  }
  return wanted;
}

/** Copies records; gives their number. A reader that goes away has had enough: that is no error. */
async function copy(reader: RecordReader, wanted: OrdinalSet, format: string, sink: DiskFile): Promise<number> {
  let written = 0;
  try {
    for await (const { text, records } of pieces(reader, wanted, format)) {
      await sink.write(Buffer.from(text));
      written += records;
    }
    await sink.sync();
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
  }
  return written;
}

/** What is to be written, and how many records are in it. */
async function* pieces(
  reader: RecordReader,
  wanted: OrdinalSet,
  format: string,
): AsyncGenerator<{ text: string; records: number }> {
  const isArray = format === 'json';
  let written = 0;
  if (isArray) yield { text: '[', records: 0 };
  for await (const { records } of reader.batches(undefined, (index) => !wanted.has(index))) {
    let text = '';
    for (const record of records) {
      if (written === 0 && reader.header !== null) text += `${reader.header}\n`;
      if (isArray) text += written === 0 ? '\n' : ',\n';
      text += isArray ? record.text : `${record.text}\n`;
      written++;
    }
    if (text !== '') yield { text, records: records.length };
    if (written === wanted.size) break;
  }
  if (written === 0 && reader.header !== null) yield { text: `${reader.header}\n`, records: 0 };
  if (isArray) yield { text: '\n]\n', records: 0 };
}

async function openSink(output: string, stdout: Writable | undefined): Promise<DiskFile> {
  if (output === '-') return new StandardOutput(stdout ?? process.stdout);
  if ((await stat(output).catch(() => null)) !== null) {
    throw new UsageError('output_exists', `${output} exists`, {
      hint: 'choose another name with -o, or remove the file',
    });
  }
  await refuseMissingFolder(output);
  return systemDisk.create(output);
}
