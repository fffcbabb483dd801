// Who sends in each way: how many threads and processes, and how much each of them has on its way at the same time. Pure.
//
// Invariant: no way has more at once than there are requests, and tasks no more than their limit.

import type { ComparePlan, WayName } from './compare-plan.ts';

/** How the requests are shared out. */
export interface WayLayout {
  /** As people call it. */
  readonly label: string;
  /** What it is made of. */
  readonly workers: 'threads' | 'processes';
  /** That send, over all processes. */
  readonly threads: number;
  readonly processes: number;
  /** Chunks that a worker has at the same time. */
  readonly perWorker: number;
  /** Requests that a worker is given together, and sends at once. */
  readonly chunk: number;
  readonly atOnce: number;
}

const one = { workers: 'threads', threads: 1, processes: 1, perWorker: 1, chunk: 1 } as const;

/** What a layout is made of. */
export type Amounts = Pick<ComparePlan, 'requests' | 'threads' | 'processes' | 'concurrency'>;

export function layoutOf(name: WayName, plan: Amounts): WayLayout {
  const { requests } = plan;
  const threads = Math.min(plan.threads, requests);
  const processes = Math.min(plan.processes, requests);
  const tasks = Math.min(plan.concurrency, requests);
  switch (name) {
    case 'in-turn':
      return { ...one, label: 'in turn', atOnce: 1 };
    case 'threads':
      return { ...one, label: 'threads', threads, atOnce: threads };
    case 'processes':
      return { ...one, label: 'processes', workers: 'processes', threads: processes, processes, atOnce: processes };
    case 'tasks':
      return { ...one, label: 'tasks', atOnce: tasks };
    default:
      return {
        label: 'tasks in processes',
        workers: 'processes',
        ...sharedOut(requests, tasks, Math.min(processes, tasks)),
      };
  }
}

/** A process takes its share in some pieces, so that one that is done sooner takes more, and it can be seen how far they are. */
const pieces = 4;

function sharedOut(requests: number, tasks: number, processes: number) {
  const perWorker = Math.min(pieces, Math.floor(tasks / processes));
  const slots = processes * perWorker;
  // If all may be on their way at once none is left for a second round.
  const chunk = tasks === requests ? Math.ceil(requests / slots) : Math.floor(tasks / slots);
  return { threads: processes, processes, perWorker, chunk, atOnce: Math.min(requests, slots * chunk) };
}

/** Of what a way is made: `10 threads`, `2 processes`. */
export function madeOf({ workers, threads, processes }: WayLayout): string {
  if (workers === 'processes') return processes === 1 ? '1 process' : `${processes} processes`;
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** Requests to a URL for a whole comparison: the probe, one in each worker to warm up, and what is measured. */
export function requestsInAll(names: readonly WayName[], plan: Amounts): number {
  return names.reduce((sum, name) => sum + plan.requests + layoutOf(name, plan).threads, 1);
}
