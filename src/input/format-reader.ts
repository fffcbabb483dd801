// One input, read once or many times: opens the bytes, takes off the byte order mark, refuses what
// cannot be right from the start, and lets the format do the rest. Closes what it opened, always.

import { UsageError } from '../errors.ts';
import type { RecordError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { ByteWindow } from './byte-window.ts';
import { BrokenStream } from './decompress.ts';
import type { InputFormat } from './detect-format.ts';
import { firstRecordHint } from './first-record-hint.ts';
import type { FormatBatches } from './pass.ts';
import { inputStart } from './reader.ts';
import type { InputBatch, InputPosition, RecordReader } from './reader.ts';
import { refuseBinary } from './refuse-binary.ts';

/** What a `FormatReader` reads, and how. */
export interface FormatReaderOptions {
  /** The input, as messages call it. */
  readonly name: string;
  readonly format: InputFormat;
  readonly batches: FormatBatches;
  readonly open: () => Promise<ByteSource>;
  readonly totalBytes: number | null;
  readonly maxRecordBytes: number;
  readonly blockBytes: number;
}

const noneSettled = (): boolean => false;

export class FormatReader implements RecordReader {
  readonly #options: FormatReaderOptions;
  #givenBytes = 0;
  #header: string | null = null;

  constructor(options: FormatReaderOptions) {
    this.#options = options;
  }

  get header(): string | null {
    return this.#header;
  }

  get totalBytes(): number | null {
    return this.#options.totalBytes;
  }

  get readBytes(): number {
    return this.#givenBytes;
  }

  async *batches(
    from: InputPosition = inputStart,
    isSettled: (index: number) => boolean = noneSettled,
  ): AsyncGenerator<InputBatch> {
    const { name, maxRecordBytes, blockBytes, open } = this.#options;
    const source = await open();
    let end = from;
    try {
      const window = new ByteWindow(source, blockBytes);
      await this.#begin(window);
      const foundHeader = (header: string): void => void (this.#header = header);
      for await (const batch of this.#options.batches(window, { name, maxRecordBytes, from, isSettled, foundHeader })) {
        this.#refuseBadStart(batch);
        end = batch.end;
        // A small file is read at once, and given bit by bit: what was read says nothing of what is to come.
        const textBytes = window.byte + window.length;
        this.#givenBytes = Math.round((source.readBytes * end.byte) / Math.max(1, textBytes));
        yield batch;
      }
      this.#givenBytes = source.readBytes;
    } catch (error) {
      throw error instanceof BrokenStream ? brokenStream(name, error, end) : error;
    } finally {
      await source.close();
    }
  }

  async #begin(window: ByteWindow): Promise<void> {
    // Not more: whoever writes into a pipe may be slow.
    await window.fillTo(4);
    const head = window.bytes.subarray(window.start, window.end);
    refuseBinary(this.#options.name, head);
    if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) window.consume(3);
  }

  /** When the very first record cannot be read, the input is more likely not what it is said to be. */
  #refuseBadStart(batch: InputBatch): void {
    const first = batch.records[0];
    if (first?.kind !== 'bad' || first.index !== 0 || first.error.code !== 'bad_record') return;
    const hint = firstRecordHint(this.#options.format, first.text) ?? first.error.hint;
    throw badInput(first.error, hint);
  }
}

function badInput(cause: RecordError, hint: string | null): UsageError {
  return new UsageError('bad_input', cause.message, hint === null ? { cause } : { hint, cause });
}

function brokenStream(name: string, error: BrokenStream, end: InputPosition): UsageError {
  const { compression, decodedBytes, message, cause } = error;
  if (decodedBytes === 0)
    return new UsageError('bad_input', `${name} cannot be read as ${compression}: ${message}`, {
      hint: `If it is not compressed, take the extension off its name; else test it with the ${compression} command.`,
      cause,
    });
  return new UsageError(
    'bad_input',
    `${name}: the ${compression} data is damaged or cut after byte ${decodedBytes} of the text (line ${end.line} or later): ${message}`,
    { hint: 'Nothing behind this place can be read. Get a whole copy of the file.', cause },
  );
}
