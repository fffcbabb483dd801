// Plain flakiness: a share of the requests meets a fault that another attempt may not meet.

import { seededRandom } from '../../concurrency/random.ts';
import type { Call } from '../call.ts';
import { reset } from '../misbehave.ts';
import type { Route } from '../route.ts';
import type { Service } from '../service.ts';

/** The path that is unreliable. */
export function flakyRoute(service: Service): Route {
  const random = seededRandom(service.seed);
  let faults = 0;
  return {
    path: '/flaky/{percent}',
    about:
      'that share of requests meets a 500, a 503 or a reset, in turn; each takes ?ms=0; ?key= stands in for Idempotency-Key',
    handle(call) {
      const percent = call.number(1, 'the percentage', 100);
      const takesMs = call.option('ms', 0, 86_400_000);
      if (percent === null || takesMs === null) return;
      const turn = random() * 100 < percent ? faults++ % 3 : null;
      if (takesMs === 0) answerFlaky(call, turn);
      else call.after(takesMs, () => answerFlaky(call, turn));
    },
  };
}

/** `turn`: which fault it is; null: none. */
function answerFlaky(call: Call, turn: number | null): void {
  if (turn === null)
    call.json(200, { ok: true, key: call.request.headers['idempotency-key'] ?? call.query.get('key') });
  else if (turn === 2) reset(call);
  else call.json(turn === 0 ? 500 : 503, { error: 'flaky' });
}
