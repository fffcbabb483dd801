// Begins to listen: at an address, or at the path of a Unix socket.
//
// Invariant: a file is removed only if it is a socket at which nobody listens, also if several find it left behind at once.

import { link, lstat, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { CheckedServer } from './server-options.ts';

/** So many were moved away. */
let moved = 0;

type Place = Pick<CheckedServer, 'host' | 'port' | 'path' | 'backlog'>;

/** @throws UsageError `listen_failed` */
export async function listenAt(server: Server, place: Place): Promise<void> {
  const { path } = place;
  try {
    await listen(server, place);
  } catch (error) {
    const isTaken = path === null || codeOf(error) !== 'EADDRINUSE' || !(await isLeftOver(path));
    if (isTaken || !(await clear(path))) throw failure(place, error);
    await listen(server, place).catch((again: unknown) => {
      throw failure(place, again);
    });
  }
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

/** Whether a path is taken by the socket of a server that is gone. */
async function isLeftOver(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (found?.isSocket() !== true) return false;
  return await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (refused) => resolve(codeOf(refused) === 'ECONNREFUSED'));
  });
}

/** Whoever has found the same may have cleared it before, and listen there now: what was moved away is looked at once more. */
async function clear(path: string): Promise<boolean> {
  const aside = join(dirname(path), `.${process.pid}-${moved++}`);
  try {
    await rename(path, aside);
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
  const isFree = await isLeftOver(aside);
  if (!isFree) await link(aside, path).catch(nothing);
  await rm(aside, { force: true });
  return isFree;
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

function nothing(): void {}
