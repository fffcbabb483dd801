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
  readonly #demand: Demand = { hasValues: false };

  read(bytes: Buffer, start: number, end: number, encoding: 'latin1' | 'utf8', place: RecordPlace): InputRecord {
    const { index, line } = place;
    if (!this.#demand.hasValues && this.#line.scan(bytes, start, end)) {
      // Its own string, not a slice: a slice would keep the whole block in memory as long as the record.
      const raw = (bytes as Buffer & Latin1Bytes).latin1Slice(start, end);
      return new JsonRecord(index, line, raw, plainId(this.#line, raw, start), this.#demand);
    }
    const text = bytes.toString(encoding, start, end);
    try {
      return { kind: 'record', index, line, text, value: JSON.parse(text) as unknown };
    } catch {
      return badJson(place, text);
    }
  }
}

export const jsonlBatches: FormatBatches = lineBatches(() => new JsonLines());
