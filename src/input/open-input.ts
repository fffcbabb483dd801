// Opens an input: finds out what it is, and refuses, before anything is sent, what cannot be read as
// that. Reading itself is `format-reader.ts`; this file only chooses the parts.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { FileSource } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { csvBatches, tsvBatches } from './csv.ts';
import { decompress } from './decompress.ts';
import { detectFormat } from './detect-format.ts';
import type { Compression, InputFormat } from './detect-format.ts';
import { fileError, folderError } from './file-error.ts';
import { FormatReader } from './format-reader.ts';
import { jsonArrayBatches } from './json-array.ts';
import { jsonlBatches } from './jsonl.ts';
import type { FormatBatches } from './pass.ts';
import type { RecordReader } from './reader.ts';
import { StreamSource } from './stream-source.ts';
import { urlBatches } from './urls.ts';

/** What to read, and how. */
export interface InputOptions {
  /** `-` is standard input. A pipe or FIFO works like it: it can be read once. */
  readonly path: string;
  /** @default by the extension; for standard input jsonl */
  readonly format?: string;
  /** A larger record is a bad one. @default 16 MiB */
  readonly maxRecordBytes?: number;
  /** What `-` reads. @default process.stdin */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** How much is read at once. @default 256 KiB */
  readonly blockBytes?: number;
}

const defaultMaxRecordBytes = 16 * 1024 * 1024;
/** A read costs a promise and a way to another thread and back. What is made of its lines ahead is bounded by the batches. */
const defaultBlockBytes = 256 * 1024;

const batchesOf: Readonly<Record<InputFormat, FormatBatches>> = {
  jsonl: jsonlBatches,
  csv: csvBatches,
  tsv: tsvBatches,
  txt: urlBatches,
  json: jsonArrayBatches,
};

/**
 * A reader of the records of an input. A file is looked at up to its first record.
 *
 * @throws {UsageError} `no_such_file`, `unreadable`, `bad_option`; `bad_input` with what it looks like instead
 * @example for await (const batch of (await openInput({ path: 'orders.csv.gz' })).batches()) ...
 */
export async function openInput(options: InputOptions): Promise<RecordReader> {
  const { path } = options;
  if (path === '-') return streamReader(options, options.stdin ?? process.stdin, 'standard input');
  const facts = await stat(path).catch(async (cause: unknown) => {
    throw await fileError(path, cause);
  });
  if (facts.isDirectory()) throw folderError(path);
  if (!facts.isFile()) return streamReader(options, createReadStream(path), path);

  const { format, compression } = detectFormat(path, options.format);
  const openSource = async (): Promise<ByteSource> => decompressed(await FileSource.open(path), compression, path);
  const reader = new FormatReader({ ...shared(options, format, path), open: openSource, totalBytes: facts.size });
  await probe(reader);
  return reader;
}

async function streamReader(
  options: InputOptions,
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<RecordReader> {
  const { format, compression } = detectFormat('-', options.format);
  const raw = new StreamSource(chunks, name);
  let isTaken = false;
  const openSource = async (): Promise<ByteSource> => {
    if (isTaken)
      throw new UsageError('bad_input', `${name} can be read only once`, {
        hint: 'Save it to a file, and name the file.',
      });
    isTaken = true;
    return decompressed(raw, compression ?? magicOf(await raw.peek(4)), name);
  };
  return new FormatReader({ ...shared(options, format, name), open: openSource, totalBytes: null });
}

function shared(options: InputOptions, format: InputFormat, name: string) {
  return {
    name,
    format,
    batches: batchesOf[format],
    maxRecordBytes: options.maxRecordBytes ?? defaultMaxRecordBytes,
    blockBytes: options.blockBytes ?? defaultBlockBytes,
  };
}

/** Reads the first batch, for what it throws. */
async function probe(reader: RecordReader): Promise<void> {
  for await (const batch of reader.batches()) if (batch.records.length > 0) break;
}

function decompressed(raw: ByteSource, compression: Compression | null, name: string): ByteSource {
  if (compression === null) return raw;
  let consumedBytes = 0;
  const chunks = decompress(raw, compression, (bytes) => (consumedBytes = bytes));
  const text = new StreamSource(chunks, name);
  return {
    read: (target) => text.read(target),
    trySeek: () => false,
    // Not what was read: a small file is read at once, and decoded as its records are asked for.
    get readBytes() {
      return consumedBytes;
    },
    close: async () => {
      await text.close();
      await raw.close();
    },
  };
}

function magicOf(head: Uint8Array): Compression | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? 'zstd' : null;
}
