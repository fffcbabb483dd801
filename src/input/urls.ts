// A list of URLs, one a line. Blank lines and lines that begin with `#` are none. Whether a line is a
// URL is for the planner to say, which may resolve it against a base.

import { lineBatches } from './line-batches.ts';
import type { LineFormat } from './line-batches.ts';
import type { FormatBatches } from './pass.ts';

const urlLines: LineFormat = {
  comment: 35,
  read(bytes, start, end, encoding, { index, line }) {
    const text = bytes.toString(encoding, start, end);
    return { kind: 'record', index, line, text, value: { url: text.trim() } };
  },
};

export const urlBatches: FormatBatches = lineBatches(() => urlLines);
