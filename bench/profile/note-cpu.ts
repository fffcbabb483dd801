// Loaded before the command whose profile is taken (`--import`): notes at its end what the kernel counted
// for its main thread and for all its threads, before the profile itself is written. CPU_NOTE names the file.

import { writeFileSync } from 'node:fs';

/** Microseconds. */
export interface CpuNote {
  readonly mainThread: { readonly user: number; readonly system: number };
  readonly process: { readonly user: number; readonly system: number };
}

process.on('exit', () => {
  const note: CpuNote = { mainThread: process.threadCpuUsage(), process: process.cpuUsage() };
  writeFileSync(process.env['CPU_NOTE'] ?? '', JSON.stringify(note));
});
