// One process at a time works on an output. The lock is a file beside the journal that names its
// owner; it is stale when that process has died (on Linux its start time is compared too, since
// numbers of processes come back), and is then taken over. It also says where its owner can be talked to.

import { readFileSync } from 'node:fs';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UsageError } from '../errors.ts';
import { diskError } from '../disk/disk.ts';
import { controlSocketPath, removeControlSocket } from './control-socket.ts';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts it; null where that cannot be known. */
  readonly startedAt: string | null;
  readonly token: string;
  /** The socket through which it can be controlled; null: it has none; left out: it has not said so yet. */
  readonly control?: string | null;
}

/** A lock that is held. */
export interface RunLock {
  /** Of this lock only. */
  readonly token: string;
  /** Writes down where this process can be talked to; null: nowhere. Rejects if it cannot be written. */
  announce(control: string | null): Promise<void>;
  release(): Promise<void>;
}

/** What a lock tells to others. */
export type LockFacts =
  | { readonly kind: 'free' }
  /** Its owner is dead. */
  | { readonly kind: 'stale'; readonly pid: number | null }
  | {
      readonly kind: 'held';
      readonly pid: number;
      readonly host: string;
      readonly isHere: boolean;
      /** `undefined`: not said yet. */
      readonly control: string | null | undefined;
    };

/** The lock of a results file. */
export function lockPathOf(output: string): string {
  return `${output}.run.lock`;
}

/** Who holds a lock now. */
export async function readRunLock(path: string): Promise<LockFacts> {
  const owner = await readOwner(path);
  if (owner === 'gone') return { kind: 'free' };
  if (owner === 'torn') return { kind: 'stale', pid: null };
  if (!lives(owner)) return { kind: 'stale', pid: owner.pid };
  const { pid, host, control } = owner;
  return { kind: 'held', pid, host, isHere: host === hostname(), control };
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
  const isOurs = async (): Promise<boolean> => {
    const holder = await readOwner(path);
    return typeof holder === 'object' && holder.token === token;
  };
  return {
    token,
    async announce(control) {
      if (!(await isOurs())) return;
      try {
        // Aside and then renamed: who reads the lock sees the one or the other, never half of it.
        await writeFile(mine, JSON.stringify({ ...owner, control }), { flag: 'wx' });
        await rename(mine, path);
      } catch (error) {
        await unlink(mine).catch(ignoreMissing);
        throw diskError(error, path, 'lock');
      }
    },
    async release() {
      if (await isOurs()) await unlink(path).catch(ignoreMissing);
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
    if (owner === 'gone') return;
    if (owner !== 'torn') {
      if (lives(owner)) return;
      const left = owner.control ?? controlSocketPath(owner.token);
      if (typeof left === 'string') await removeControlSocket(left);
    }
    await unlink(path);
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
  return owner !== 'gone' && owner !== 'torn' && lives(owner);
}

function lives(owner: Owner): boolean {
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
