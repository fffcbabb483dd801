// Gives the fields of a CSV row the names and types that a JSONL row has. An empty field is a value
// that is not there; so an id of no characters comes back as none.

import { csvColumns } from './csv-columns.ts';
import type { RecordedRow, RowResult } from './scanned-row.ts';

type Column = (typeof csvColumns)[number];

/** The row; or what is wrong with it. */
export function recordedRowOf(fields: readonly string[], result: RowResult): RecordedRow | string {
  const row: Record<string, unknown> = { index: Number(fields[0]), result };
  for (const [at, column] of csvColumns.entries()) {
    const text = fields[at] ?? '';
    const value = valueOf(column, text);
    if (value === undefined) return `the value of ${column} is not what it must be`;
    if (value !== null || alwaysThere.has(column)) row[column] = value;
  }
  if (row['errorCode'] !== undefined) row['error'] = { code: row['errorCode'], message: row['errorMessage'] ?? '' };
  delete row['errorCode'];
  delete row['errorMessage'];
  return row as unknown as RecordedRow;
}

const alwaysThere = new Set<Column>(['status', 'ms', 'method', 'url']);

/** A field's value; null if it is empty, undefined if it is wrong. */
function valueOf(column: Column, text: string): unknown {
  if (text === '') return null;
  switch (column) {
    case 'index':
    case 'status':
    case 'attempts':
    case 'ms':
    case 'waitMs':
    case 'bodyBytes':
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'skipped':
      return text === 'true' ? true : undefined;
    case 'headers':
      return jsonObject(text);
    case 'extracted':
      // It stands last: a program that ends lines with \r\n leaves that in it.
      return text === '\r' ? null : parsed(text);
    default:
      return text;
  }
}

function jsonObject(text: string): unknown {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
