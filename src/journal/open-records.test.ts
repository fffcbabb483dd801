import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OpenRecords } from './open-records.ts';
import { readRanges, writeRanges } from './ordinal-ranges.ts';

const start = { index: 0, line: 1, byte: 0 };
const batchSize = 7;
const total = 60;

/** What happens to a run: records are read, settled in any order; a checkpoint is kept; the process dies. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), pick: fc.constant(0) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('settle' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const), pick: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), pick: fc.constant(0) }) },
);

/** A reader as it must be: from a position of a batch on, without what is settled. */
class Reader {
  #next: number;
  readonly #isSettled: (index: number) => boolean;

  constructor(from: number, isSettled: (index: number) => boolean) {
    this.#next = from;
    this.#isSettled = isSettled;
  }

  next(): { index: number; batch: number } | null {
    while (this.#next < total && this.#isSettled(this.#next)) this.#next++;
    if (this.#next >= total) return null;
    const index = this.#next++;
    return { index, batch: index - (index % batchSize) };
  }
}

function readerOf(open: OpenRecords): Reader {
  const before = new Set(open);
  const { read } = open;
  return new Reader(open.position().index, (index) => index < read && !before.has(index));
}

test('after any steps and deaths every record is settled once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let open = new OpenRecords({ read: 0, open: [], position: start });
      let reader = readerOf(open);
      let kept = { read: 0, open: '', position: start, settled: new Set<number>() };
      let settled = new Set<number>();
      let underWay: number[] = [];
      const read = (): boolean => {
        const record = reader.next();
        if (record === null) return false;
        // No record may be read that has a result, and none may be read twice.
        expect(settled.has(record.index) || underWay.includes(record.index)).toBe(false);
        open.batchBegins({ index: record.batch, line: record.batch + 1, byte: record.batch * 10 });
        open.opened(record.index);
        underWay.push(record.index);
        return true;
      };
      const settle = (pick: number): void => {
        const [index] = underWay.splice(pick % underWay.length, 1);
        if (index === undefined) return;
        open.settled(index);
        settled.add(index);
      };
      const die = (): void => {
        settled = new Set(kept.settled);
        underWay = [];
        open = new OpenRecords({ read: kept.read, open: readRanges(kept.open), position: kept.position });
        reader = readerOf(open);
      };
      for (const { kind, pick } of steps) {
        if (kind === 'read') read();
        else if (kind === 'settle') settle(pick);
        else if (kind === 'die') die();
        else {
          const position = open.position();
          kept = { read: open.read, open: writeRanges(open), position, settled: new Set(settled) };
          if (position.index > (open.earliest ?? open.read)) throw new Error('an open record lies before the position');
          if (position.byte !== position.index * 10) throw new Error('the position is none that a batch had');
        }
      }
      while (read());
      while (underWay.length > 0) settle(0);
      expect([...settled].toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, index) => index));
      expect([[...open], open.earliest, open.read]).toEqual([[], null, total]);
    }),
    { numRuns: 300 },
  );
});

test('what lies before the earliest open record is forgotten', () => {
  const open = new OpenRecords({ read: 0, open: [], position: start });
  for (let index = 0; index < 100; index++) {
    if (index % 10 === 0) open.batchBegins({ index, line: index + 1, byte: index });
    open.opened(index);
    if (index !== 57) open.settled(index);
  }
  expect(open.position()).toEqual({ index: 50, line: 51, byte: 50 });
  expect([...open]).toEqual([57]);
  open.settled(57);
  expect(open.position()).toEqual({ index: 90, line: 91, byte: 90 });
});
