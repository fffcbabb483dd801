// Makes the records that are there but cannot be read: what is wrong, in which file, line and column,
// with an excerpt. Only for faults, so it may take its time.

import type { Buffer } from 'node:buffer';
import { RecordError } from '../errors.ts';
import { excerpt } from './excerpt.ts';
import { findJsonFault } from './json-fault.ts';
import type { BadRecord } from './reader.ts';

/** Which record it is. */
export interface RecordPlace {
  /** The input, as messages call it. */
  readonly name: string;
  readonly index: number;
  /** 1-based line on which the record begins. */
  readonly line: number;
  /** Characters of that line that stand before the record. @default 0 */
  readonly indent?: number;
}

/** As much of a record that is too large as is kept. */
const keptBytes = 1024;

/** A record whose text is wrong at offset `at`. */
export function badRecord(place: RecordPlace, text: string, at: number, reason: string, hint?: string): BadRecord {
  const before = text.slice(0, at);
  const lastBreak = before.lastIndexOf('\n');
  const line = place.line + (before.match(/\n/g)?.length ?? 0);
  const column = at - lastBreak + (lastBreak < 0 ? (place.indent ?? 0) : 0);
  const message = `${place.name}, line ${line}, column ${column}: ${reason}, in: ${excerpt(text, at)}`;
  return {
    kind: 'bad',
    index: place.index,
    line: place.line,
    text,
    error: new RecordError('bad_record', message, hint === undefined ? {} : { hint }),
  };
}

/** A record that JSON.parse has refused. */
export function badJson(place: RecordPlace, text: string): BadRecord {
  const { at, reason } = findJsonFault(text);
  return badRecord(place, text, at, `not JSON: ${reason}`, 'Correct this record in the input.');
}

/** A record whose bytes are not UTF-8. Each byte that is not is shown as U+FFFD. */
export function badEncoding(place: RecordPlace, bytes: Buffer): BadRecord {
  const text = bytes.toString('utf8');
  return badRecord(
    place,
    text,
    Math.max(0, text.indexOf('\ufffd')),
    'not UTF-8',
    'Convert the input to UTF-8, e.g. with iconv.',
  );
}

/** A record that is larger than is allowed. `head` is how it begins; its text is cut. */
export function tooLarge(place: RecordPlace, head: Buffer, maxRecordBytes: number, hint?: string): BadRecord {
  // The cut may go through a character.
  const text = head.toString('utf8', 0, Math.min(keptBytes, maxRecordBytes)).replace(/\ufffd+$/, '');
  const column = 1 + (place.indent ?? 0);
  const message = `${place.name}, line ${place.line}, column ${column}: the record is larger than ${maxRecordBytes} bytes: ${excerpt(text, 0)}`;
  return {
    kind: 'bad',
    index: place.index,
    line: place.line,
    text,
    error: new RecordError('record_too_large', message, {
      hint: hint ?? 'Raise --max-record-bytes if the record is right.',
    }),
  };
}
