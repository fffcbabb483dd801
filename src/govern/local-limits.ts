// What this machine allows: file descriptors and ports, as they really are. Every request in flight over
// HTTP/1.1 needs one of each.

import { readFileSync, readdirSync } from 'node:fs';

/** Descriptors that are left alone: files, listening sockets, the threads of the file system. */
const reservedFiles = 64;
/** Of the ports that connections can be made from, so many are left to others. */
const shareOfPorts = 0.9;
/** What `auto` takes when the machine would allow more. */
const autoConcurrency = 200;

/** How many requests may be in flight, and why. */
export interface LocalLimit {
  readonly concurrency: number;
  /** A sentence for the user. */
  readonly explanation: string;
}

/** What was found out about the machine; null: the system does not tell. */
export interface MachineFacts {
  readonly openFilesLimit: number | null;
  readonly openFiles: number;
  readonly ports: number | null;
}

/** Looks at this machine. Linux tells through /proc; elsewhere Node's report has the limit of open files. */
export function readMachineFacts(): MachineFacts {
  return { openFilesLimit: openFilesLimit(), openFiles: openFiles(), ports: ports() };
}

/**
 * The concurrency that is asked for, lowered to what the machine allows.
 * @example limitConcurrency('auto', readMachineFacts()).concurrency // 200
 */
export function limitConcurrency(wanted: number | 'auto', facts: MachineFacts): LocalLimit {
  const byFiles = facts.openFilesLimit === null ? Infinity : facts.openFilesLimit - facts.openFiles - reservedFiles;
  const byPorts = facts.ports === null ? Infinity : Math.floor(facts.ports * shareOfPorts);
  const most = Math.max(1, Math.min(byFiles, byPorts));
  const asked = wanted === 'auto' ? autoConcurrency : wanted;
  if (asked <= most) {
    return { concurrency: asked, explanation: `concurrency ${asked}${wanted === 'auto' ? ' (auto)' : ''}` };
  }
  const reason =
    byFiles <= byPorts
      ? `this process may open ${facts.openFilesLimit} files, and ${facts.openFiles} are open; raise it with ulimit -n`
      : `this machine has ${facts.ports} ports to connect from (net.ipv4.ip_local_port_range)`;
  return { concurrency: most, explanation: `concurrency ${most} instead of ${asked}: ${reason}` };
}

function openFilesLimit(): number | null {
  const text = read('/proc/self/limits');
  if (text !== null) {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
    return soft === undefined || soft === 'unlimited' ? null : Number(soft);
  }
  if (process.report === undefined) return null;
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : null;
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 32;
  }
}

function ports(): number | null {
  const range = /^(\d+)\s+(\d+)/.exec(read('/proc/sys/net/ipv4/ip_local_port_range') ?? '');
  return range === null ? null : Number(range[2]) - Number(range[1]) + 1;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
