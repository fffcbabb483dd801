// What the workers of pools are called for. Each has a client of its own, and keeps it from one call to the next.

import { Asker } from '../asker.ts';
import { addTallies, type ComparePlan, emptyTally, type Tally } from '../compare-plan.ts';
import { resourceUse, type ResourceUse } from '../resource-use.ts';
import { askAll } from './tasks.ts';

/** Where workers find these functions. */
export const workerCalls = import.meta.url;

let own: Asker | null = null;
let warm: Promise<void> | null = null;

export function prepare(plan: ComparePlan): void {
  own = new Asker(plan);
}

/** Once, however often it is called. */
export async function warmUp(): Promise<ResourceUse> {
  await (warm ??= asker().warmUp());
  return resourceUse();
}

export function useSoFar(): ResourceUse {
  return resourceUse();
}

export async function ask(requests: number): Promise<Tally> {
  if (requests === 1) return asker().ask();
  let sum = emptyTally;
  await askAll(asker(), requests, requests, (tally) => (sum = addTallies(sum, tally)));
  return sum;
}

function asker(): Asker {
  if (own === null) throw new Error('this worker was not prepared');
  return own;
}
