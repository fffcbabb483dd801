// What tests with frames written by hand begin and end with: a transport, peers, and their end.

import type { TransportOptions } from '../http/transport-options.ts';
import type { Transport } from '../http/transport.ts';
import { Http2Peer, type } from './http2-frames.ts';
import type { PeerScript } from './http2-frames.ts';

export class Http2Bench {
  readonly #create: (options: TransportOptions) => Transport;
  readonly #transports: Transport[] = [];
  readonly #peers: Http2Peer[] = [];

  constructor(create: (options: TransportOptions) => Transport) {
    this.#create = create;
  }

  /** A transport that speaks HTTP/2 without being asked to. */
  make(options: TransportOptions = {}): Transport {
    const transport = this.#create({ http: '2', ...options });
    this.#transports.push(transport);
    return transport;
  }

  peer(script: PeerScript): Promise<Http2Peer> {
    const peer = new Http2Peer(script);
    this.#peers.push(peer);
    return peer.listen();
  }

  /** A peer that answers each request with these frames. */
  answering(frames: (stream: number) => readonly Buffer[]): Promise<Http2Peer> {
    return this.peer({
      onFrame: ({ kind, stream }, connection) => {
        if (kind === type.headers) connection.send(...frames(stream));
      },
    });
  }

  async close(): Promise<void> {
    for (const transport of this.#transports.splice(0)) await transport.close();
    for (const peer of this.#peers.splice(0)) await peer[Symbol.asyncDispose]();
  }
}
