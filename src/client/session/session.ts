// What the calls of a client share: transport, limits, cookies, the timer, and who is on the way. It does not refer to the
// client (only calls do, while they are on their way), so that one that was dropped without being closed can be found.
//
// Invariant: a call is among those on the way from its beginning until nothing of it is left.

import { Bag } from '../../concurrency/containers/bag.ts';
import type { Bagged } from '../../concurrency/containers/bag.ts';
import { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import { ManyfetchError } from '../../errors.ts';
import { CookieJar } from '../../http/cookies/cookie-jar.ts';
import type { AnyResponse } from '../response/any-response.ts';
import type { RequestOptions } from '../client-options.ts';
import { Call } from './call.ts';
import type { CallHome } from './call-home.ts';
import { callSettings } from './call-settings.ts';
import { OriginPermits } from './origin-permits.ts';
import { RequestPlanner } from './planned-request.ts';
import type { ResolvedClientOptions } from './resolve-client-options.ts';
import type { SendingParts } from './sending.ts';
import { throwingInCode } from '../../http/in-code.ts';
import { withCaller } from './with-caller.ts';

/** A client at one moment. */
export interface ClientStatistics {
  /** Calls that have begun and are not over; a stream is over when its body is. */
  readonly active: number;
  /** Requests on the wire. */
  readonly inFlight: number;
  /** Requests that wait for the limits of the client. */
  readonly queued: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Connections made since the start. */
  readonly connected: number;
  /** Calls since the start. */
  readonly calls: number;
  /** Requests sent since the start: redirects, challenges and attempts too. */
  readonly sent: number;
  /** Attempts after the first. */
  readonly retried: number;
  /** Sent again at no cost, as the connection turned out to be dead. */
  readonly resent: number;
}

export class Session implements CallHome {
  readonly options: ResolvedClientOptions;
  readonly parts: SendingParts;
  readonly permits: OriginPermits;
  readonly planner: RequestPlanner;
  readonly counts = { calls: 0, sent: 0, retried: 0, resent: 0 };
  readonly #active = new Bag<Call>();
  #jar: CookieJar | null;
  #closing: Promise<void> | null = null;
  #drained: (() => void) | null = null;

  constructor(options: ResolvedClientOptions) {
    const { clock, cookies, limits, transport } = options;
    this.options = options;
    this.parts = { transport, clock, wheel: new TimerWheel(clock) };
    this.permits = new OriginPermits(limits, clock);
    this.planner = new RequestPlanner(options);
    this.#jar = cookies === 'own' ? null : cookies;
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /** Something was sent, or will be. */
  get wasUsed(): boolean {
    return this.counts.calls > 0;
  }

  /** @param keeper what must not be taken for dropped before this is over: the client */
  async request(
    method: string,
    url: string | URL,
    options: RequestOptions,
    isStream: boolean,
    keeper: object,
  ): Promise<AnyResponse> {
    if (this.#closing !== null) {
      throw new ManyfetchError('client_closed', `${method}: the client was closed before`, {
        hint: 'close a client when nothing uses it any more; `await using` does so at the end of a block',
      });
    }
    const settings = callSettings(options, this.options.settings);
    const { signal } = options;
    if (signal?.aborted === true) throw signal.reason;
    const planned = throwingInCode(() => this.planner.plan(method, url, options, settings));
    const call = new Call(this, planned, settings, isStream, keeper);
    this.counts.calls++;
    this.#active.add(call);
    try {
      return await call.run(signal);
    } catch (error) {
      throw withCaller(error);
    }
  }

  cookieHeader(url: string): string | null {
    return this.#jar === null ? null : this.#jar.header(url);
  }

  storeCookies(url: string, setCookie: readonly string[]): void {
    this.jar()?.store(url, setCookie);
  }

  /** The jar, made if it was not needed yet; null: the client has none. */
  jar(): CookieJar | null {
    if (this.options.cookies === 'own') this.#jar ??= new CookieJar({ clock: this.options.clock });
    return this.#jar;
  }

  over(call: Bagged): void {
    this.#active.delete(call as Call);
    if (this.#active.size === 0) this.#drained?.();
  }

  statistics(): ClientStatistics {
    const { connected, connections } = this.parts.transport.statistics();
    const { inFlight, waiting: queued } = this.permits;
    return { active: this.#active.size, inFlight, queued, connections, connected, ...this.counts };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    for (const call of this.#active.toArray())
      call.stop(new ManyfetchError('client_closed', 'the client was closed while the request was on its way'));
    if (this.#active.size > 0) await drained;
    if (this.options.ownsTransport) await this.parts.transport.close();
  }
}
