// The contract of what opens sockets for our own transport: straight to the target, by name, with TLS on
// top where it wants it. Proxies are not its business.

import type { Socket } from 'node:net';
import type { DialTimes } from '../exchange-times.ts';

/** Where a socket shall lead. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** How the bytes of a socket are read: into one buffer that all sockets share, without a stream. */
export interface Reading {
  /** Overwritten by the next read of any socket: what is wanted longer is copied before `callback` returns. */
  readonly buffer: Uint8Array;
  /** So many bytes were read. False: read no further (`socket.resume` goes on). */
  callback(bytes: number): boolean;
}

/** What is offered to a server by ALPN (RFC 7301), `none` for what is not HTTP; over cleartext it has no meaning. */
export type Offer = 'http1' | 'http2' | 'either' | 'none';

/** One socket to be opened. */
export interface Dialling {
  readonly target: Target;
  /** A server that knows no ALPN connects all the same: what was agreed on is the socket's `alpnProtocol`. */
  readonly offer: Offer;
  /** Null: the socket is an ordinary stream. It may be ignored by who takes over the socket (`node:http2` does). */
  readonly reading: Reading | null;
}

/** How far a dialling had come. */
export interface Reached {
  /** The name whose addresses were not known yet; null: they were. */
  readonly lookingUp: string | null;
  /** The addresses that were tried, in order. */
  readonly tried: readonly string[];
}

/** Ends the dialling, frees its socket, and says how far it had come. */
export type AbortDial = () => Reached;

/**
 * Called once, never before `dial` has returned, and not after an abort. A TLS socket has done its handshake.
 * @param times what the socket took to make, if somebody looked
 */
export type DialDone = (error: Error | null, socket: Socket | null, times?: DialTimes) => void;

/** Opens sockets. */
export interface Dialler {
  /** Ends with an error when the connect timeout is over: it holds from here to the end of the handshake. */
  dial(dialling: Dialling, done: DialDone): AbortDial;
}
