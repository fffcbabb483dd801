// Writes a recording to a file, wholly or not at all, entry by entry: as one text it might be longer than texts can be.

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { diskError } from '../../disk/disk.ts';
import type { Har } from '../../http/har/har.ts';

/** @throws DiskError */
export async function saveHar(har: Har, path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    // Masking goes by names: bodies may hold what others must not read.
    const file = await open(draft, 'wx', 0o600);
    try {
      for (const piece of piecesOf(har)) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw diskError(error, path, 'write');
  }
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
