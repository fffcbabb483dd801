// What is said of a file that was named and cannot be read. It opens nothing.

import { UsageError } from '../errors.ts';

/** The error for what the system threw: `no_such_file` or `unreadable`. */
export function readError(path: string, cause: unknown): UsageError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new UsageError('no_such_file', `there is no file ${path}`, { cause });
  return new UsageError('unreadable', `could not read ${path}: ${message}`, { cause });
}
