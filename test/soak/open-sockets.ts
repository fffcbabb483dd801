// Counts the sockets of this process that lead to some ports, as the system knows them: by /proc, on Linux
// only.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Whether this system tells. */
export const canCountSockets = process.platform === 'linux';

/** Sockets of this process whose other end is one of the ports, in whatever state. */
export function openSockets(ports: ReadonlySet<number>): number {
  const leading = new Set(
    ['tcp', 'tcp6'].flatMap((name) => inodesTo(ports, readFileSync(`/proc/self/net/${name}`, 'latin1'))),
  );
  let count = 0;
  for (const descriptor of readdirSync('/proc/self/fd')) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(descriptor))?.[1];
    if (inode !== undefined && leading.has(inode)) count++;
  }
  return count;
}

/** One line a socket: number, local and remote address, state, queues, timer, retransmits, uid, timeout, inode. */
function inodesTo(ports: ReadonlySet<number>, table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [, , remote = '', , , , , , , inode = '0'] = line.trim().split(/\s+/);
    return ports.has(Number.parseInt(remote.split(':')[1] ?? '', 16)) && inode !== '0' ? [inode] : [];
  });
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // It was closed meanwhile.
    return '';
  }
}
