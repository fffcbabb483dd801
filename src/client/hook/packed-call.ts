// A record and its result on their way to a thread, so that sending them costs the event loop next to nothing: what has to be
// parsed goes as the text that it is, and is parsed there.

import type { Result } from '../../http/result.ts';
import type { SourceRecord } from '../../plan/planner.ts';

/** A record, as it stands in the input or as a value. */
type PackedRecord =
  /** JSON in UTF-8, one character a byte. */
  | { readonly kind: 'bytes'; readonly bytes: string }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'value'; readonly value: unknown };

export interface PackedCall {
  readonly record: PackedRecord | null;
  /** Without the bytes of its body, which may be a small part of a large buffer. */
  readonly result: Result;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

const nothing = Buffer.alloc(0);

export function packCall(record: SourceRecord | null, result: Result, textIsJson: boolean): PackedCall {
  const packed = record === null ? null : packRecord(record, textIsJson);
  if (result.answer === null) return { record: packed, result, body: null };
  const { body } = result.answer;
  return {
    record: packed,
    result: { ...result, answer: { ...result.answer, body: nothing } },
    body: new Uint8Array(body),
  };
}

function packRecord(record: SourceRecord, textIsJson: boolean): PackedRecord {
  if (!textIsJson) return { kind: 'value', value: record.value };
  // Asked for one after the other: each may have to be made.
  const { bytes } = record;
  if (bytes !== undefined) return { kind: 'bytes', bytes };
  const { text } = record;
  return text === undefined ? { kind: 'value', value: record.value } : { kind: 'json', text };
}

export function unpackRecord(packed: PackedRecord): unknown {
  if (packed.kind === 'value') return packed.value;
  const text = packed.kind === 'json' ? packed.text : Buffer.from(packed.bytes, 'latin1').toString('utf8');
  return JSON.parse(text);
}

export function unpackResult({ result, body }: PackedCall): Result {
  if (result.answer === null || body === null) return result;
  return { ...result, answer: { ...result.answer, body: Buffer.from(body.buffer, body.byteOffset, body.length) } };
}
