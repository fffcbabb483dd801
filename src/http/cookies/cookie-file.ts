// A file that only its owner may read: a jar of cookies is as good as the passwords that were given for it.
// Invariant: whoever reads it finds the old content or the new, wholly, also after a crash.

import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { DiskError, UsageError } from '../../errors.ts';

/** Replaces the file, wholly or not at all; its rights are 0600. @throws {DiskError} `disk_full`, `disk_failed` */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    // Not the file itself with other rights: it may stand there already, readable by all.
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new DiskError(isFull ? 'disk_full' : 'disk_failed', `could not save ${path}: ${(error as Error).message}`, {
      hint: code === 'ENOENT' ? 'its folder has to exist' : 'what stood there before still does',
      cause: error,
    });
  }
}

/** @throws {UsageError} `no_such_file`, `unreadable` */
export async function readPrivateFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = isMissing ? `there is no file ${path}` : `could not read ${path}: ${(error as Error).message}`;
    throw new UsageError(isMissing ? 'no_such_file' : 'unreadable', message, { cause: error });
  }
}
