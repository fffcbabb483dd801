// Sends everything to an embedded stand-in service instead of the real hosts: `--rehearse`. Requests
// stay what they are, to the path and the last header; only the connection leads elsewhere.

import type { HttpRequest } from '../http/request.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from '../http/transport.ts';
import type { Target } from '../target/start-target.ts';

class RehearsalTransport implements Transport {
  readonly #transport: Transport;
  readonly #target: Target;

  constructor(transport: Transport, target: Target) {
    this.#transport = transport;
    this.#target = target;
  }

  send(request: HttpRequest, handler: ResponseHandler, options?: SendOptions): Exchange {
    return this.#transport.send({ ...request, origin: this.#target.url }, handler, options);
  }

  statistics(): TransportStatistics {
    return this.#transport.statistics();
  }

  async close(): Promise<void> {
    await this.#transport.close();
    await this.#target.close();
  }
}

/** Wraps a transport so that nothing leaves this machine: every request meets latency and now and then a fault. */
export async function rehearse(transport: Transport): Promise<Transport> {
  // It brings node:http, http2 and tls with it, which no other run needs to load.
  const { startTarget } = await import('../target/start-target.ts');
  return new RehearsalTransport(transport, await startTarget({ api: {} }));
}
