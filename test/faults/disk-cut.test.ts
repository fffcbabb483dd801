// Both files are cut at every byte, as a crash or a power loss may leave them: those of a run that was
// killed, and those of one that had finished. Whatever is left, each record has a row or is done again.

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BatchOptions } from '../../src/batch/options/batch-options.ts';
import { recover } from '../../src/journal/recover.ts';
import type { ResultFormat } from '../../src/output/result-format.ts';
import { scanResults } from '../../src/output/scan-results.ts';
import type { WholeRow } from '../../src/output/scan-results.ts';
import { createFormat } from '../../src/output/sink-format.ts';
import { DiskBench } from './disk-bench.ts';

interface Files {
  readonly output: Buffer;
  readonly journal: Buffer;
}

const records = 24;

/** Files of a run that was killed with much of it under way, and of one that has finished. */
async function filesOf(name: string, options: Partial<BatchOptions>, killAfter: number): Promise<Files> {
  using bench = new DiskBench({ records, options, output: name, environment: { compactAfterBytes: 1e6 } });
  let kept: Files | null = null;
  const keep = (): void =>
    void (kept ??= { output: readFileSync(bench.output), journal: readFileSync(`${bench.output}.run`) });
  await bench.run({ killAfter, onKill: keep });
  return kept ?? { output: readFileSync(bench.output), journal: readFileSync(`${bench.output}.run`) };
}

const cases = [
  { name: 'out.jsonl', killAfter: 15 },
  { name: 'out.jsonl', killAfter: Infinity },
  { name: 'out.csv', killAfter: 15 },
  { name: 'out.csv', killAfter: Infinity },
] as const;

test.concurrent.each(cases)('$name after $killAfter results, cut at every byte', async ({ name, killAfter }) => {
  const files = await filesOf(name, {}, killAfter);
  using bench = new DiskBench({ records, output: name });
  const headerBytes = files.journal.indexOf('\n') + 1;
  expect(files.output.length).toBeGreaterThan(1024);
  const format = createFormat(name === 'out.csv' ? 'csv' : 'jsonl', { body: 'auto' });
  const cut = join(bench.folder, 'cut');
  writeFileSync(cut, files.output);
  const rows = await rowsOf(cut, format.name);
  // Whatever is left of the journal, with the whole output; whatever is left of the output, with the whole journal.
  for (let bytes = files.journal.length; bytes >= headerBytes; bytes--)
    await checkRecovery({ ...files, journal: files.journal.subarray(0, bytes) }, bench.folder, format, rows);
  for (let bytes = files.output.length; bytes >= files.output.length - 1024; bytes--) {
    truncateSync(cut, bytes);
    await checkRecovery({ ...files, output: files.output.subarray(0, bytes) }, bench.folder, format, rows);
  }
});

test.concurrent.each(cases)(
  '$name after $killAfter results: cut here and there, it is run to its end',
  async ({ name, killAfter }) => {
    using bench = new DiskBench({ records, output: name, environment: { compactAfterBytes: 1e6 } });
    let kept: Files | null = null;
    const keep = (): void => void (kept ??= filesAt(bench.output));
    await bench.run({ killAfter, onKill: keep });
    const { output, journal }: Files = kept ?? filesAt(bench.output);
    const headerBytes = journal.indexOf('\n') + 1;
    for (let round = 0; round < 6; round++) {
      const outputBytes = output.length - round * 97;
      const journalBytes = headerBytes + Math.floor(((journal.length - headerBytes) * (6 - round)) / 6);
      writeFileSync(bench.output, output.subarray(0, outputBytes));
      writeFileSync(`${bench.output}.run`, journal.subarray(0, journalBytes));
      expect((await bench.run()).kind).toMatch(/finished/u);
      await bench.checkComplete();
    }
  },
);

test('in a journal whose header line is cut anywhere, nothing is believed and nothing is changed', async () => {
  const files = await filesOf('out.jsonl', {}, 15);
  using bench = new DiskBench({ records });
  const headerBytes = files.journal.indexOf('\n') + 1;
  for (let bytes = 0; bytes < headerBytes; bytes += 23) {
    const journal = files.journal.subarray(0, bytes);
    writeFileSync(bench.output, files.output);
    writeFileSync(`${bench.output}.run`, journal);
    const refusal = await bench.run().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'journal_damaged' });
    expect(filesAt(bench.output)).toEqual({ output: files.output, journal });
  }
});

function filesAt(output: string): Files {
  return { output: readFileSync(output), journal: readFileSync(`${output}.run`) };
}

/** The rows of a whole output, told by a reader that knows nothing of journals. */
async function rowsOf(path: string, name: 'jsonl' | 'csv'): Promise<WholeRow[]> {
  const rows: WholeRow[] = [];
  for await (const batch of scanResults(path, { format: name, mode: 'full' }))
    for (const row of batch) if (row.problem === null) rows.push(row);
  return rows;
}

/** What is recovered from files that were cut: a record has exactly one row in what is kept, or it is pending. */
async function checkRecovery(files: Files, folder: string, format: ResultFormat, rows: WholeRow[]): Promise<void> {
  const output = join(folder, 'cut');
  const headerBytes = Buffer.byteLength(format.header);
  const { length } = files.output;
  const found = await recover(files.journal, 'out.run', {
    bytes: length,
    headerBytes,
    isRowStart: (byte) => Promise.resolve(byte === 0 || files.output[byte - 1] === 0x0a),
    rows: (from) => scanResults(output, { format: format.name, from, mode: 'index', blockBytes: 8192 }),
  });
  const { outputBytes, read, open, finished } = found;
  const kept = rows.filter(({ end }) => end <= outputBytes);
  const whole = rows.findLast(({ end }) => end <= length)?.end ?? Math.min(length, headerBytes);
  if (outputBytes !== whole) throw new Error(`${outputBytes} bytes are kept of ${length}, but ${whole} are whole`);
  const settled = new Set(kept.map(({ index }) => index));
  for (let index = 0; index < records; index++) {
    const isPending = finished === null && (index >= read || open.has(index));
    if (isPending === settled.has(index)) throw new Error(`record ${index} is ${isPending ? 'there twice' : 'lost'}`);
  }
}
