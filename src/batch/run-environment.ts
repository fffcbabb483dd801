// The world that a run works in, passed in so that tests can put another in its place.

import type { LookupFunction } from 'node:net';
import type { Writable } from 'node:stream';
import type { Clock } from '../concurrency/clock.ts';
import { systemClock } from '../concurrency/clock.ts';
import type { Random } from '../concurrency/random.ts';
import { systemRandom } from '../concurrency/random.ts';
import type { Disk } from '../disk/disk.ts';
import { systemDisk } from '../disk/disk.ts';
import type { Result } from '../http/result.ts';
import type { Transport } from '../http/transport.ts';
import type { OpenHook } from './hook/record-hook.ts';

export interface RunEnvironment {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Used instead of one made from the options; null: make one. */
  readonly transport: Transport | null;
  /** Finds the addresses of hosts; null: the system's resolver does. */
  readonly lookup: LookupFunction | null;
  /** How often what is settled is brought to the disk. @default 1000 */
  readonly checkpointMs: number;
  /** The journal is rewritten when it has grown by so much. @default 1 MiB */
  readonly compactAfterBytes: number;
  /** Sees each result when it is recorded. */
  readonly onResult: ((result: Result) => void) | null;
  /** Loads what is called with each record and its result. */
  readonly openHook: OpenHook;
}

/** Whoever lets hooks be asked for gives what opens them. */
function noHooks(): Promise<never> {
  return Promise.reject(new Error('nothing here opens hooks'));
}

/** The process's own world, but for what is given. */
export function environmentWith(given: Partial<RunEnvironment>): RunEnvironment {
  return {
    disk: given.disk ?? systemDisk,
    clock: given.clock ?? systemClock,
    random: given.random ?? systemRandom,
    // A getter: the first look at process.stdin opens it.
    get stdin() {
      return given.stdin ?? process.stdin;
    },
    stdout: given.stdout ?? process.stdout,
    env: given.env ?? process.env,
    transport: given.transport ?? null,
    lookup: given.lookup ?? null,
    checkpointMs: given.checkpointMs ?? 1000,
    compactAfterBytes: given.compactAfterBytes ?? 1024 * 1024,
    onResult: given.onResult ?? null,
    openHook: given.openHook ?? noHooks,
  };
}
