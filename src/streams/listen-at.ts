// Begins to listen, at an address or at the path of a Unix socket, and ends it.
//
// Invariant: a file is removed only if it is a socket at which nobody listens, also if several find it left behind at once, or if it
// is that of the server that ends.

import { lstatSync, renameSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { CheckedServer } from './server-options.ts';

/** So many were moved away. */
let moved = 0;

type Place = Pick<CheckedServer, 'host' | 'port' | 'path' | 'backlog'>;

/** @returns what ends it, and waits for the connections @throws UsageError `listen_failed` */
export async function listenAt(server: Server, place: Place): Promise<() => Promise<void>> {
  const { path } = place;
  try {
    await listen(server, place);
  } catch (error) {
    const isTaken = path === null || codeOf(error) !== 'EADDRINUSE' || !(await clear(path).catch(() => false));
    if (isTaken) throw failure(place, error);
    await listen(server, place).catch((again: unknown) => {
      throw failure(place, again);
    });
  }
  const own = path === null ? null : fileAt(path);
  return () => stop(server, path, own);
}

async function stop(server: Server, path: string | null, own: string | null): Promise<void> {
  // The system's library removes what stands at the path, be it the file of another server that has taken its place.
  const others = path !== null && own !== null && ![null, own].includes(fileAt(path)) ? path : null;
  const aside = others === null ? '' : asideOf(others);
  const isAside = others !== null && moves(others, aside);
  const closed = new Promise<unknown>((resolve) => server.close(resolve));
  if (isAside) moves(aside, others);
  await closed;
}

/** Which file it is; null: none that could be told, as of an abstract socket. */
function fileAt(path: string): string | null {
  try {
    const { birthtimeNs, dev, ino } = lstatSync(path, { bigint: true });
    return `${dev} ${ino} ${birthtimeNs}`;
  } catch {
    return null;
  }
}

/** Whether it could; if not, neither can the file be removed. */
function moves(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function asideOf(path: string): string {
  return join(dirname(path), `.${process.pid}-${moved++}`);
}

async function listen(server: Server, { host, port, path, backlog }: Place): Promise<void> {
  const waiting = Math.min(backlog, 2 ** 31 - 1);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path === null ? { host, port, backlog: waiting } : { path, backlog: waiting }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether nothing stands in the way any more: the socket of a server that is gone is removed. */
async function clear(path: string): Promise<boolean> {
  const found = fileAt(path);
  if (found === null || !lstatSync(path).isSocket() || !(await isDeaf(path))) return false;
  // Others may have found the same, and one of them may listen there now.
  const now = fileAt(path);
  if (now === found) unlinkSync(path);
  return now === found || now === null;
}

function isDeaf(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (refused) => resolve(codeOf(refused) === 'ECONNREFUSED'));
  });
}

function failure({ host, port, path }: Place, error: unknown): UsageError {
  const at = path ?? `${host}:${port}`;
  const message = `No server can listen at ${at}: ${error instanceof Error ? error.message : String(error)}`;
  const hint =
    path === null
      ? 'Give `port: 0` for one that is free, and a `host` of this machine.'
      : 'Give the path of a file that there is not yet, in a folder that there is.';
  return new UsageError('listen_failed', message, { hint, cause: error });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
