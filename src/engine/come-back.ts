// Lets what is due come back: lanes to the round of those that are asked, records to their lanes. Those
// that are not to blame stand behind the ones that were not tried yet, unless their origin was heard of since.

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
    if (item.comesBackFree) lanes.put(item, item.lane.gate.aliveMs > item.lastFailedMs);
    else lanes.putRetry(item);
  }
}
