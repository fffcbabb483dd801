// The local socket through which a running run is controlled lies alone in a folder of its own: here is
// how the two are named, and how they are removed, at the end or when their process was killed. What a
// lock file names is not believed: nothing is removed but a socket of this name in a folder of this name.

import { lstat, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** How the name of the folder begins; mkdtemp adds six characters. */
export const controlFolderPrefix = 'manyfetch-ctl-';

/** The name of the socket in its folder. */
export const controlSocketName = 'socket';

/** Removes a control socket and its folder, as far as they are there. Never rejects: it is about litter. */
export async function removeControlSocket(path: string): Promise<void> {
  const folder = dirname(path);
  const isOurs = basename(path) === controlSocketName && basename(folder).startsWith(controlFolderPrefix);
  // A named pipe of Windows goes with its process.
  if (!isOurs) return;
  try {
    if ((await lstat(path).catch(() => null))?.isSocket() === true) await unlink(path);
    await rmdir(folder);
  } catch {
    // Somebody else's, gone, or not empty: it is left as it is.
  }
}
