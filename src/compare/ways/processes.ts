// A pool of processes, one request at a time in each: `multiprocessing.Pool`, `ProcessPoolExecutor`.

import { ProcessPool } from '../../executors/process-pool.ts';
import type { ComparePlan } from '../compare-plan.ts';
import { layoutOf } from '../way-layout.ts';
import type { OpenWay } from './open-way.ts';
import { PoolWay } from './pool-way.ts';

export function openProcesses(plan: ComparePlan): Promise<OpenWay> {
  return PoolWay.open(plan, layoutOf('processes', plan), (options) => new ProcessPool(options));
}
