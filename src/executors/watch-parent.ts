// Ends a process of a pool when its parent is gone, even if what runs there never pauses: this is a thread of its own, which looks
// twice a second whose child the process is. It must not depend on what the other thread does.

import { workerData } from 'node:worker_threads';
import { systemClock } from '../concurrency/clock.ts';

/** Also how long a process has that notices by itself. */
const everyMs = 500;

function look(): void {
  const isOrphan = process.ppid !== workerData;
  systemClock.setTimer(everyMs, isOrphan ? () => process.kill(process.pid, 'SIGKILL') : look);
}

look();
