// Recognizes, from its first bytes, an input that is not text in UTF-8, and says what it looks like.
// A text that merely has a wrong format is not its business.

import type { Buffer } from 'node:buffer';
import { UsageError } from '../errors.ts';

/** Beginnings are alike; a NUL far behind is a broken record, not another kind of file. */
const sniffedBytes = 8000;

interface Signature {
  readonly at: number;
  readonly bytes: string;
  readonly looksLike: string;
  readonly hint: string;
}

const unpack = 'Unpack it, and name the file inside.';
const exportIt = 'Export it as CSV or JSON lines.';

const signatures: readonly Signature[] = [
  { at: 0, bytes: '\x1f\x8b', looksLike: 'gzip data', hint: 'Add .gz to its name, or to the --format: jsonl.gz.' },
  {
    at: 0,
    bytes: '\x28\xb5\x2f\xfd',
    looksLike: 'zstd data',
    hint: 'Add .zst to its name, or to the --format: jsonl.zst.',
  },
  { at: 0, bytes: 'BZh', looksLike: 'bzip2 data', hint: 'Decompress it: bunzip2 < file | manyfetch run -.' },
  { at: 0, bytes: '\xfd7zXZ\0', looksLike: 'xz data', hint: 'Decompress it: xz -d < file | manyfetch run -.' },
  { at: 0, bytes: '7z\xbc\xaf\x27\x1c', looksLike: 'a 7-Zip archive', hint: unpack },
  { at: 257, bytes: 'ustar', looksLike: 'a tar archive', hint: unpack },
  { at: 0, bytes: 'PAR1', looksLike: 'a Parquet file', hint: exportIt },
  { at: 0, bytes: 'Obj\x01', looksLike: 'an Avro file', hint: exportIt },
  { at: 0, bytes: 'ORC', looksLike: 'an ORC file', hint: exportIt },
  { at: 0, bytes: 'ARROW1', looksLike: 'an Arrow file', hint: exportIt },
  { at: 0, bytes: 'SQLite format 3\0', looksLike: 'an SQLite database', hint: exportIt },
  { at: 0, bytes: '\xd0\xcf\x11\xe0', looksLike: 'an old Excel workbook (xls)', hint: exportIt },
  { at: 0, bytes: '%PDF-', looksLike: 'a PDF document', hint: 'manyfetch reads text formats only.' },
  { at: 0, bytes: '\xff\xfe', looksLike: 'UTF-16 text', hint: 'Convert it: iconv -f UTF-16 -t UTF-8.' },
  { at: 0, bytes: '\xfe\xff', looksLike: 'UTF-16 text', hint: 'Convert it: iconv -f UTF-16 -t UTF-8.' },
];

/** @throws {UsageError} `bad_input` if `head`, the beginning of the (uncompressed) input, is not text */
export function refuseBinary(name: string, head: Buffer): void {
  const found = recognize(head) ?? guess(head.subarray(0, sniffedBytes));
  if (found === null) return;
  throw new UsageError('bad_input', `${name} is not text: it looks like ${found.looksLike}`, { hint: found.hint });
}

function recognize(head: Buffer): Pick<Signature, 'looksLike' | 'hint'> | null {
  const text = head.toString('latin1', 0, 4096);
  if (text.startsWith('PK\x03\x04')) return zip(text);
  const found = signatures.find(({ at, bytes }) => text.startsWith(bytes, at));
  if (found === undefined) return null;
  // Letters alone may be the beginning of a text, e.g. of a CSV header.
  return /^[A-Za-z0-9]+$/.test(found.bytes) && found.at === 0 && guess(head) === null ? null : found;
}

function zip(text: string): Pick<Signature, 'looksLike' | 'hint'> {
  const isWorkbook = /xl\/|\[Content_Types\]\.xml/.test(text);
  return isWorkbook
    ? { looksLike: 'an Excel workbook (xlsx)', hint: exportIt }
    : { looksLike: 'a zip archive', hint: unpack };
}

function guess(head: Buffer): Pick<Signature, 'looksLike' | 'hint'> | null {
  const hint = 'manyfetch reads jsonl, csv, tsv, txt and json, also as .gz, .zst or .br.';
  let nuls = 0;
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) nuls++;
    else if (byte < 32 && (byte < 9 || byte > 13) && byte !== 27) controls++;
  }
  if (nuls > head.length / 4)
    return { looksLike: 'UTF-16 text or binary data', hint: 'If it is text, convert it: iconv -f UTF-16 -t UTF-8.' };
  if (nuls > 0) return { looksLike: 'binary data (it has NUL bytes)', hint };
  if (controls > head.length / 10) return { looksLike: 'binary data (it is full of control characters)', hint };
  return null;
}
