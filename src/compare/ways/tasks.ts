// Tasks on one event loop: `asyncio.gather`, an `aiohttp` session. All wait at the same time, in one thread.

import { mapUnordered } from '../../concurrency/map-unordered.ts';
import { Asker } from '../asker.ts';
import type { ComparePlan, Tally } from '../compare-plan.ts';
import { layoutOf } from '../way-layout.ts';
import type { OpenWay } from './open-way.ts';

export function openTasks(plan: ComparePlan): OpenWay {
  const asker = new Asker(plan);
  const { atOnce } = layoutOf('tasks', plan);
  return {
    warmUp: () => asker.warmUp(),
    send: (tell) => askAll(asker, plan.requests, atOnce, tell),
    useOfOthers: async () => [],
    close: () => asker[Symbol.asyncDispose](),
  };
}

export async function askAll(asker: Asker, requests: number, limit: number, tell: (tally: Tally) => void) {
  for await (const tally of mapUnordered(upTo(requests), () => asker.ask(), { limit })) tell(tally);
}

function* upTo(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}
