// The recorder on real files, with a clock that stands still.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemDisk } from '../../disk/disk.ts';
import type { Disk } from '../../disk/disk.ts';
import { OpenRecords } from '../../journal/open-records.ts';
import { recover } from '../../journal/recover.ts';
import { BodyFolder } from '../../output/body-folder.ts';
import { RecorderBench, settle } from '../../testing/recorder-bench.ts';
import { until } from '../../testing/until.ts';

const start = { index: 0, line: 1, byte: 0 };
let bench: RecorderBench;

beforeEach(() => {
  bench = new RecorderBench();
});

afterEach(() => {
  bench.remove();
});

async function* noRows() {}

test('records are announced before they are opened: more at a time the faster they come', async () => {
  const { clock, recorder } = await bench.setUp();
  const announced = (): readonly number[] =>
    bench.entries().flatMap((entry) => (entry.kind === 'started' ? [entry.upTo] : []));
  recorder.opened(0);
  expect(announced()).toEqual([8]);
  for (let index = 1; index < 3000; index++) recorder.opened(index);
  expect(announced().slice(-2)).toEqual([1016 + 1024, 1016 + 2048]);
  for (let index = 3000; index < 6000; index++) {
    clock.advance(20);
    recorder.opened(index);
  }
  expect(announced().slice(-3)).toEqual([5998, 5999, 6000]);
  await recorder.close();
});

test('a checkpoint says what has reached the disk, a second later and not before', async () => {
  const { clock, recorder } = await bench.setUp();
  for (let index = 0; index < 4; index++) recorder.opened(index);
  recorder.willSend([3, 0]);
  settle(recorder, 0, 2);
  clock.advance(999);
  await turn();
  expect(bench.kinds()).not.toContain('checkpoint');
  clock.advance(1);
  await until(() => bench.kinds().includes('checkpoint'));
  expect(bench.rows()).toBe(2);
  expect(bench.entries().slice(-2)).toEqual([
    { kind: 'sent', ordinals: '0,3' },
    {
      kind: 'checkpoint',
      checkpoint: {
        read: 4,
        open: '1,3',
        outputBytes: readFileSync(bench.output).length,
        position: start,
        counts: { ok: 2, failed: 0, unknown: 0 },
      },
    },
  ]);
  await recorder.close();
});

test('what ends while a checkpoint is under way leaves no timer behind', async () => {
  const { clock, recorder } = await bench.setUp();
  recorder.opened(0);
  settle(recorder, 0);
  clock.advance(1000);
  await recorder.finish(true);
  await recorder.close();
  expect(clock.pending).toBe(0);
  expect(bench.kinds().at(-1)).toBe('finished');
});

test('marks that are made while a checkpoint is being saved outlive the rewriting of the journal', async () => {
  const saving = Promise.withResolvers<void>();
  const { clock, recorder } = await bench.setUp({}, bench.slowDisk(saving.promise), 1);
  recorder.opened(0);
  settle(recorder, 0);
  clock.advance(1000);
  recorder.opened(1024);
  recorder.willSend([1024]);
  saving.resolve();
  await until(() => bench.kinds().includes('checkpoint'));
  expect(bench.entries().filter(({ kind }) => kind === 'sent' || kind === 'started')).toEqual([
    { kind: 'started', upTo: 8 },
    { kind: 'started', upTo: 1028 },
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
    const { clock, recorder } = await bench.setUp({}, bench.slowDisk(saving.promise), compactAfter);
    for (let index = 0; index < 5; index++) recorder.opened(index);
    recorder.willSend([0, 1, 2, 3]);
    settle(recorder, 0);
    clock.advance(1000);
    recorder.wasNotSent(1);
    recorder.wasNotSent(3);
    recorder.willSend([3, 4]);
    saving.resolve();
    await until(() => bench.kinds().includes('checkpoint'));
    const view = {
      bytes: readFileSync(bench.output).length,
      headerBytes: 0,
      isRowStart: () => Promise.resolve(true),
      rows: noRows,
    };
    const found = await recover(readFileSync(bench.journalPath), 'out.run', view);
    expect([[...found.open], [...found.sent]]).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
    ]);
    await recorder.close();
  },
);

test.each([
  ['with a journal the place to read on from moves on', true, 10],
  ['without one no places are kept: nobody asks for them, and they would pile up', false, 0],
])('%s', async (_what, hasJournal, index) => {
  const open = new OpenRecords({ read: 0, open: [], position: start });
  const { journal, recorder } = await bench.setUp(hasJournal ? { open } : { open, journal: null });
  recorder.opened(0);
  settle(recorder, 0);
  recorder.batchBegins({ index: 10, line: 11, byte: 100 });
  recorder.opened(10);
  expect(open.position().index).toBe(index);
  await recorder.close();
  if (!hasJournal) await journal.close();
});

test('a body that cannot be saved at the very end ends the run as a failure', async () => {
  const bodies = join(bench.folder, 'bodies');
  writeFileSync(bodies, 'a file, where a folder should be');
  const { failures, recorder } = await bench.setUp({ bodies: new BodyFolder(bodies) });
  recorder.opened(0);
  settle(recorder, 0);
  await expect(recorder.finish(true)).rejects.toMatchObject({ code: 'disk_failed' });
  expect(failures).toHaveLength(1);
  await recorder.close();
  expect([bench.kinds().includes('finished'), bench.rows()]).toEqual([false, 0]);
});

test('bodies that are on their way are waited for, in the end and when there is a failure', async () => {
  const bodies = join(bench.folder, 'bodies');
  mkdirSync(bodies);
  const { recorder } = await bench.setUp({ bodies: new BodyFolder(bodies) });
  for (let index = 0; index < 300; index++) recorder.opened(index);
  settle(recorder, ...Array.from({ length: 300 }, (_, index) => index));
  expect(recorder.isCongested).toBe(true);
  await recorder.close();
  expect([bench.rows(), recorder.isCongested]).toEqual([300, false]);
});

test('a journal that failed stays failed, and what is known still gets its row', async () => {
  const limits = { failing: false };
  const failing: Disk = {
    ...systemDisk,
    create: async (path) => {
      const file = await systemDisk.create(path);
      if (path === bench.output) return file;
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
  const { recorder } = await bench.setUp({}, failing);
  recorder.opened(0);
  settle(recorder, 0);
  limits.failing = true;
  expect(() => recorder.willSend([7])).toThrow('no space');
  limits.failing = false;
  expect(() => recorder.willSend([8])).toThrow('no space');
  await expect(recorder.finish(true)).rejects.toThrow('no space');
  await recorder.close();
  expect([bench.kinds(), bench.rows()]).toEqual([['header', 'session', 'started'], 1]);
});

test('an input that ends before a record that was begun is not the same input', async () => {
  const open = new OpenRecords({ read: 9, open: [3, 8], position: start });
  const { recorder } = await bench.setUp({ open });
  await expect(recorder.finish(true)).rejects.toThrow(
    'the input ended before record 3, which an earlier process had begun: it is not the input that this run began with',
  );
  await recorder.close();
  expect(bench.kinds().at(-1)).toBe('checkpoint');
});

test('open records behind the limit are no hindrance', async () => {
  const open = new OpenRecords({ read: 9, open: [8], position: start });
  const { recorder } = await bench.setUp({ open, endIndex: 8 });
  await recorder.finish(true);
  await recorder.close();
  expect(bench.kinds().at(-1)).toBe('finished');
});
