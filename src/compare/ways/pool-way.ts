// The ways whose requests are sent by the workers of a pool: `ThreadPoolExecutor`, `multiprocessing.Pool`, and aiomultiprocess, where
// each process has many tasks. A worker is given the next piece when it is done with one.

import type { Executor } from '../../executors/executor.ts';
import { ProcessPool } from '../../executors/process-pool.ts';
import { ThreadPool } from '../../executors/thread-pool.ts';
import type { ComparePlan, Tally, WayName } from '../compare-plan.ts';
import type { ResourceUse } from '../resource-use.ts';
import { layoutOf, type WayLayout } from '../way-layout.ts';
import type { OpenWay } from './open-way.ts';
import { workerCalls } from './worker-calls.ts';

export class PoolWay implements OpenWay {
  readonly #pool: Executor;
  readonly #layout: WayLayout;
  readonly #requests: number;

  private constructor(pool: Executor, layout: WayLayout, requests: number) {
    this.#pool = pool;
    this.#layout = layout;
    this.#requests = requests;
  }

  /** Resolves when every worker is there and has loaded what it needs. */
  static async open(name: WayName, plan: ComparePlan): Promise<PoolWay> {
    const layout = layoutOf(name, plan);
    const { threads: workers, perWorker } = layout;
    const initializer = { module: workerCalls, name: 'prepare' };
    const Pool = layout.workers === 'threads' ? ThreadPool : ProcessPool;
    const pool = new Pool({ workers, perWorker, initializer, initArgs: [plan] });
    const way = new PoolWay(pool, layout, plan.requests);
    await way.#each('useSoFar');
    return way;
  }

  async warmUp(): Promise<void> {
    await this.#each('warmUp');
  }

  async send(tell: (tally: Tally) => void): Promise<void> {
    const call = { module: workerCalls, name: 'ask' };
    for await (const tally of this.#pool.map<number, Tally>(call, this.#pieces(), { ordered: false })) tell(tally);
  }

  *#pieces(): Generator<number> {
    const { chunk } = this.#layout;
    for (let left = this.#requests; left > 0; left -= chunk) yield Math.min(chunk, left);
  }

  async useOfOthers(): Promise<readonly ResourceUse[]> {
    return (await this.#each('useSoFar')).filter(({ pid }) => pid !== process.pid);
  }

  async close(): Promise<void> {
    await this.#pool.shutdown();
  }

  /** Calls that fill the pool reach each worker: one that has nothing to do comes first, then one that has less. */
  async #each(name: string): Promise<readonly ResourceUse[]> {
    const { threads, perWorker } = this.#layout;
    const calls = Array.from({ length: threads * perWorker }, () =>
      this.#pool.apply<ResourceUse>({ module: workerCalls, name }),
    );
    const told = await Promise.all(calls);
    return [...new Map(told.map((use) => [use.pid, use])).values()];
  }
}
