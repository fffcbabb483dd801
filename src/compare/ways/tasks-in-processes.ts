// An event loop in each of several processes, with many tasks on each: aiomultiprocess.

import { ProcessPool } from '../../executors/process-pool.ts';
import type { ComparePlan } from '../compare-plan.ts';
import { layoutOf } from '../way-layout.ts';
import type { OpenWay } from './open-way.ts';
import { PoolWay } from './pool-way.ts';

export function openTasksInProcesses(plan: ComparePlan): Promise<OpenWay> {
  return PoolWay.open(plan, layoutOf('tasks-in-processes', plan), (options) => new ProcessPool(options));
}
