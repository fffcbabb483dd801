// Shows and resets what was counted. The router does not count requests for it.

import type { Call } from '../call.ts';
import type { StatisticsDetail } from '../counters.ts';
import type { Route } from '../route.ts';

export const statisticsRoute: Route = {
  path: '/stats',
  about: 'what was received; ?keys=1 every idempotency key, ?records=1 X-Record seen twice, or =all; DELETE resets',
  handle(call) {
    const { counters } = call.service;
    if (call.method === 'DELETE') {
      call.service.reset();
      sendUncounted(call, { reset: true });
      return;
    }
    const records = call.query.get('records');
    const detail: StatisticsDetail = {
      keys: call.query.get('keys') === '1',
      ...(records === null ? {} : { records: records === 'all' ? 'all' : 'repeated' }),
    };
    sendUncounted(call, counters.statistics(detail));
  },
};

/** Not through `call.json`, which counts. */
function sendUncounted(call: Call, value: unknown): void {
  const text = JSON.stringify(value);
  call.response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  call.response.end(text);
}
