// Turns what the system says about a file into what the user can do about it. Only for files that
// are read; nothing here opens anything but the folder, to find a name that was meant.

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * The error to report when `path` could not be opened or read.
 *
 * @example throw await fileError('order.csv', cause) // no_such_file, "Did you mean orders.csv?"
 */
export async function fileError(path: string, cause: unknown): Promise<UsageError> {
  const reason = systemCode(cause);
  if (reason === 'ENOENT' || reason === 'ENOTDIR') return missing(path, cause);
  if (reason === 'EISDIR') return folderError(path);
  if (reason === 'EACCES' || reason === 'EPERM')
    return new UsageError('unreadable', `${path} may not be read by this user (${reason})`, {
      hint: 'Change its permissions, or run as a user who may read it.',
      cause,
    });
  const text = cause instanceof Error ? cause.message : String(cause);
  return new UsageError('unreadable', `${path} cannot be read: ${text}`, {
    hint: 'Check the disk or the other end of the pipe, then run the same command again.',
    cause,
  });
}

/** The error for a folder where a file is wanted. */
export function folderError(path: string): UsageError {
  return new UsageError('bad_input', `${path} is a folder, not a file`, { hint: 'Name one file in it.' });
}

async function missing(path: string, cause: unknown): Promise<UsageError> {
  const folder = dirname(path);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return new UsageError('no_such_file', `There is no file ${path}: the folder ${folder} does not exist`, {
      hint: 'Check the path; it is resolved from the current folder.',
      cause,
    });
  }
  const near = nearestName(basename(path), names);
  return new UsageError('no_such_file', `There is no file ${path}`, {
    hint:
      near === null
        ? `${folder === '.' ? 'This folder' : `The folder ${folder}`} has no file of a similar name.`
        : `Did you mean ${join(folder, near)}?`,
    cause,
  });
}

/** The name that is fewest edits away, if that is few enough to have been meant. */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  let found: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    found = name;
  }
  return found;
}

function editDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}

function systemCode(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
}
