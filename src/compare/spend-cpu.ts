// Work that is no waiting. It is measured in CPU time of its own thread, not by the clock: on a machine with too little of it the
// same work takes longer, as real work does.

import { createHash } from 'node:crypto';

/** Long enough that to ask for the time costs little, short enough to end in time. */
const block = Buffer.alloc(32 * 1024);

export function spendCpu(ms: number): void {
  if (ms === 0) return;
  const begin = process.threadCpuUsage();
  for (;;) {
    createHash('sha256').update(block).digest();
    const { user, system } = process.threadCpuUsage(begin);
    if (user + system >= ms * 1000) return;
  }
}
