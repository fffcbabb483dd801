// The contract of what reads records. A reader streams: memory does not depend on the file's size.
// Records come in batches (one promise for a block of bytes, not for a record), each batch with the
// position at which the next one begins, so that a resumed run can start there.

import type { RecordError } from '../errors.ts';

/** A place between two records. */
export interface InputPosition {
  /** Ordinal of the record that begins here. */
  readonly index: number;
  /** 1-based line of the (uncompressed) text. */
  readonly line: number;
  /** Offset into the uncompressed bytes. */
  readonly byte: number;
}

export const inputStart: InputPosition = { index: 0, line: 1, byte: 0 };

interface RecordBase {
  readonly index: number;
  /** 1-based line on which it begins. */
  readonly line: number;
  /** Its text in the input's own format, without the line end. */
  readonly text: string;
}

/** A record that could be read. */
export interface GoodRecord extends RecordBase {
  readonly kind: 'record';
  /** A JSON value; for csv and tsv an object of strings; for txt `{url}`. It may be parsed only when it is asked for. */
  readonly value: unknown;
  /** The record as it stands in the input, if it is JSON in UTF-8 on one line: one character a byte. */
  readonly bytes?: string;
  /**
   * Its id, if that is known without its value: `id`, else `custom_id`, of its outermost object, as it is written there.
   * Null: none that is a text or a number; absent: the value has to tell.
   */
  readonly plainId?: string | null | undefined;
}

/** A record that is there but cannot be read. It gets a `failed` result; the others go on. */
export interface BadRecord extends RecordBase {
  readonly kind: 'bad';
  readonly error: RecordError;
}

export type InputRecord = GoodRecord | BadRecord;

/** What one block of input held. */
export interface InputBatch {
  readonly records: readonly InputRecord[];
  /** Where the batch began, and where the next one begins. */
  readonly start: InputPosition;
  readonly end: InputPosition;
}

/** What reads an input. */
export interface RecordReader {
  /**
   * The batches from a position that an earlier batch gave (or `inputStart`) to the end.
   * `isSettled` spares parsing: records for which it is true are left out of the batches.
   */
  batches(from?: InputPosition, isSettled?: (index: number) => boolean): AsyncIterable<InputBatch>;
  /** For csv and tsv: the header line as it stands in the file, once batches have begun; else null. */
  readonly header: string | null;
  /** Size of the file on disk in bytes (null for standard input), and about how many of them the batches so far were. */
  readonly totalBytes: number | null;
  readonly readBytes: number;
}
