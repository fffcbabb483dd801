// What the input of a run is written in: what its options say, or else its name.

import { detectFormat, type InputFormat } from '../input/detect-format.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';

type Input = Pick<ResolvedOptions, 'input' | 'format'>;

export function inputFormat({ input, format }: Input): InputFormat {
  return detectFormat(input, format ?? undefined).format;
}

/** Whether records of the input are JSON as they stand there. */
export function textIsJson(input: Input): boolean {
  const format = inputFormat(input);
  return format === 'jsonl' || format === 'json';
}
