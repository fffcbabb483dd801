// One process at a time works on an output. The lock is a file beside the journal that names its
// owner; it is stale when that process has died (on Linux its start time is compared too, since
// numbers of processes come back), and is then taken over.

import { readFileSync } from 'node:fs';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UsageError } from '../errors.ts';
import { diskError } from '../disk/disk.ts';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts it; null where that cannot be known. */
  readonly startedAt: string | null;
  readonly token: string;
}

/** A lock that is held. */
export interface RunLock {
  release(): Promise<void>;
}

/** Takes the lock, or throws `run_locked` naming who holds it. `token` must be unique, e.g. a UUID. */
export async function takeRunLock(path: string, token: string): Promise<RunLock> {
  const owner: Owner = { pid: process.pid, host: hostname(), startedAt: startOf(process.pid), token };
  const mine = `${path}.${token}`;
  try {
    await writeFile(mine, JSON.stringify(owner), { flag: 'wx' });
    await claim(mine, path);
  } catch (error) {
    throw error instanceof UsageError ? error : diskError(error, path, 'lock');
  } finally {
    await unlink(mine).catch(ignoreMissing);
  }
  return {
    async release() {
      const holder = await readOwner(path);
      if (typeof holder === 'object' && holder.token === token) await unlink(path).catch(ignoreMissing);
    },
  };
}

async function claim(mine: string, path: string): Promise<void> {
  for (;;) {
    // A link is made only where nothing is: of two that try, one succeeds.
    if (await tryLink(mine, path)) return;
    const owner = await readOwner(path);
    if (isAlive(owner)) throw heldBy(owner, path);
    if (owner !== 'gone') await removeStale(mine, path);
  }
}

/** Only who holds a second lock may remove a stale one, and looks again first: it may be somebody's new one by now. */
async function removeStale(mine: string, path: string): Promise<void> {
  const takeover = `${path}.takeover`;
  if (!(await tryLink(mine, takeover))) {
    const rival = await readOwner(takeover);
    if (isAlive(rival)) throw heldBy(rival, path);
    await unlink(takeover).catch(ignoreMissing);
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner !== 'gone' && !isAlive(owner)) await unlink(path);
  } finally {
    await unlink(takeover).catch(ignoreMissing);
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | 'gone' | 'torn'> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch (error) {
    // A power loss may leave an empty file.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'torn';
  }
}

function isAlive(owner: Owner | 'gone' | 'torn'): owner is Owner {
  if (owner === 'gone' || owner === 'torn') return false;
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const startedAt = startOf(owner.pid);
  return owner.startedAt === null || startedAt === null || owner.startedAt === startedAt;
}

/** Field 22 of /proc/PID/stat: when the process began. Its second field may hold spaces and parentheses. A dead process that nobody has collected yet has none. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function heldBy(owner: Owner, path: string): UsageError {
  const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
  return new UsageError(
    'run_locked',
    `process ${owner.pid}${where} is working on the output ${path.replace(/\.run\.lock$/u, '')}`,
    {
      hint: `wait until it has finished, or choose another output with -o${where === '' ? '' : `; if that process is gone, remove ${path}`}`,
    },
  );
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
