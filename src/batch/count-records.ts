// Counts the records of an input: reads it from end to end and parses nothing. That a record is there is enough.

import { openInput } from '../input/open-input.ts';

/** One above the ordinal of the last record; reading stops where `most` is reached. */
export async function countRecords(path: string, format: string, most = Infinity): Promise<number> {
  const reader = await openInput({ path, format });
  let end = 0;
  for await (const batch of reader.batches(undefined, () => true)) {
    end = batch.end.index;
    if (end >= most) break;
  }
  return Math.min(end, most);
}
