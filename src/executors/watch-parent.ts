// Ends a process of a pool when its parent is gone, even if what runs there never pauses: this is a thread of its own, at the
// other end of a pipe that the parent holds and nobody writes to. It costs nothing until the pipe closes.

import { Socket } from 'node:net';
import { systemClock } from '../concurrency/clock.ts';
import { watchedFd } from './watched-fd.ts';

/** For a process that notices by itself, and cleans up. */
const graceMs = 500;

const pipe = new Socket({ fd: watchedFd });
pipe.on('error', () => undefined);
pipe.on('close', () => systemClock.setTimer(graceMs, () => process.kill(process.pid, 'SIGKILL')));
pipe.resume();
