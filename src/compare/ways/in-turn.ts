// One request after another: `for url in urls: requests.get(url)`.

import { Asker } from '../asker.ts';
import type { ComparePlan } from '../compare-plan.ts';
import type { OpenWay } from './open-way.ts';

export function openInTurn(plan: ComparePlan): OpenWay {
  const asker = new Asker(plan);
  return {
    warmUp: () => asker.warmUp(),
    async send(tell) {
      for (let sent = 0; sent < plan.requests; sent++) tell(await asker.ask());
    },
    useOfOthers: async () => [],
    close: () => asker[Symbol.asyncDispose](),
  };
}
