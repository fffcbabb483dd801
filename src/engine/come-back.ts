// Lets what is due come back: lanes to the round of those that are asked, records to their lanes. A
// record that failed for a reason of its own waits on until the budget for retries lets it.

import type { Agenda } from './agenda.ts';
import type { Job } from './job.ts';
import { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';

/** Takes out of the agenda all that is due at `nowMs`. */
export function comeBack(agenda: Agenda<Job | Lane<Job>>, lanes: Lanes, nowMs: number): void {
  for (let item = agenda.take(nowMs); item !== undefined; item = agenda.take(nowMs)) {
    if (item instanceof Lane) {
      if (item.state === 'waits') lanes.activate(item);
      continue;
    }
    // A redirect may have led it to another origin; it begins again at its own.
    item.lane = lanes.of(item.request.origin);
    const { gate } = item.lane;
    // Of an origin that is down none is sent but probes: records wait there, or are refused.
    const budgetMs = item.comesBackFree || gate.downSinceMs !== null ? 0 : gate.tryRetry(nowMs);
    if (budgetMs > 0) agenda.add(item, nowMs + budgetMs);
    // If the origin was not heard of since, those that were not tried yet tell more about it.
    else lanes.put(item, gate.aliveMs > item.lastFailedMs);
  }
}
