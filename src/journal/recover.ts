// Finds out what is true after any end of a run: from the journal's whole lines and from the output,
// of which only what lies behind the last checkpoint is read. The output decides: a record is settled
// if, and only if, its line stands whole in it.

import { UsageError } from '../errors.ts';
import type { Checkpoint, Counts, HeldEntry, JournalEntry, Position } from './journal-entry.ts';
import { readEntries } from './journal-entry.ts';
import { readRanges } from './ordinal-ranges.ts';
import { OrdinalSet } from './ordinal-set.ts';
import type { RunHeader } from './run-header.ts';
import { journalVersion } from './run-header.ts';

/** A row of the output, as far as it matters here. */
export interface OutputRow {
  /** -1: the row is not whole, or not ours. */
  readonly index: number;
  readonly result?: keyof Counts;
  readonly end: number;
}

/** The output of a run, for looking at. */
export interface OutputView {
  readonly bytes: number;
  /** Bytes at its start that are not rows. */
  readonly headerBytes: number;
  /** Whether a row may begin at this byte: one has ended just before it. */
  isRowStart(at: number): Promise<boolean>;
  /** The rows from a byte at which one begins. */
  rows(from: number): AsyncIterable<readonly OutputRow[]>;
}

/** What is true of a run. */
export interface RecoveredRun {
  readonly header: RunHeader;
  /** Nothing is left to do, for this limit (null: for all). */
  readonly finished: { readonly records: number; readonly limit: number | null } | null;
  /** The largest limit that the run was given; null: none. */
  readonly limit: number | null;
  /** Records below are settled, except those in `open`. */
  readonly read: number;
  /** Ascending. */
  readonly open: ReadonlySet<number>;
  /** Ascending; those of `open` of which a request may have left and that must not be sent twice. */
  readonly sent: ReadonlySet<number>;
  readonly startedUpTo: number;
  /** Results that were not written yet, since their turn had not come. They are in `open` too. */
  readonly held: ReadonlyMap<number, HeldEntry>;
  /** Where to read on. */
  readonly position: Position;
  readonly counts: Counts;
  /** How many requests each origin takes at once, as far as it was learned. */
  readonly limits: Readonly<Record<string, number>>;
  /** The output is whole up to here; what follows is to be cut off. */
  readonly outputBytes: number;
}

/** The header of a journal. Throws as `recover` does. */
export function readHeader(journal: Buffer, path: string): RunHeader {
  return headerOf(readEntries(journal), path);
}

/** After a power loss rows may have outlived their announcement, but never so many; a row beyond is not ours. */
const mostUnannounced = 2 ** 24;

/** Recovers a run. Throws `journal_damaged` or `journal_version` if that cannot be done. */
export async function recover(journal: Buffer, path: string, output: OutputView): Promise<RecoveredRun> {
  const entries = readEntries(journal);
  const header = headerOf(entries, path);
  const facts = foldEntries(entries, output.headerBytes);
  const { checkpoint } = facts;
  // If the output lost what a checkpoint counts on, only what can be seen in it is settled.
  const intact = output.bytes >= checkpoint.outputBytes && (await output.isRowStart(checkpoint.outputBytes));
  const openThen = new Set(readRanges(checkpoint.open));
  const last = Math.max(checkpoint.read, facts.startedUpTo, facts.sent.end, facts.heldEnd) + mostUnannounced;
  const isExpected = (index: number): boolean =>
    index >= header.offset && index < last && (!intact || index >= checkpoint.read || openThen.has(index));
  const rows = await readRows(output, intact ? checkpoint.outputBytes : output.headerBytes, isExpected);
  const read = Math.max(checkpoint.read, rows.seen.end, facts.sent.end, facts.heldEnd);
  const open = new Set<number>();
  const sent = new Set<number>();
  const visit = (index: number): void => {
    if (rows.seen.has(index)) return;
    open.add(index);
    const wasSettled = index < checkpoint.read && !openThen.has(index);
    if (facts.sent.has(index) || wasSettled) sent.add(index);
  };
  if (intact) for (const index of openThen) visit(index);
  const from = intact ? Math.max(checkpoint.read, header.offset) : header.offset;
  for (let index = from; index < read; index++) visit(index);
  return {
    header,
    finished: facts.finished !== null && facts.finished.outputBytes === output.bytes ? facts.finished : null,
    limit: facts.limit,
    read,
    open,
    sent,
    startedUpTo: facts.startedUpTo,
    held: new Map([...facts.held].filter(([index]) => open.has(index))),
    position: intact ? checkpoint.position : { index: 0, line: 1, byte: 0 },
    counts: intact ? add(checkpoint.counts, rows.counts) : rows.counts,
    limits: checkpoint.limits ?? {},
    outputBytes: rows.wholeBytes,
  };
}

function headerOf(entries: readonly JournalEntry[], path: string): RunHeader {
  const [first] = entries;
  if (first?.kind !== 'header') {
    throw new UsageError('journal_damaged', `the journal ${path} cannot be read: its first line is not whole`, {
      hint: 'restore it from a copy; or, if records may be sent a second time, start over with --fresh',
    });
  }
  if (first.header.version > journalVersion) {
    throw new UsageError(
      'journal_version',
      `the journal ${path} was written by a newer manyfetch (version ${first.header.version} of the journal; this one knows ${journalVersion})`,
      {
        hint: 'update manyfetch and run the same command again',
      },
    );
  }
  return first.header;
}

interface Facts {
  checkpoint: Checkpoint;
  finished: { readonly records: number; readonly limit: number | null; readonly outputBytes: number } | null;
  limit: number | null;
  startedUpTo: number;
  sent: OrdinalSet;
  held: Map<number, HeldEntry>;
  /** One above the highest of them: it was read, as all before it were. */
  heldEnd: number;
}

function foldEntries(entries: readonly JournalEntry[], headerBytes: number): Facts {
  const facts: Facts = {
    checkpoint: {
      read: 0,
      open: '',
      outputBytes: headerBytes,
      position: { index: 0, line: 1, byte: 0 },
      counts: { ok: 0, failed: 0, unknown: 0 },
    },
    finished: null,
    limit: null,
    startedUpTo: 0,
    sent: new OrdinalSet(),
    held: new Map(),
    heldEnd: 0,
  };
  for (const entry of entries) {
    switch (entry.kind) {
      case 'header':
        break;
      case 'session':
        facts.finished = null;
        facts.limit = entry.limit;
        break;
      case 'started':
        facts.startedUpTo = Math.max(facts.startedUpTo, entry.upTo);
        break;
      case 'stopped':
        facts.startedUpTo = 0;
        break;
      case 'sent':
        for (const index of readRanges(entry.ordinals)) facts.sent.add(index);
        break;
      case 'unsent':
        for (const index of readRanges(entry.ordinals)) facts.sent.delete(index);
        break;
      case 'held':
        facts.held.set(entry.index, entry);
        facts.heldEnd = Math.max(facts.heldEnd, entry.index + 1);
        break;
      case 'checkpoint':
        facts.checkpoint = entry.checkpoint;
        break;
      case 'finished':
        facts.finished = entry;
        break;
    }
  }
  return facts;
}

/** The rows up to the first that is not whole, or is of a record that has a row or cannot have one. */
async function readRows(
  output: OutputView,
  from: number,
  isExpected: (index: number) => boolean,
): Promise<{ seen: OrdinalSet; counts: Counts; wholeBytes: number }> {
  const seen = new OrdinalSet();
  const counts = { ok: 0, failed: 0, unknown: 0 };
  let wholeBytes = Math.min(from, output.bytes);
  for await (const rows of output.rows(wholeBytes)) {
    for (const row of rows) {
      if (row.result === undefined || !isExpected(row.index) || !seen.add(row.index))
        return { seen, counts, wholeBytes };
      counts[row.result]++;
      wholeBytes = row.end;
    }
  }
  return { seen, counts, wholeBytes };
}

function add(a: Counts, b: Counts): Counts {
  return { ok: a.ok + b.ok, failed: a.failed + b.failed, unknown: a.unknown + b.unknown };
}
