// The local socket through which a running run is controlled lies alone in a folder of its own: here is
// how the two are named, and how they are removed, at the end or when their process was killed. What a
// lock file names is not believed: nothing is removed but a socket of this name in a folder of this name.

import { lstat, rmdir, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

const folderPrefix = 'manyfetch-ctl-';
const socketName = 'socket';

/**
 * Where the socket of a lock's owner lies: in the temporary folder, since the path of a socket must be short and
 * that of results need not be. The lock's token names it, so that it is found even if its owner was killed before
 * it could say where it is.
 */
export function controlSocketPath(token: string): string {
  const name = token.replaceAll(/[^\da-z]/giu, '').slice(0, 12);
  return join(resolve(tmpdir()), `${folderPrefix}${name}`, socketName);
}

/** Removes a control socket and its folder, as far as they are there. Never rejects: it is about litter. */
export async function removeControlSocket(path: string): Promise<void> {
  const folder = dirname(path);
  const isOurs = basename(path) === socketName && basename(folder).startsWith(folderPrefix);
  // A named pipe of Windows goes with its process.
  if (!isOurs) return;
  try {
    if ((await lstat(path).catch(() => null))?.isSocket() === true) await unlink(path);
    await rmdir(folder);
  } catch {
    // Somebody else's, gone, or not empty: it is left as it is.
  }
}
