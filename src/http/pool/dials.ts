// The connections to an origin that are being made: how many may be at once, and what they become when the
// protocol is known.
//
// Invariant: each dial ends in `opened` or `dialFailed`, once, unless it was given up.

import type { Socket } from 'node:net';
import type { Clock } from '../../concurrency/clock.ts';
import { ManyfetchError } from '../../errors.ts';
import { ConnectPace } from '../dial/connect-pace.ts';
import type { DialTimes } from '../exchange-times.ts';
import type { AbortDial, Dialler } from '../dial/dialler.ts';
import { Http1Connection } from '../wire/http1-connection.ts';
import type { Http1Settings } from '../wire/http1-connection.ts';
import { WireFault } from '../wire/wire-fault.ts';
import type { Carrier, CarrierOwner } from './carrier.ts';
import type { Route } from './route.ts';

/** What is needed to make connections. */
export interface DialParts {
  readonly dialler: Dialler;
  readonly clock: Clock;
  readonly http1: Http1Settings;
  readonly makeHttp2: (socket: Socket, owner: CarrierOwner) => Carrier;
}

/** Who gets them. */
export interface DialsOwner extends CarrierOwner {
  opened(carrier: Carrier): void;
  dialFailed(error: Error): void;
}

export class Dials {
  readonly #route: Route;
  readonly #parts: DialParts;
  readonly #owner: DialsOwner;
  readonly #pace = new ConnectPace();
  readonly #under = new Set<{ abort: AbortDial | null }>();
  /** What the server speaks; `ask`: the first connection will tell. */
  protocol: Route['protocol'];

  constructor(route: Route, parts: DialParts, owner: DialsOwner) {
    this.#route = route;
    this.#parts = parts;
    this.#owner = owner;
    this.protocol = route.protocol;
  }

  /** Under way now. */
  get size(): number {
    return this.#under.size;
  }

  /** Whether one more may begin. `together`: one connection will carry many. */
  mayBegin(together: boolean): boolean {
    const waitsForOne = this.protocol === 'ask' || (this.protocol === 'http2' && together);
    return waitsForOne ? this.#under.size === 0 : this.#pace.may(this.#under.size);
  }

  begin(): void {
    const { clock, dialler, http1 } = this.#parts;
    const { insists, target } = this.#route;
    const connection = insists ? null : new Http1Connection(this.#owner, http1);
    const dial: { abort: AbortDial | null } = { abort: null };
    this.#under.add(dial);
    const beganMs = clock.now();
    // Behind one address there may be servers that speak HTTP/2 and others that do not.
    const offer = insists ? 'http2' : this.protocol === 'http1' ? 'http1' : 'either';
    dial.abort = dialler.dial({ target, offer, reading: connection }, (error, socket, times) => {
      this.#under.delete(dial);
      if (socket === null) {
        this.#pace.failed(error);
        this.#owner.dialFailed(error ?? new Error('no socket'));
        return;
      }
      this.#pace.succeeded(clock.now() - beganMs);
      this.#made(socket, connection, times ?? null);
    });
  }

  /** Gives up one of them. */
  giveUpOne(): void {
    for (const dial of this.#under) {
      this.#under.delete(dial);
      dial.abort?.();
      return;
    }
  }

  giveUpAll(): void {
    for (const { abort } of this.#under) abort?.();
    this.#under.clear();
  }

  #made(socket: Socket, connection: Http1Connection | null, times: DialTimes | null): void {
    // Known of TLS sockets only, whose class is not loaded for the sake of this question.
    const agreed = 'alpnProtocol' in socket ? socket.alpnProtocol : null;
    const isHttp2 = this.#route.target.secure ? agreed === 'h2' : this.protocol === 'http2';
    if (this.#route.insists && !isHttp2) {
      socket.destroy();
      const message = `${this.#route.origin} does not speak HTTP/2`;
      this.#owner.dialFailed(new ManyfetchError('protocol_error', message, { hint: 'Use --http auto.' }));
      return;
    }
    this.protocol = isHttp2 ? 'http2' : 'http1';
    if (isHttp2 || connection === null) {
      const session = this.#parts.makeHttp2(socket, this.#owner);
      session.dialTimes = times;
      this.#owner.opened(session);
      return;
    }
    connection.dialTimes = times;
    connection.attach(socket);
    if (connection.limit > 0) {
      this.#owner.opened(connection);
      return;
    }
    // What speaks before it is asked is not an HTTP server.
    socket.destroy();
    this.#owner.dialFailed(new WireFault('unasked'));
  }
}
