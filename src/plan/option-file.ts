// Reads a file that an option names, and says so kindly when it cannot.

import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';

/** The text of the file, without a byte order mark. @throws {UsageError} `no_such_file`, `unreadable` */
export async function readOptionFile(path: string, option: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UsageError('no_such_file', `${option}: there is no file ${path}`, { hint: 'Check the path.', cause });
    }
    throw new UsageError('unreadable', `${option}: ${path} cannot be read (${String(code)})`, {
      hint: 'Check that it is a file, and that you may read it.',
      cause,
    });
  }
}
