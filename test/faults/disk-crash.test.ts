// The process dies between any two operations of the disk: before each of them the files are copied, as
// a crash would leave them. From every copy the run must go on: what has a row is not sent again, what
// has none is, and what may have been sent at most once has its mark.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/concurrency/clock.ts';
import type { Disk, DiskFile } from '../../src/disk/disk.ts';
import { readHeader } from '../../src/journal/recover.ts';
import { createFormat } from '../../src/output/sink-format.ts';
import { openRunFiles } from '../../src/batch/recording/run-files.ts';
import type { BatchOptions } from '../../src/batch/options/batch-options.ts';
import { DiskBench, quickDisk } from './disk-bench.ts';

/** The files as they were at a moment, and what had been sent. */
interface Moment {
  readonly before: string;
  readonly output: Buffer | null;
  readonly journal: Buffer | null;
  readonly sent: readonly number[];
}

const records = 40;
const cases: readonly { name: string; options: Partial<BatchOptions>; killedAfter: number | null }[] = [
  { name: 'at least once', options: {}, killedAfter: null },
  { name: 'at most once', options: { delivery: 'at-most-once' }, killedAfter: null },
  { name: 'at most once, resumed', options: { delivery: 'at-most-once' }, killedAfter: 15 },
  { name: 'at most once, in order', options: { delivery: 'at-most-once', order: 'input' }, killedAfter: 15 },
];

test.concurrent.each(cases)('$name: from every moment the run goes on', async ({ options, killedAfter }) => {
  using bench = new DiskBench({ records, options });
  if (killedAfter !== null) await bench.run({ killAfter: killedAfter });
  const moments: Moment[] = [];
  const disk = copying(bench, moments);
  expect(await bench.run({ disk })).toMatchObject({ kind: 'finished' });
  expect(moments.filter(({ before }) => before.startsWith('rename')).length).toBeGreaterThan(2);
  for (const [at, moment] of moments.entries()) {
    try {
      await expectRecovered(bench, moment, join(bench.folder, `crash-${at}`));
    } catch (error) {
      throw new Error(`crashed before ${moment.before} (operation ${at + 1})`, { cause: error });
    }
  }
});

async function expectRecovered(bench: DiskBench, moment: Moment, folder: string): Promise<void> {
  mkdirSync(folder);
  const output = join(folder, 'out.jsonl');
  if (moment.output !== null) writeFileSync(output, moment.output);
  if (moment.journal !== null) writeFileSync(`${output}.run`, moment.journal);
  const found = await openFiles(output);
  const rows = new Set(rowsOf(readFileSync(output, 'utf8')));
  const { recovered } = found;
  const isPending = (index: number): boolean =>
    recovered === null || index >= recovered.read || recovered.open.has(index);
  for (let index = 0; index < records; index++) expect([index, isPending(index)]).toEqual([index, !rows.has(index)]);
  if (!bench.isAtMostOnce) return;
  const unmarked = moment.sent.filter((index) => !rows.has(index) && recovered?.sent.has(index) !== true);
  expect(unmarked).toEqual([]);
}

/** The indexes of the rows, each of which must be whole and the only one of its record. */
function rowsOf(text: string): number[] {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  const lines = text.split('\n').slice(0, -1);
  const indexes = lines.map((line) => (JSON.parse(line) as { index: number }).index);
  expect(new Set(indexes).size).toBe(indexes.length);
  return indexes;
}

async function openFiles(output: string) {
  const header = existsSync(`${output}.run`) ? readHeader(readFileSync(`${output}.run`), output) : null;
  const found = await openRunFiles(quickDisk, systemClock, {
    output,
    fresh: false,
    limit: null,
    format: createFormat('jsonl', { body: 'auto' }),
    compactAfterBytes: 1000,
    newRunId: 'another',
    describe: () =>
      Promise.resolve(header ?? { input: '', format: '', identity: { kind: 'stream' }, offset: 0, options: {} }),
  });
  await found.files?.output.close();
  await found.files?.journal.close();
  await found.lock.release();
  return found;
}

function copying(bench: DiskBench, moments: Moment[]): Disk {
  const copy = (before: string): void => {
    moments.push({
      before,
      output: readIfThere(bench.output),
      journal: readIfThere(`${bench.output}.run`),
      sent: [...bench.sendings.keys()],
    });
  };
  const watched = (file: DiskFile, path: string): DiskFile => ({
    write: async (bytes) => {
      copy(`write ${path}`);
      await file.write(bytes);
      copy(`what follows a write ${path}`);
    },
    writeNow: (bytes) => {
      copy(`writeNow ${path}`);
      file.writeNow(bytes);
    },
    sync: async () => {
      copy(`sync ${path}`);
      await file.sync();
    },
    truncate: async (length) => {
      copy(`truncate ${path}`);
      await file.truncate(length);
    },
    close: () => file.close(),
  });
  return {
    ...quickDisk,
    open: async (path) => watched(await quickDisk.open(path), path),
    create: async (path) => watched(await quickDisk.create(path), path),
    renameNow: (from, to) => {
      copy(`rename to ${to}`);
      quickDisk.renameNow(from, to);
      copy(`what follows the rename to ${to}`);
    },
  };
}

function readIfThere(path: string): Buffer | null {
  return existsSync(path) ? readFileSync(path) : null;
}
