// Sockets that are files (AF_UNIX): what may be the path of one, and what it means that it does not connect.

import { isIP } from 'node:net';
import { badValue } from '../../concurrency/bad-value.ts';
import type { Meaning } from '../failure-meaning.ts';

/** What the system has room for, in bytes. */
const longest = process.platform === 'darwin' ? 103 : 107;

/** @param name of the option @throws UsageError `bad_option` for what cannot be the path of a socket */
export function checkedSocketPath(path: unknown, name: string): string {
  if (typeof path !== 'string' || path === '') throw badValue(name, 'the path of a socket', path);
  // On Linux names that begin so stand in no file system.
  if (path.includes('\0', 1)) throw badValue(name, 'a path without NUL', path);
  if (process.platform !== 'win32' && Buffer.byteLength(path) > longest) {
    const hint = 'Use a shorter one, for example of a symbolic link to its folder.';
    throw badValue(name, `a path of at most ${longest} bytes`, path, hint);
  }
  return path;
}

/** Why nothing could be connected to, if that was a path; null: something else was, or it is another reason. */
export function meaningOfPath(error: unknown, code: string): Meaning | null {
  if (!(error instanceof Error) || !('address' in error) || 'port' in error) return null;
  const path = String(error.address);
  if (isIP(path) !== 0) return null;
  switch (code) {
    case 'ENOENT':
      return {
        code: 'connect_refused',
        message: `there is no socket ${path}`,
        hint: 'Check the path, and that the server is up.',
      };
    case 'ECONNREFUSED': {
      const hint = 'A server that was killed leaves its file: check that it is up, and that the file is a socket.';
      return { code: 'connect_refused', message: `nothing accepts connections at ${path}`, hint };
    }
    case 'EACCES':
    case 'EPERM': {
      const hint = 'To connect takes the right to write to its file, and to enter the folders above: see `ls -l`.';
      return { code: 'connect_failed', message: `the socket ${path} may not be used (${code})`, hint };
    }
    default:
      return null;
  }
}
