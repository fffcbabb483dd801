// JSON lines: one JSON value a line. Any value is a record; whether a request can be made of it is
// for others to say.

import { badJson } from './bad-record.ts';
import { lineBatches } from './line-batches.ts';
import type { FormatBatches } from './pass.ts';

export const jsonlBatches: FormatBatches = lineBatches({
  comment: -1,
  read(text, place) {
    try {
      return { kind: 'record', index: place.index, line: place.line, text, value: JSON.parse(text) as unknown };
    } catch {
      return badJson(place, text);
    }
  },
});
