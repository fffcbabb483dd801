// What this machine allows: file descriptors and ports, as they really are. Every request in flight over
// HTTP/1.1 needs one of each; over HTTP/2 many share one. Ports are counted for each destination, and most runs have one, or a proxy:
// so all are taken to go to the same.

import { readFileSync, readdirSync } from 'node:fs';
import { groupedDigits } from '../grouped-digits.ts';

/** Descriptors that are left alone: files, listening sockets, the threads of the file system; of a few, a share. */
const reservedFiles = 64;
const reservedShare = 0.4;
/** Of the ports that connections can be made from, so many are left to others. */
const shareOfPorts = 0.9;
/** Where the system does not tell: the dynamic ports of RFC 6335, which macOS and Windows use. */
const usualPorts = 16_384;
/** With fewer files than this, the user should know how to have more. */
const manyFiles = 4_096;

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

/** HTTP/2 servers are recommended to allow no fewer requests at once on a connection (RFC 9113, 6.5.2). */
const leastStreams = 100;

/** How many requests share a connection, as far as can be told before there is one. */
export function requestsAConnection(http: '1.1' | '2' | 'auto'): number {
  return http === '2' ? leastStreams : 1;
}

/** Looks at this machine. Linux tells through /proc; elsewhere Node's report has the limit of open files. */
export function readMachineFacts(): MachineFacts {
  return { openFilesLimit: openFilesLimit(), openFiles: openFiles(), ports: ports() };
}

/**
 * The concurrency that is asked for, lowered to what the machine allows. `auto` asks for all of that:
 * it is the ceiling of what is found out for each origin. So does the largest whole number, which nobody finds out then.
 * @param shared requests that may be taken to share a connection: more than one where HTTP/2 is insisted on
 * @example limitConcurrency('auto', readMachineFacts()).concurrency // 25408
 */
export function limitConcurrency(wanted: number | 'auto', facts: MachineFacts, shared = 1): LocalLimit {
  const { openFilesLimit: files, openFiles: open, ports: told } = facts;
  const isAll = wanted === 'auto' || wanted === Number.MAX_SAFE_INTEGER;
  const known = isAll ? (told ?? usualPorts) : told;
  const free = files === null ? Infinity : Math.max(0, files - open);
  const byFiles = free - Math.ceil(Math.min(reservedFiles, free * reservedShare));
  const byPorts = known === null ? Infinity : Math.floor(known * shareOfPorts);
  // What is found out per origin needs no such room.
  const each = wanted === 'auto' ? 1 : shared;
  const most = Math.max(1, Math.min(byFiles, byPorts)) * each;
  if (wanted !== 'auto' && wanted <= most)
    return { concurrency: wanted, explanation: `concurrency ${groupedDigits(wanted)}` };
  const begin = wanted === 'auto' ? 'concurrency is found per origin, at most' : 'concurrency';
  const instead = isAll ? '' : ` instead of ${groupedDigits(wanted)}`;
  const reason = byFiles <= byPorts ? byFilesReason(files ?? 0, open, wanted) : byPortsReason(told);
  return { concurrency: most, explanation: `${begin} ${groupedDigits(most)}${instead}: ${reason}` };
}

function byFilesReason(files: number, open: number, wanted: number | 'auto'): string {
  const limit = `this process may open ${groupedDigits(files)} files`;
  // Only who wants more, or has few, needs to be told how.
  return wanted === 'auto' && files >= manyFiles
    ? limit
    : `${limit}, and ${groupedDigits(open)} are open; raise it with ulimit -n`;
}

function byPortsReason(told: number | null): string {
  if (told === null)
    return `${groupedDigits(usualPorts)} ports to connect from are usual, and this system does not tell how many it has`;
  return `this machine has ${groupedDigits(told)} ports to connect from (net.ipv4.ip_local_port_range)`;
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
