// A list of URLs, one a line. Blank lines and lines that begin with `#` are none. Whether a line is a
// URL is for the planner to say, which may resolve it against a base.

import { lineBatches } from './line-batches.ts';
import type { FormatBatches } from './pass.ts';

export const urlBatches: FormatBatches = lineBatches({
  comment: 35,
  read: (text, place) => ({
    kind: 'record',
    index: place.index,
    line: place.line,
    text,
    value: { url: text.trim() },
  }),
});
