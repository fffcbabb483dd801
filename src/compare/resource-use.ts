// What this process has taken of the machine so far, with all its threads; not with its children.

import { readFileSync } from 'node:fs';

export interface ResourceUse {
  readonly pid: number;
  readonly cpuMs: number;
  /** The most that was in memory at one time. */
  readonly peakBytes: number;
}

export function resourceUse(): ResourceUse {
  const { user, system } = process.cpuUsage();
  return { pid: process.pid, cpuMs: (user + system) / 1000, peakBytes: peakBytes() };
}

/**
 * Linux counts the memory of whoever started a process into what `resourceUsage` tells of it; what stands in /proc is that of the
 * program alone.
 */
function peakBytes(): number {
  const told = readOwnStatus().match(/^VmHWM:\s+(\d+) kB/m)?.[1];
  return 1024 * (told === undefined ? process.resourceUsage().maxRSS : Number(told));
}

function readOwnStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1');
  } catch {
    return '';
  }
}
