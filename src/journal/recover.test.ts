import { expect, test } from 'vitest';
import type { UsageError } from '../errors.ts';
import type { Checkpoint, JournalEntry } from './journal-entry.ts';
import { writeEntry } from './journal-entry.ts';
import type { OutputRow, OutputView } from './recover.ts';
import { recover } from './recover.ts';

const header = {
  version: 1,
  runId: 'r',
  createdAt: '2026-11-21T10:00:00.000Z',
  input: '/in.jsonl',
  format: 'jsonl',
  identity: { kind: 'stream' as const },
  offset: 0,
  options: {},
};
const begin: JournalEntry = { kind: 'header', header };
const session: JournalEntry = { kind: 'session', at: header.createdAt, limit: null };
const place = { index: 4, line: 5, byte: 40 };
const start = { index: 0, line: 1, byte: 0 };
const rowBytes = 10;

/** Six records were read, and all have results but 2 and 4. */
const checkpoint: Checkpoint = {
  read: 6,
  open: '2,4',
  outputBytes: 4 * rowBytes,
  position: place,
  counts: { ok: 3, failed: 1, unknown: 0 },
};
/** Of 4 a request had left. */
const sentFour: JournalEntry = { kind: 'sent', ordinals: '4' };
const held = { kind: 'held', index: 7, result: 'ok', line: 'seven\n' } as const;

/** An output of rows of ten bytes; null is a row that is not whole. */
function outputOf(indexes: readonly (number | null)[], headerBytes = 0): OutputView {
  const rows: OutputRow[] = indexes.map((index, at) => {
    const end = headerBytes + (at + 1) * rowBytes;
    return index === null ? { index: -1, end } : { index, result: index % 2 === 0 ? 'ok' : 'failed', end };
  });
  return {
    bytes: headerBytes + indexes.length * rowBytes,
    headerBytes,
    isRowStart: (byte) => Promise.resolve((byte - headerBytes) % rowBytes === 0),
    async *rows(from) {
      for (const row of rows) if (row.end > from) yield await Promise.resolve([row]);
    },
  };
}

async function recovered(entries: readonly JournalEntry[], output: OutputView) {
  const bytes = Buffer.from([begin, session, ...entries].map((entry) => writeEntry(entry)).join(''));
  const { open, sent, held: waiting, header: _header, ...rest } = await recover(bytes, 'out.run', output);
  return { ...rest, open: [...open], sent: [...sent], held: [...waiting.keys()] };
}

const nothing = {
  finished: null,
  limit: null,
  read: 0,
  open: [],
  sent: [],
  held: [],
  startedUpTo: 0,
  position: start,
  counts: { ok: 0, failed: 0, unknown: 0 },
  limits: {},
  outputBytes: 0,
};

test('a run that did nothing', async () => {
  expect(await recovered([], outputOf([]))).toEqual(nothing);
});

test('no checkpoint: what stands in the output is settled, what was sent has its mark', async () => {
  const entries: JournalEntry[] = [
    { kind: 'started', upTo: 1024 },
    { kind: 'sent', ordinals: '0-4,6' },
  ];
  expect(await recovered(entries, outputOf([3, 0, 5]))).toEqual({
    ...nothing,
    read: 7,
    open: [1, 2, 4, 6],
    sent: [1, 2, 4, 6],
    startedUpTo: 1024,
    counts: { ok: 1, failed: 2, unknown: 0 },
    outputBytes: 30,
  });
});

test('after a process that ended with nothing in flight nothing is in doubt, until more is started', async () => {
  const stopped: JournalEntry[] = [{ kind: 'started', upTo: 1024 }, { kind: 'stopped' }];
  expect(await recovered(stopped, outputOf([]))).toMatchObject({ startedUpTo: 0 });
  const again: JournalEntry[] = [...stopped, { kind: 'session', at: '', limit: null }, { kind: 'started', upTo: 7 }];
  expect(await recovered(again, outputOf([]))).toMatchObject({ startedUpTo: 7 });
});

test('what was announced and did not leave may be sent, until it is announced again', async () => {
  const entries: JournalEntry[] = [
    { kind: 'sent', ordinals: '0-3' },
    { kind: 'unsent', ordinals: '1-2' },
    { kind: 'sent', ordinals: '2' },
  ];
  const { open, sent, read } = await recovered(entries, outputOf([]));
  expect([open, sent, read]).toEqual([[0, 1, 2, 3], [0, 2, 3], 4]);
});

test('a checkpoint, and rows behind it', async () => {
  const entries: JournalEntry[] = [
    { kind: 'sent', ordinals: '0-1,4' },
    { kind: 'checkpoint', checkpoint },
    { kind: 'sent', ordinals: '8' },
  ];
  expect(await recovered(entries, outputOf([0, 1, 3, 5, 2, 7]))).toEqual({
    ...nothing,
    read: 9,
    open: [4, 6, 8],
    sent: [4, 8],
    position: place,
    counts: { ok: 4, failed: 2, unknown: 0 },
    outputBytes: 60,
  });
});

test('with an offset, no record before it is open', async () => {
  const own = { ...header, offset: 100 };
  const bytes = Buffer.from(writeEntry({ kind: 'header', header: own }));
  const { read, open } = await recover(bytes, 'out.run', outputOf([100, 102]));
  expect([read, [...open]]).toEqual([103, [101]]);
});

test.each([
  ['torn', null],
  ['of a record that was settled before', 1],
  ['the second of its record', 2],
  ['of a record that cannot be', 1e15],
])('from a row on that is %s all is cut off', async (_what, index) => {
  const found = await recovered([{ kind: 'checkpoint', checkpoint }], outputOf([0, 1, 3, 5, 2, index, 6]));
  expect([found.open, found.read, found.outputBytes]).toEqual([[4], 6, 50]);
  expect(found.counts).toEqual({ ok: 4, failed: 1, unknown: 0 });
});

test('an output that is shorter than the checkpoint says: what it shows is settled, what it lost must not go twice', async () => {
  const found = await recovered([sentFour, { kind: 'checkpoint', checkpoint }], outputOf([0, 5]));
  expect(found).toEqual({
    ...nothing,
    read: 6,
    open: [1, 2, 3, 4],
    sent: [1, 3, 4],
    counts: { ok: 1, failed: 1, unknown: 0 },
    outputBytes: 20,
  });
});

test('an output in which the checkpoint stands in the middle of a row was changed by somebody', async () => {
  const changed = { ...checkpoint, outputBytes: 35 };
  const found = await recovered([sentFour, { kind: 'checkpoint', checkpoint: changed }], outputOf([0, 1, 3, 5]));
  expect([found.open, found.sent, found.position, found.outputBytes]).toEqual([[2, 4], [4], start, 40]);
});

test('an output without even its header line', async () => {
  const found = await recovered([{ kind: 'checkpoint', checkpoint }], { ...outputOf([], 25), bytes: 3 });
  expect([found.open, found.outputBytes]).toEqual([[0, 1, 2, 3, 4, 5], 3]);
});

test('a result that waits for its turn is kept until it has its row', async () => {
  const entries: JournalEntry[] = [
    held,
    { kind: 'checkpoint', checkpoint: { ...checkpoint, read: 8, open: '2,4,6,7' } },
  ];
  expect((await recovered(entries, outputOf([0, 1, 3, 5]))).held).toEqual([7]);
  expect((await recovered(entries, outputOf([0, 1, 3, 5, 2, 4, 6, 7]))).held).toEqual([]);
});

test('a result that waits for its turn is kept, though no checkpoint came after its record was read', async () => {
  const before = await recovered([held], outputOf([0]));
  expect([before.held, before.read, before.open]).toEqual([[7], 8, [1, 2, 3, 4, 5, 6, 7]]);
  const after = await recovered([{ kind: 'checkpoint', checkpoint }, held], outputOf([0, 1, 3, 5, 2]));
  expect([after.held, after.read, after.open]).toEqual([[7], 8, [4, 6, 7]]);
});

test.each([
  ['finished', 40, null, true],
  ['finished for a limit', 40, 6, true],
  ['the output is longer', 30, null, false],
  ['the output is shorter', 50, null, false],
])('%s', async (_what, outputBytes, limit, is) => {
  const end = { kind: 'finished', records: 6, limit, outputBytes } as const;
  const complete = { ...checkpoint, open: '' };
  const { finished } = await recovered([{ kind: 'checkpoint', checkpoint: complete }, end], outputOf([0, 1, 3, 5]));
  expect(finished).toEqual(is ? end : null);
});

test('a later session takes the end back, and tells the limit', async () => {
  const end = { kind: 'finished', records: 6, limit: 6, outputBytes: 40 } as const;
  const later: JournalEntry = { kind: 'session', at: header.createdAt, limit: 20 };
  const found = await recovered([{ kind: 'checkpoint', checkpoint }, end, later], outputOf([0, 1, 3, 5]));
  expect([found.finished, found.limit]).toEqual([null, 20]);
});

test('what stands behind a torn line of the journal is not believed', async () => {
  const whole = [begin, { kind: 'started' as const, upTo: 5 }].map((entry) => writeEntry(entry)).join('');
  const torn = writeEntry({ kind: 'started', upTo: 7 }).slice(0, -4);
  const bytes = Buffer.from(`${whole}${torn}${writeEntry({ kind: 'started', upTo: 9 })}`);
  expect((await recover(bytes, 'out.run', outputOf([]))).startedUpTo).toBe(5);
});

test.each([
  ['', 'journal_damaged', 'the journal out.run cannot be read: its first line is not whole'],
  [
    writeEntry(begin).slice(0, -1),
    'journal_damaged',
    'the journal out.run cannot be read: its first line is not whole',
  ],
  [writeEntry(session), 'journal_damaged', 'the journal out.run cannot be read: its first line is not whole'],
  [
    writeEntry({ kind: 'header', header: { ...header, version: 2 } }),
    'journal_version',
    'the journal out.run was written by a newer manyfetch (version 2 of the journal; this one knows 1)',
  ],
])('refused: %j', async (text, code, message) => {
  const error = await recover(Buffer.from(text), 'out.run', outputOf([])).then(
    () => null,
    (reason: unknown) => reason as UsageError,
  );
  expect([error?.code, error?.message]).toEqual([code, message]);
});
