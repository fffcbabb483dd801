// The dialler of our own transport: sockets that lead straight to the target, made within the connect timeout.

import type { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { TransportOptions } from '../transport-options.ts';
import type { Dialler } from './dialler.ts';
import { SocketOpener } from './socket-opener.ts';
import { TimeLimit } from './time-limit.ts';

/**
 * Makes a dialler. Nothing is looked up or connected before it is asked to.
 * @param wheel for the connect timeouts @default one of its own, on the clock of the options
 * @throws UsageError `bad_option` for certificates that cannot be used.
 */
export function createDialler(options: TransportOptions, wheel?: TimerWheel): Dialler {
  const opener = new SocketOpener(options);
  const limit = new TimeLimit(options, wheel);
  return {
    dial: (dialling, done) => limit.hold((finish) => opener.open(dialling, null, finish), done),
  };
}
