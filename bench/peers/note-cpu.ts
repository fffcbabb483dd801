// Loaded before the command whose profile is taken (`--import`): notes at its end what the kernel counted
// for its main thread, for the others by their names, and for all, before the profile itself is written.
// CPU_NOTE names the file.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Microseconds. */
export interface CpuNote {
  readonly mainThread: { readonly user: number; readonly system: number };
  readonly process: { readonly user: number; readonly system: number };
  /** The threads that are left at the end, but for the main one; several may have one name. Empty where the system does not tell. */
  readonly others: readonly { readonly name: string; readonly micros: number }[];
}

process.on('exit', () => {
  const note: CpuNote = {
    mainThread: process.threadCpuUsage(),
    process: process.cpuUsage(),
    others: process.platform === 'linux' ? otherThreads() : [],
  };
  writeFileSync(process.env['CPU_NOTE'] ?? '', JSON.stringify(note));
});

function otherThreads(): CpuNote['others'] {
  const ids = readdirSync('/proc/self/task').filter((id) => Number(id) !== process.pid);
  return ids.map((id) => {
    const [nanos = '0'] = readFileSync(`/proc/self/task/${id}/schedstat`, 'utf8').split(' ');
    return { name: readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim(), micros: Number(nanos) / 1000 };
  });
}
