// Writes the records that are not ok, in the input's own format, ready to be run again.

import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { UsageError } from '../errors.ts';
import { openInput } from '../input/open-input.ts';
import type { RecordReader } from '../input/reader.ts';
import { OrdinalSet } from '../journal/ordinal-set.ts';
import { scanResults } from '../output/scan-results.ts';
import { runOfResults } from './results-of.ts';

export interface FailedOptions {
  /** Where to write; `-` is standard output. @default - */
  readonly output?: string;
  /** Only the records that failed with one of these codes. */
  readonly onlyCodes?: readonly string[];
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
  const wanted = await collect(resultsPath, format, options.onlyCodes);
  const reader = await openInput({ path: input, format: header.format });
  const sink = await openSink(output, options.stdout);
  const written = await copy(reader, wanted, header.format, sink);
  if (output !== '-') {
    sink.end();
    await finished(sink);
  }
  return { written, output };
}

async function collect(
  path: string,
  format: 'jsonl' | 'csv',
  codes: readonly string[] | undefined,
): Promise<OrdinalSet> {
  const wanted = new OrdinalSet();
  for await (const rows of scanResults(path, { format, mode: codes === undefined ? 'index' : 'full' })) {
    for (const row of rows) {
      if (row.problem !== null || row.result === 'ok') continue;
      if (codes === undefined || codes.includes(row.row?.error?.code ?? '')) wanted.add(row.index);
    }
  }
  return wanted;
}

async function copy(reader: RecordReader, wanted: OrdinalSet, format: string, sink: Writable): Promise<number> {
  let written = 0;
  const isArray = format === 'json';
  if (isArray) await write(sink, '[');
  for await (const { records } of reader.batches(undefined, (index) => !wanted.has(index))) {
    let text = '';
    for (const record of records) {
      if (written === 0 && reader.header !== null) text += `${reader.header}\n`;
      if (isArray) text += written === 0 ? '\n' : ',\n';
      text += isArray ? record.text : `${record.text}\n`;
      written++;
    }
    if (text !== '') await write(sink, text);
    if (written === wanted.size) break;
  }
  if (written === 0 && reader.header !== null) await write(sink, `${reader.header}\n`);
  if (isArray) await write(sink, '\n]\n');
  return written;
}

function write(sink: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

async function openSink(output: string, stdout: Writable | undefined): Promise<Writable> {
  if (output === '-') return stdout ?? process.stdout;
  if ((await stat(output).catch(() => null)) !== null) {
    throw new UsageError('output_exists', `${output} exists`, {
      hint: 'choose another name with -o, or remove the file',
    });
  }
  return createWriteStream(output, { flags: 'wx' });
}
