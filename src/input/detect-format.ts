// Tells from a file's name, or from `--format`, how the records in it look. Looks at names only;
// whether the content agrees is found out by whoever reads it.

import { basename } from 'node:path';
import { UsageError } from '../errors.ts';

export type InputFormat = 'jsonl' | 'csv' | 'tsv' | 'txt' | 'json';

export type Compression = 'gzip' | 'zstd' | 'brotli';

/** How the bytes of an input are to be read. */
export interface DetectedFormat {
  readonly format: InputFormat;
  /** What the records are wrapped in; null: nothing. */
  readonly compression: Compression | null;
}

const formats = new Map<string, InputFormat>([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['txt', 'txt'],
  ['urls', 'txt'],
  ['json', 'json'],
]);

const compressions = new Map<string, Compression>([
  ['gz', 'gzip'],
  ['zst', 'zstd'],
  ['br', 'brotli'],
]);

/**
 * The format and compression of an input.
 *
 * @param path `-` is standard input, which is `jsonl` unless `format` says otherwise
 * @param format a name or extension (`jsonl`, `ndjson`, `csv`, `tsv`, `txt`, `urls`, `json`), with `.gz`, `.zst` or `.br` if need be
 * @throws {UsageError} `bad_option` for an unknown format, `bad_input` for an extension that says nothing
 * @example detectFormat('orders.csv.gz') // { format: 'csv', compression: 'gzip' }
 */
export function detectFormat(path: string, format?: string): DetectedFormat {
  const byName = path === '-' ? { stem: '', compression: null } : splitCompression(basename(path));
  if (format !== undefined) return byOption(format, byName.compression);
  if (path === '-') return { format: 'jsonl', compression: null };

  const found = formats.get(extensionOf(byName.stem));
  if (found !== undefined) return { format: found, compression: byName.compression };
  const extension = extensionOf(byName.stem);
  throw new UsageError(
    'bad_input',
    extension === ''
      ? `The name of ${path} does not say what format it has`
      : `${path} has the extension .${extension}, which is not that of a known format`,
    { hint: `Name the format with --format: ${names()}.` },
  );
}

function byOption(format: string, ofName: Compression | null): DetectedFormat {
  const { stem, compression } = splitCompression(format.toLowerCase());
  const found = formats.get(stem.replace(/^\./, ''));
  if (found === undefined)
    throw new UsageError('bad_option', `--format does not take ${JSON.stringify(format)}`, {
      hint: `It takes ${names()}.`,
    });
  return { format: found, compression: compression ?? ofName };
}

function splitCompression(name: string): { stem: string; compression: Compression | null } {
  const extension = extensionOf(name);
  const compression = compressions.get(extension) ?? null;
  return { stem: compression === null ? name : name.slice(0, -extension.length - 1), compression };
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

function names(): string {
  return [...new Set(formats.values())].join(', ');
}
