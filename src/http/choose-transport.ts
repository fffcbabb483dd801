// Which transport sends: our own wherever it can, undici where a proxy is in the way, or the one that was
// asked for. undici is given as a factory, so that who never needs it never loads it.

import { noProxy, proxyChoice } from './dial/proxy-choice.ts';
import type { ProxyChoice } from './dial/proxy-choice.ts';
import { offeredHttp } from './offered-http.ts';
import { createWireTransport } from './pool/wire-transport.ts';
import type { HttpRequest } from './request.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from './transport.ts';
import type { TransportOptions } from './transport-options.ts';

/** `wire`: our own; `undici`; `auto`: our own, and undici for what goes through a proxy. */
export type TransportKind = 'wire' | 'undici' | 'auto';

/** Makes an undici transport. */
type CreateUndici = (options: TransportOptions) => Transport;

/** More origins are not remembered. */
const maxOrigins = 10_000;

/**
 * Makes the transport. Nothing is connected before the first request.
 * @param createUndici called only if something goes over undici
 * @throws UsageError `bad_option` for proxies or certificates that cannot be used, and for HTTP/2 where it cannot be had.
 */
export function chooseTransport(kind: TransportKind, asked: TransportOptions, createUndici: CreateUndici): Transport {
  const straight = asked.socketPath === undefined ? {} : { proxy: null };
  const options = { ...asked, http: offeredHttp(asked.http), ...straight };
  if (kind === 'undici') return createUndici(options);
  const choice = kind === 'wire' ? noProxy : proxyChoice(options);
  if (choice === noProxy) return createWireTransport(options);
  return new PerOrigin(choice, createWireTransport(options), createUndici(options));
}

/** Straight with one transport, through proxies with another. */
class PerOrigin implements Transport {
  readonly #choice: ProxyChoice;
  readonly #straight: Transport;
  readonly #proxied: Transport;
  readonly #byOrigin = new Map<string, Transport>();

  constructor(choice: ProxyChoice, straight: Transport, proxied: Transport) {
    this.#choice = choice;
    this.#straight = straight;
    this.#proxied = proxied;
  }

  send(request: HttpRequest, handler: ResponseHandler, options?: SendOptions): Exchange {
    return (this.#byOrigin.get(request.origin) ?? this.#choose(request.origin)).send(request, handler, options);
  }

  statistics(): TransportStatistics {
    const [one, other] = [this.#straight.statistics(), this.#proxied.statistics()];
    return {
      inFlight: one.inFlight + other.inFlight,
      connections: one.connections + other.connections,
      connected: one.connected + other.connected,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#straight.close(), this.#proxied.close()]);
  }

  #choose(origin: string): Transport {
    const url = URL.parse(origin);
    const transport = url === null || this.#choice(url) === null ? this.#straight : this.#proxied;
    if (this.#byOrigin.size >= maxOrigins) this.#byOrigin.clear();
    this.#byOrigin.set(origin, transport);
    return transport;
  }
}
