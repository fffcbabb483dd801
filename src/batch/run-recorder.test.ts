// The recorder on real files, with a clock that stands still.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemDisk } from '../disk/disk.ts';
import type { Disk } from '../disk/disk.ts';
import { FileJournal } from '../journal/file-journal.ts';
import { readEntries } from '../journal/journal-entry.ts';
import type { HeldEntry } from '../journal/journal-entry.ts';
import { OpenRecords } from '../journal/open-records.ts';
import { recover } from '../journal/recover.ts';
import { BodyFolder } from '../output/body-folder.ts';
import { ResultFile } from '../output/result-file.ts';
import { createFormat } from '../output/sink-format.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { sampleOk } from '../testing/sample-result.ts';
import { until } from '../testing/until.ts';
import { OrderedLines } from './ordered-lines.ts';
import { RunRecorder } from './run-recorder.ts';
import type { RunRecorderOptions } from './run-recorder.ts';

const start = { index: 0, line: 1, byte: 0 };
let folder = '';
let output = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-recorder-'));
  output = join(folder, 'out.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function setUp(changes: Partial<RunRecorderOptions> = {}, disk: Disk = systemDisk, compactAfterBytes = 1e6) {
  const clock = new FakeClock();
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const header = { version: 1, runId: 'r', createdAt: '', input: '-', format: 'jsonl', offset: 0, options: {} };
  const journal = await FileJournal.begin(disk, `${output}.run`, {
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
  const file = new ResultFile({
    file: await disk.create(output),
    path: output,
    bytes: 0,
    clock,
    onFailure,
    onDrain: () => undefined,
  });
  const recorder = new RunRecorder({
    format: createFormat('jsonl', { body: 'auto' }),
    file,
    journal,
    open: new OpenRecords({ read: 0, open: [], position: start }),
    doubtful: new Set(),
    counts: { ok: 0, failed: 0, unknown: 0 },
    startedUpTo: 0,
    endIndex: Infinity,
    checkpointMs: 1000,
    bodies: null,
    order: null,
    clock,
    onFailure,
    onRoom: () => undefined,
    ...changes,
  });
  return { clock, failures, journal, recorder };
}

const entries = () => readEntries(readFileSync(`${output}.run`)).entries;
const kinds = () => entries().map(({ kind }) => kind);
const held = () => entries().flatMap((entry) => (entry.kind === 'held' ? [entry.index] : []));
const rowBytes = () => readFileSync(output).length;
async function* noRows() {}
const rows = () => readFileSync(output, 'utf8').split('\n').length - 1;

function settle(recorder: RunRecorder, ...indexes: number[]): void {
  for (const index of indexes) recorder.settle(sampleOk({ index }));
}

test('records are announced before they are opened, a thousand at a time', async () => {
  const { recorder } = await setUp();
  recorder.opened(0);
  expect(entries().at(-1)).toEqual({ kind: 'started', upTo: 1024 });
  for (let index = 1; index < 1024; index++) recorder.opened(index);
  expect(kinds()).toEqual(['header', 'session', 'started']);
  recorder.opened(1024);
  expect(entries().at(-1)).toEqual({ kind: 'started', upTo: 2048 });
  await recorder.close();
});

test('a checkpoint says what has reached the disk, a second later and not before', async () => {
  const { clock, recorder } = await setUp();
  for (let index = 0; index < 4; index++) recorder.opened(index);
  recorder.willSend([3, 0]);
  settle(recorder, 0, 2);
  clock.advance(999);
  await turn();
  expect(kinds()).not.toContain('checkpoint');
  clock.advance(1);
  await until(() => kinds().includes('checkpoint'));
  expect(rows()).toBe(2);
  expect(entries().slice(-2)).toEqual([
    { kind: 'sent', ordinals: '0,3' },
    {
      kind: 'checkpoint',
      checkpoint: {
        read: 4,
        open: '1,3',
        outputBytes: readFileSync(output).length,
        position: start,
        counts: { ok: 2, failed: 0, unknown: 0 },
      },
    },
  ]);
  await recorder.close();
});

test('what ends while a checkpoint is under way leaves no timer behind', async () => {
  const { clock, recorder } = await setUp();
  recorder.opened(0);
  settle(recorder, 0);
  clock.advance(1000);
  await recorder.finish(true);
  await recorder.close();
  expect(clock.pending).toBe(0);
  expect(kinds().at(-1)).toBe('finished');
});

/** A disk that saves the output only when it is told to. */
function slowDisk(saving: Promise<void>): Disk {
  return {
    ...systemDisk,
    create: async (path) => {
      const file = await systemDisk.create(path);
      if (path !== output) return file;
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

test('marks that are made while a checkpoint is being saved outlive the rewriting of the journal', async () => {
  const saving = Promise.withResolvers<void>();
  const { clock, recorder } = await setUp({}, slowDisk(saving.promise), 1);
  recorder.opened(0);
  settle(recorder, 0);
  clock.advance(1000);
  recorder.opened(1024);
  recorder.willSend([1024]);
  saving.resolve();
  await until(() => kinds().includes('checkpoint'));
  expect(entries().filter(({ kind }) => kind === 'sent' || kind === 'started')).toEqual([
    { kind: 'started', upTo: 1024 },
    { kind: 'started', upTo: 2048 },
    { kind: 'sent', ordinals: '1024' },
  ]);
  await recorder.close();
});

test.each([
  ['saved', 1e6],
  ['saved and the journal rewritten', 1],
])(
  'a mark that is taken back while a checkpoint is being %s stays taken back; others stand',
  async (_what, compactAfter) => {
    const saving = Promise.withResolvers<void>();
    const { clock, recorder } = await setUp({}, slowDisk(saving.promise), compactAfter);
    for (let index = 0; index < 5; index++) recorder.opened(index);
    recorder.willSend([0, 1, 2, 3]);
    settle(recorder, 0);
    clock.advance(1000);
    recorder.wasNotSent(1);
    recorder.wasNotSent(3);
    recorder.willSend([3, 4]);
    saving.resolve();
    await until(() => kinds().includes('checkpoint'));
    expect(kinds().filter((kind) => kind === 'sent')).toHaveLength(2);
    const view = { bytes: rowBytes(), headerBytes: 0, isRowStart: () => Promise.resolve(true), rows: noRows };
    const found = await recover(readFileSync(`${output}.run`), 'out.run', view);
    expect([[...found.open], [...found.sent]]).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
    ]);
    await recorder.close();
  },
);

test('results that wait for their turn are in the journal until they are in the output', async () => {
  const { clock, recorder } = await setUp({ order: new OrderedLines(() => true) }, systemDisk, 1);
  for (let index = 0; index < 3; index++) recorder.opened(index);
  settle(recorder, 1, 2);
  clock.advance(1000);
  await until(() => kinds().includes('checkpoint'));
  expect([held(), rows()]).toEqual([[1, 2], 0]);
  await until(() => clock.pending > 0);
  recorder.opened(2000);
  settle(recorder, 0);
  clock.advance(1000);
  await until(() => held().length === 0);
  expect(rows()).toBe(3);
  await recorder.close();
});

test('a result that gets its turn while a checkpoint is being saved stays in the journal until the next', async () => {
  const saving = Promise.withResolvers<void>();
  const order = new OrderedLines(() => true);
  const { clock, recorder } = await setUp({ order }, slowDisk(saving.promise), 1);
  for (let index = 0; index < 3; index++) recorder.opened(index);
  settle(recorder, 1, 2);
  clock.advance(1000);
  // From here on the lines are on their way to the output; a crash now would find none of them there.
  settle(recorder, 0);
  saving.resolve();
  await until(() => kinds().includes('checkpoint'));
  expect([held(), rows()]).toEqual([[1, 2], 0]);
  await recorder.close();
  expect(rows()).toBe(3);
});

test('however much waits for its turn, the record that it waits for can still be read', async () => {
  const { recorder } = await setUp({ order: new OrderedLines(() => true) });
  const waiting = Array.from({ length: 10_001 }, (_, at): HeldEntry => {
    return { kind: 'held', index: at + 1, result: 'ok', line: '\n' };
  });
  recorder.restore(waiting);
  expect(recorder.isFull).toBe(false);
  recorder.opened(0);
  expect(recorder.isFull).toBe(true);
  settle(recorder, 0);
  expect(recorder.isFull).toBe(false);
  await recorder.close();
});

test('room is told of when a record that was not read yet is waited for, though no fewer lines wait than allowed', async () => {
  const told = { room: 0 };
  const onRoom = (): void => void told.room++;
  const { recorder } = await setUp({ order: new OrderedLines(() => true), onRoom });
  const waiting = Array.from({ length: 10_010 }, (_, at): HeldEntry => {
    return { kind: 'held', index: at < 5 ? at + 1 : at + 2, result: 'ok', line: '\n' };
  });
  recorder.restore(waiting);
  recorder.opened(0);
  expect([recorder.isFull, told.room]).toEqual([true, 0]);
  settle(recorder, 0);
  expect([recorder.isFull, told.room]).toEqual([false, 1]);
  await recorder.close();
});

test.each([
  ['with a journal the place to read on from moves on', true, 10],
  ['without one no places are kept: nobody asks for them, and they would pile up', false, 0],
])('%s', async (_what, hasJournal, index) => {
  const open = new OpenRecords({ read: 0, open: [], position: start });
  const { journal, recorder } = await setUp(hasJournal ? { open } : { open, journal: null });
  recorder.opened(0);
  settle(recorder, 0);
  recorder.batchBegins({ index: 10, line: 11, byte: 100 });
  recorder.opened(10);
  expect(open.position().index).toBe(index);
  await recorder.close();
  if (!hasJournal) await journal.close();
});

test('a body that cannot be saved at the very end ends the run as a failure', async () => {
  const bodies = join(folder, 'bodies');
  writeFileSync(bodies, 'a file, where a folder should be');
  const { failures, recorder } = await setUp({ bodies: new BodyFolder(bodies) });
  recorder.opened(0);
  settle(recorder, 0);
  await expect(recorder.finish(true)).rejects.toMatchObject({ code: 'disk_failed' });
  expect(failures).toHaveLength(1);
  await recorder.close();
  expect([kinds().includes('finished'), rows()]).toEqual([false, 0]);
});

test('bodies that are on their way are waited for, in the end and when there is a failure', async () => {
  const bodies = join(folder, 'bodies');
  mkdirSync(bodies);
  const { recorder } = await setUp({ bodies: new BodyFolder(bodies) });
  for (let index = 0; index < 300; index++) recorder.opened(index);
  settle(recorder, ...Array.from({ length: 300 }, (_, index) => index));
  expect(recorder.isCongested).toBe(true);
  await recorder.close();
  expect([rows(), recorder.isCongested]).toEqual([300, false]);
});

test('a journal that failed stays failed, and what is known still gets its row', async () => {
  const limits = { failing: false };
  const failing: Disk = {
    ...systemDisk,
    create: async (path) => {
      const file = await systemDisk.create(path);
      if (path === output) return file;
      return {
        write: (bytes) => file.write(bytes),
        writeNow: (bytes) => {
          if (limits.failing) throw new Error('no space');
          file.writeNow(bytes);
        },
        sync: () => file.sync(),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      };
    },
  };
  const { recorder } = await setUp({}, failing);
  recorder.opened(0);
  settle(recorder, 0);
  limits.failing = true;
  expect(() => recorder.willSend([7])).toThrow('no space');
  limits.failing = false;
  expect(() => recorder.willSend([8])).toThrow('no space');
  await expect(recorder.finish(true)).rejects.toThrow('no space');
  await recorder.close();
  expect([kinds(), rows()]).toEqual([['header', 'session', 'started'], 1]);
});

test('an input that ends before a record that was begun is not the same input', async () => {
  const open = new OpenRecords({ read: 9, open: [3, 8], position: start });
  const { recorder } = await setUp({ open });
  await expect(recorder.finish(true)).rejects.toThrow(
    'the input ended before record 3, which an earlier process had begun: it is not the input that this run began with',
  );
  await recorder.close();
  expect(kinds().at(-1)).toBe('checkpoint');
});

test('open records behind the limit are no hindrance', async () => {
  const open = new OpenRecords({ read: 9, open: [8], position: start });
  const { recorder } = await setUp({ open, endIndex: 8 });
  await recorder.finish(true);
  await recorder.close();
  expect(kinds().at(-1)).toBe('finished');
});
