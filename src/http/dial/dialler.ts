// The contract of what opens sockets for our own transport: straight to the target, by name, with TLS on
// top where it wants it. Proxies are not its business.

import type { Socket } from 'node:net';
import type { AbortDial, Target } from './connectors.ts';

/** How the bytes of a socket are read: into one buffer that all sockets share, without a stream. */
export interface Reading {
  /** Overwritten by the next read of any socket: what is wanted longer is copied before `callback` returns. */
  readonly buffer: Uint8Array;
  /** So many bytes were read. False: read no further (`socket.resume` goes on). */
  callback(bytes: number): boolean;
}

/** What is offered to a server by ALPN (RFC 7301); over cleartext it has no meaning. */
export type Offer = 'http1' | 'http2' | 'either';

/** One socket to be opened. */
export interface Dialling {
  readonly target: Target;
  readonly offer: Offer;
  /** Null: the socket is an ordinary stream. It may be ignored by who takes over the socket (`node:http2` does). */
  readonly reading: Reading | null;
}

/** Called once, never before `dial` has returned, and not after an abort. A TLS socket has done its handshake. */
export type DialDone = (error: Error | null, socket: Socket | null) => void;

/** Opens sockets. */
export interface Dialler {
  /** Ends with an error when the connect timeout is over: it holds from here to the end of the handshake. */
  dial(dialling: Dialling, done: DialDone): AbortDial;
}
