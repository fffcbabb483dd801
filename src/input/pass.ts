// What every format is told about one reading of an input, and what it has to give: the contract
// between `format-reader.ts` and the formats. One pass reads one window from front to back.

import type { ByteWindow } from './byte-window.ts';
import type { InputBatch, InputPosition } from './reader.ts';

/** One reading of an input. */
export interface Pass {
  /** The input, as messages call it. */
  readonly name: string;
  readonly maxRecordBytes: number;
  /** Where to begin. */
  readonly from: InputPosition;
  /** Records to count but not to parse. */
  readonly isSettled: (index: number) => boolean;
  /** Where csv and tsv put their header line. */
  readonly foundHeader: (header: string) => void;
}

/** Reads records of one format. The window stands at the input's first byte, behind a byte order mark. */
export type FormatBatches = (window: ByteWindow, pass: Pass) => AsyncGenerator<InputBatch>;

/** A batch ends with the record that reaches one of these. Few: records that are parsed long before they are sent cost the garbage collector. */
export const batchLimits = { records: 128, bytes: 256 * 1024 } as const;
