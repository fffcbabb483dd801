// Writes a recording to a file, wholly or not at all, entry by entry: as one text it might be longer than texts can be.

import { writePrivateFile } from '../../disk/private-file.ts';
import type { Har } from '../../http/har/har.ts';

/** For its owner only: masking goes by names, and bodies may hold what others must not read. @throws DiskError */
export function saveHar(har: Har, path: string): Promise<void> {
  return writePrivateFile(path, piecesOf(har));
}

function* piecesOf({ log: { entries, ...log } }: Har): Generator<string, void, undefined> {
  const head = JSON.stringify({ log: { ...log, entries: [] } });
  yield head.slice(0, head.lastIndexOf(']'));
  let separator = '\n';
  for (const entry of entries) {
    yield separator + JSON.stringify(entry);
    separator = ',\n';
  }
  yield '\n]}}\n';
}
