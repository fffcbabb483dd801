// Finds out whether bodies can be saved under a folder, before a run begins: it is a folder, or can be
// made. It makes nothing.

import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/** @throws {UsageError} `bad_option` or `unreadable` if no body could be saved under `path` */
export async function checkBodyFolder(path: string): Promise<void> {
  const there = await nearestThere(resolve(path));
  if (!(await stat(there)).isDirectory()) {
    const what = there === resolve(path) ? 'it' : there;
    throw new UsageError('bad_option', `--bodies: ${path} cannot be a folder: ${what} is a file`, {
      hint: 'Name a folder, or one that can be made.',
    });
  }
  try {
    await access(there, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError('unreadable', `--bodies: nothing may be written into ${there} by this user`, {
      hint: 'Change its permissions, or name another folder.',
      cause,
    });
  }
}

/** The path itself, or the folder above it that exists. */
async function nearestThere(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const facts = await stat(at).catch(() => null);
    if (facts !== null || dirname(at) === at) return at;
  }
}
