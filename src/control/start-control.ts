// Opens a run to control from outside: a socket that only its owner may open, in a folder that only its
// owner may enter, and a note in the run's lock that says where it is. A run that cannot have one goes on
// without. Whoever starts it closes it before the lock is released.

import { randomUUID } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import type { Server } from 'node:net';
import { dirname } from 'node:path';
import { controlSocketPath, removeControlSocket } from '../journal/control-socket.ts';
import type { RunLock } from '../journal/run-lock.ts';
import { createControlServer } from './control-server.ts';
import type { ControlledRun } from './controlled-run.ts';

/** A run that is open to control. */
export interface OpenControl {
  /** Why it is not, as a sentence for the user; null: it is. */
  readonly problem: string | null;
  readonly close: () => Promise<void>;
}

/**
 * Opens a run to control. It never rejects: a run is worth more than its control.
 *
 * @param run gives null as long as there is none
 */
export async function startControl(
  run: () => ControlledRun | null,
  lock: Pick<RunLock, 'token' | 'announce'>,
): Promise<OpenControl> {
  const { server, close: closeServer } = createControlServer(run);
  let path: string | null = null;
  const close = async (): Promise<void> => {
    await closeServer();
    if (path !== null) await removeControlSocket(path);
  };
  try {
    path = await socketPath(lock.token);
    await listen(server, path);
    if (process.platform !== 'win32') await chmod(path, 0o600);
    await lock.announce(path);
    return { problem: null, close };
  } catch (error) {
    await close();
    await lock.announce(null).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    return {
      problem: `this run cannot be controlled with \`manyfetch ctl\`: no socket could be made (${reason})`,
      close: () => Promise.resolve(),
    };
  }
}

async function socketPath(token: string): Promise<string> {
  if (process.platform === 'win32') return String.raw`\\.\pipe\manyfetch-${randomUUID()}`;
  const path = controlSocketPath(token);
  // Not recursive: what exists already is somebody else's.
  await mkdir(dirname(path), { mode: 0o700 });
  return path;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    // Exclusive: in a worker of a cluster the primary process would listen in its place.
    server.listen({ path, exclusive: true }, () => {
      server.off('error', fail);
      done();
    });
  });
}
