// A transport without a network, for tests of programs: answers come from routes or a function, and it remembers what
// it was asked. It keeps the contract of the transports that open sockets, so that what works over it works over them.
//
// Invariant: a request that nothing answers is an error that names it, never silence and never a 404.

import { systemClock } from '../../concurrency/clock.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { ManyfetchError } from '../../errors.ts';
import type { HttpRequest } from '../request.ts';
import type { Exchange, ResponseHandler, SendOptions, Transport, TransportStatistics } from '../transport.ts';
import type { MockAnswer, MockHandler } from './mock-answer.ts';
import { MockExchange } from './mock-exchange.ts';
import { MockRequest } from './mock-request.ts';
import { MockRouter } from './mock-routes.ts';
import type { MockRoutes } from './mock-routes.ts';

/** How a mock works. */
export interface MockOptions {
  /** Tells how long `delayMs` is. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Finds the answer to a request whose body was read; throws a ManyfetchError if there is none. */
export type MockAnswers = (
  request: HttpRequest,
  body: Uint8Array,
  seen: (request: MockRequest) => void,
) => Promise<MockAnswer>;

/** What `mockTransport` and `replayTransport` make. Give it to a client as its `transport`. */
export class MockTransport implements Transport {
  /** What it was asked, in the order in which requests were whole. Empty it between tests: `calls.length = 0`. */
  readonly calls: MockRequest[] = [];
  readonly #answers: MockAnswers;
  readonly #clock: Clock;
  readonly #inFlight = new Set<MockExchange>();
  /** Connections that carry nothing, by origin. */
  readonly #idle = new Map<string, number>();
  #connected = 0;
  #closed = false;

  constructor(answers: MockAnswers, options: MockOptions = {}) {
    this.#answers = answers;
    this.#clock = options.clock ?? systemClock;
  }

  send(request: HttpRequest, handler: ResponseHandler, options: SendOptions = {}): Exchange {
    const { origin } = request;
    const idle = this.#idle.get(origin) ?? 0;
    const reused = idle > 0 && options.fresh !== true;
    if (reused) this.#idle.set(origin, idle - 1);
    else this.#connected++;
    const seen = (call: MockRequest): void => void this.calls.push(call);
    const exchange: MockExchange = new MockExchange({
      request,
      handler,
      options,
      clock: this.#clock,
      reused,
      answer: this.#closed ? null : (whole, body) => this.#answers(whole, body, seen),
      onOver: (kept) => this.#ended(exchange, origin, kept),
    });
    this.#inFlight.add(exchange);
    return exchange;
  }

  statistics(): TransportStatistics {
    let connections = this.#inFlight.size;
    for (const idle of this.#idle.values()) connections += idle;
    return { inFlight: this.#inFlight.size, connections, connected: this.#connected };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#idle.clear();
    for (const exchange of this.#inFlight) exchange.fail('cancelled', 'the transport was closed');
    return Promise.resolve();
  }

  #ended(exchange: MockExchange, origin: string, kept: boolean): void {
    this.#inFlight.delete(exchange);
    if (kept && !this.#closed) this.#idle.set(origin, (this.#idle.get(origin) ?? 0) + 1);
  }
}

/**
 * A transport that answers without a network: give it to a client as its `transport`. Answers are written as a table of
 * routes, or made by a function. What neither answers ends with an error of code `mock_failed` that names the request and the
 * nearest route. `calls` has what was asked.
 *
 * @throws UsageError for a route that cannot be read
 * @example
 * import { Client, mockTransport } from 'manyfetch';
 *
 * const transport = mockTransport({
 *   'GET /orders/:id': ({ params }) => ({ json: { id: params.id } }),
 *   'POST /orders': [{ status: 503 }, { status: 201 }],
 * });
 * await using client = new Client({ baseUrl: 'http://api.test', transport });
 * console.log(await client.get('/orders/7').json()); // prints { id: '7' }
 * console.log((await client.post('/orders', { json: { total: 5 } })).status); // prints 503
 * console.log(transport.calls[1]?.json()); // prints { total: 5 }
 */
export function mockTransport(answers: MockRoutes | MockHandler, options: MockOptions = {}): MockTransport {
  return new MockTransport(typeof answers === 'function' ? byFunction(answers) : byRoutes(answers), options);
}

function byFunction(handler: MockHandler): MockAnswers {
  return async (request, body, seen) => {
    const call = new MockRequest(request, body);
    seen(call);
    return (await handler(call)) ?? unanswered(request, 'The function of the mock returned nothing for it.');
  };
}

function byRoutes(routes: MockRoutes): MockAnswers {
  const router = new MockRouter(routes);
  return async (request, body, seen) => {
    const route = router.take(request.method, request.origin, request.path);
    const call = new MockRequest(request, body, route?.params);
    seen(call);
    if (route === null) {
      const nearest = router.nearest(request.method, request.origin, request.path);
      return unanswered(request, nearest === null ? 'The mock has no routes.' : `The nearest route is "${nearest}".`);
    }
    const answer = typeof route.given === 'function' ? await route.given(call) : route.given;
    return answer ?? unanswered(request, 'The function of its route returned nothing for it.');
  };
}

function unanswered({ method, shownUrl }: HttpRequest, hint: string): never {
  throw new ManyfetchError('mock_failed', `the mock has no answer for ${method} ${shownUrl}`, { hint });
}
