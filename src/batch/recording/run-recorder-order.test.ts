// Results in the order of the input: what waits for its turn is in the journal, and reading goes on as
// long as it must.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemDisk } from '../../disk/disk.ts';
import type { HeldEntry } from '../../journal/journal-entry.ts';
import { RecorderBench, settle } from '../../testing/recorder-bench.ts';
import { until } from '../../testing/until.ts';
import { OrderedLines } from './ordered-lines.ts';

let bench: RecorderBench;

beforeEach(() => {
  bench = new RecorderBench();
});

afterEach(() => {
  bench.remove();
});

const held = () => bench.entries().flatMap((entry) => (entry.kind === 'held' ? [entry.index] : []));

test('results that wait for their turn are in the journal until they are in the output', async () => {
  const { clock, recorder } = await bench.setUp({ order: new OrderedLines(() => true) }, systemDisk, 1);
  for (let index = 0; index < 3; index++) recorder.opened(index);
  settle(recorder, 1, 2);
  clock.advance(1000);
  await until(() => bench.kinds().includes('checkpoint'));
  expect([held(), bench.rows()]).toEqual([[1, 2], 0]);
  await until(() => clock.pending > 0);
  recorder.opened(2000);
  settle(recorder, 0);
  clock.advance(1000);
  await until(() => held().length === 0);
  expect(bench.rows()).toBe(3);
  await recorder.close();
});

test('a result that gets its turn while a checkpoint is being saved stays in the journal until the next', async () => {
  const saving = Promise.withResolvers<void>();
  const order = new OrderedLines(() => true);
  const { clock, recorder } = await bench.setUp({ order }, bench.slowDisk(saving.promise), 1);
  for (let index = 0; index < 3; index++) recorder.opened(index);
  settle(recorder, 1, 2);
  clock.advance(1000);
  // From here on the lines are on their way to the output; a crash now would find none of them there.
  settle(recorder, 0);
  saving.resolve();
  await until(() => bench.kinds().includes('checkpoint'));
  expect([held(), bench.rows()]).toEqual([[1, 2], 0]);
  await recorder.close();
  expect(bench.rows()).toBe(3);
});

test('however much waits for its turn, the record that it waits for can still be read', async () => {
  const { recorder } = await bench.setUp({ order: new OrderedLines(() => true) });
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
  const { recorder } = await bench.setUp({ order: new OrderedLines(() => true), onRoom });
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
