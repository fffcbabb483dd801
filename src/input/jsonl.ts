// JSON lines: one JSON value a line. Any value is a record; whether a request can be made of it is
// for others to say. As long as nobody asks for values, lines are only looked over.

import type { Buffer } from 'node:buffer';
import { badJson } from './bad-record.ts';
import type { RecordPlace } from './bad-record.ts';
import { JsonLine } from './json-line.ts';
import { JsonRecord } from './json-record.ts';
import type { Demand } from './json-record.ts';
import { lineBatches } from './line-batches.ts';
import type { LineFormat } from './line-batches.ts';
import type { FormatBatches } from './pass.ts';
import { plainId } from './plain-id.ts';
import type { InputRecord } from './reader.ts';

/** What `toString('latin1', start, end)` comes to, at half the cost; the types do not know it. */
interface Latin1Bytes {
  latin1Slice(start: number, end: number): string;
}

class JsonLines implements LineFormat {
  readonly comment = -1;
  readonly #line = new JsonLine();
  readonly #demand: Demand = { values: false, bytes: false };

  read(bytes: Buffer, start: number, end: number, encoding: 'latin1' | 'utf8', place: RecordPlace): InputRecord {
    const { index, line } = place;
    if (!this.#demand.values && this.#line.scan(bytes, start, end)) {
      const raw = rawText(bytes, start, end);
      return new JsonRecord(index, line, raw, plainId(this.#line, raw, start), this.#demand);
    }
    const text = bytes.toString(encoding, start, end);
    try {
      const value = JSON.parse(text) as unknown;
      if (!this.#demand.bytes || text.includes('\r')) return { kind: 'record', index, line, text, value };
      return { kind: 'record', index, line, text, value, bytes: rawText(bytes, start, end) };
    } catch {
      return badJson(place, text);
    }
  }
}

/** The bytes, one character each. Its own string, not a slice: a slice would keep the whole block as long as the record. */
function rawText(bytes: Buffer, start: number, end: number): string {
  return (bytes as Buffer & Latin1Bytes).latin1Slice(start, end);
}

export const jsonlBatches: FormatBatches = lineBatches(() => new JsonLines());
