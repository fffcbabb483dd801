// A pool of threads: `ThreadPoolExecutor`. JavaScript has no request that blocks; a thread that has nothing else to do until its
// answer is there sleeps in the kernel just the same.

import { ThreadPool } from '../../executors/thread-pool.ts';
import type { ComparePlan } from '../compare-plan.ts';
import { layoutOf } from '../way-layout.ts';
import type { OpenWay } from './open-way.ts';
import { PoolWay } from './pool-way.ts';

export function openThreads(plan: ComparePlan): Promise<OpenWay> {
  return PoolWay.open(plan, layoutOf('threads', plan), (options) => new ThreadPool(options));
}
