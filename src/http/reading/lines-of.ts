// The lines of a body while it comes: JSON Lines, logs, CSV without line ends in its fields. It holds one line
// at most, whatever the server sends.
//
// Invariant: a source is read no further than the line that was asked for, and closed when it is left.

import { badValue } from '../../concurrency/bad-value.ts';
import { leftAtOnce } from './left-at-once.ts';
import type { Reading } from './left-at-once.ts';
import { LineSplitter } from './line-splitter.ts';
import { textOf } from './text-of.ts';

/** How lines are read. */
export interface LinesOptions {
  /** Label of a charset, as `content-type` has it. A byte order mark beats it. @default utf-8 */
  readonly charset?: string | null | undefined;
  /** A longer line is an error. Counted as the line is in UTF-8. @default 16 MiB */
  readonly maxLineBytes?: number | undefined;
}

/** Far above what people send in a line, and far below what harms. */
export const defaultMaxLineBytes = 16 * 1024 * 1024;

/**
 * The lines of a body, without their ends. A line ends with `\n`, `\r\n` or `\r`, as it does in requests' `iter_lines`
 * and in `readline` (`aiohttp` has only `\n`). U+2028 and its like end none, other than in httpx: they are legal within
 * JSON. What stands behind the last line end is a line, unless it is empty.
 *
 * @throws ManyfetchError `line_too_long`, with the number of the line; what the source throws
 */
export function linesOf(chunks: AsyncIterable<Uint8Array>, options: LinesOptions = {}): Reading<string> {
  const { charset = null, maxLineBytes = defaultMaxLineBytes } = options;
  atLeastOne('`maxLineBytes`', maxLineBytes);
  return leftAtOnce(chunks, (pieces) => read(pieces, charset, maxLineBytes));
}

async function* read(
  chunks: AsyncIterable<Uint8Array>,
  charset: string | null,
  maxLineBytes: number,
): AsyncGenerator<string, void, undefined> {
  const splitter = new LineSplitter(maxLineBytes, 'maxLineBytes');
  for await (const text of textOf(chunks, charset)) for (const line of splitter.push(text)) yield line;
  for (const line of splitter.end()) yield line;
}

/** @throws UsageError */
export function atLeastOne(name: string, value: number): number {
  if (value === Infinity || (Number.isInteger(value) && value >= 1)) return value;
  throw badValue(name, 'a number of bytes from 1 up', value);
}
