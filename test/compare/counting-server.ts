// A server that knows how many requests it had at the same time, from one mark to the next.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingServer extends AsyncDisposable {
  readonly url: string;
  /** Requests since the last time, and how many there were at once at most. */
  take(): { requests: number; atOnce: number };
}

/** @param failing which request since the last time is answered with 503 */
export async function startCountingServer(delayMs: number, failing: number): Promise<CountingServer> {
  let [requests, open, atOnce] = [0, 0, 0];
  const server = createServer((request, response) => {
    requests++;
    open++;
    atOnce = Math.max(atOnce, open);
    const fails = requests === failing;
    response.once('close', () => open--);
    setTimeout(() => response.writeHead(fails ? 503 : 200).end('done'), delayMs);
    request.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    take() {
      const taken = { requests, atOnce };
      [requests, atOnce] = [0, open];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
