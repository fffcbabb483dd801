// Guesses what an input really is when its first record cannot be read, to say it in the hint.

import type { InputFormat } from './detect-format.ts';

/** What to do when `text`, the first record, is not of the format that was expected; null: no idea. */
export function firstRecordHint(format: InputFormat, text: string): string | null {
  const start = text.slice(0, 2000).trimStart();
  if (text.includes('\ufffd')) return 'Convert the input to UTF-8, e.g. with iconv -f LATIN1 -t UTF-8.';
  if (format === 'jsonl') return jsonlHint(start);
  if (format === 'json') return null;
  return start.startsWith('{') || start.startsWith('[')
    ? 'It looks like JSON: try --format jsonl or --format json.'
    : null;
}

function jsonlHint(start: string): string {
  if (start.startsWith('[')) return 'It looks like one JSON array: try --format json.';
  if (/^\{\s*("[^"]*"\s*:\s*[[{]?\s*)?$/.test(start))
    return 'It looks like JSON on several lines. jsonl wants one value a line: jq -c . makes it so.';
  if (/^https?:\/\//.test(start)) return 'It looks like a list of URLs: try --format txt.';
  if (/^[^{]*\t/.test(start)) return 'It looks like tab separated values: try --format tsv.';
  if (/^"?[\w .-]+"?(,"?[\w .-]*"?)+$/.test(start)) return 'It looks like CSV: try --format csv.';
  return 'jsonl wants one JSON value a line. Correct the line, or name the right format with --format.';
}
