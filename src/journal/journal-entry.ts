// The lines of a journal. Each is a checksum (CRC-32, 8 hex digits), a space, and one JSON object, so
// that a torn or damaged line is known for what it is. The first line is the header; a line is believed
// only if all lines before it are whole.

import { crc32 } from 'node:zlib';
import type { RunHeader } from './run-header.ts';

/** A place in the input, as its reader gave it. */
export interface Position {
  readonly index: number;
  readonly line: number;
  readonly byte: number;
}

/** Records by result. */
export interface Counts {
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
}

/** What is settled in the first `outputBytes` of the output: every record below `read`, except those in `open`. */
export interface Checkpoint {
  readonly read: number;
  /** Ranges of ordinals. */
  readonly open: string;
  readonly outputBytes: number;
  /** Where to read on: the earliest open record stands at or behind it. */
  readonly position: Position;
  readonly counts: Counts;
  /** What was learned of origins: how many requests each takes at once. */
  readonly limits?: Readonly<Record<string, number>>;
}

/** A result that waits for its turn in the order of the input. */
export interface HeldEntry {
  readonly kind: 'held';
  readonly index: number;
  readonly result: keyof Counts;
  readonly line: string;
}

/** One line of a journal. */
export type JournalEntry =
  | { readonly kind: 'header'; readonly header: RunHeader }
  /** A process began to work on the run. */
  | { readonly kind: 'session'; readonly at: string; readonly limit: number | null }
  /** Records below may have been started. */
  | { readonly kind: 'started'; readonly upTo: number }
  /** Requests of these records may have left from here on, and must not be sent twice. */
  | { readonly kind: 'sent'; readonly ordinals: string }
  /** They did not leave. */
  | { readonly kind: 'unsent'; readonly ordinals: string }
  | HeldEntry
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  /** A process ended, and nothing was in flight: nothing that it started is in doubt. */
  | { readonly kind: 'stopped' }
  /** Every record up to the limit is settled. */
  | {
      readonly kind: 'finished';
      readonly records: number;
      readonly limit: number | null;
      readonly outputBytes: number;
    };

/** An entry as a line. */
export function writeEntry(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${checksum(json)} ${json}\n`;
}

/** The entries of a journal up to its end or to the first line that is not whole. */
export function readEntries(bytes: Buffer): JournalEntry[] {
  const entries: JournalEntry[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) break;
    const entry = readEntry(bytes.toString('utf8', at, end));
    if (entry === null) break;
    entries.push(entry);
    at = end + 1;
  }
  return entries;
}

function readEntry(line: string): JournalEntry | null {
  const json = line.slice(9);
  if (json === '' || line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return null;
  return JSON.parse(json) as JournalEntry;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
