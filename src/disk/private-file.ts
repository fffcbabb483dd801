// A file that only its owner may read, for what is as good as a password.
// Invariant: whoever reads it finds the old content or the new, wholly, also after a crash.

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { DiskError } from '../errors.ts';

/** Replaces the file, wholly or not at all; its rights are 0600. @throws {DiskError} `disk_full`, `disk_failed` */
export async function writePrivateFile(path: string, pieces: Iterable<string>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    // Not the file itself with other rights: it may stand there already, readable by all.
    const file = await open(draft, 'wx', 0o600);
    try {
      for (const piece of pieces) await file.writeFile(piece);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new DiskError(isFull ? 'disk_full' : 'disk_failed', `could not save ${path}: ${(error as Error).message}`, {
      hint: code === 'ENOENT' ? 'its folder has to exist' : 'what stood there before still does',
      cause: error,
    });
  }
}
