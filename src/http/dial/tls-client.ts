// Begins TLS connections: what they share, what they offer, and the sessions that they resume. Waiting for
// the handshake is not its business.
//
// Invariant: one secure context and one store of sessions for all connections, so that a session is only ever
// resumed under the settings under which its server was verified.

import type { IpcNetConnectOpts, Socket, TcpNetConnectOpts } from 'node:net';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TransportOptions } from '../transport-options.ts';
import type { Offer, Target } from './dialler.ts';
import { TlsSessions } from './tls-sessions.ts';
import { tlsSettings } from './tls-settings.ts';
import type { TlsSettings } from './tls-settings.ts';

const protocols: Readonly<Record<Offer, string[]>> = {
  http1: ['http/1.1'],
  http2: ['h2'],
  either: ['h2', 'http/1.1'],
  none: [],
};

/** The way to a server: options for a new connection, or one that leads there already. */
export type Way =
  | TcpNetConnectOpts
  | IpcNetConnectOpts
  | { readonly host: string; readonly port: number; readonly socket: Socket };

/** A connection that has begun, and how to say that its handshake failed. */
export interface TlsBeginning {
  readonly socket: TLSSocket;
  readonly failed: () => void;
}

export class TlsClient {
  readonly #options: TransportOptions;
  readonly #sessions = new TlsSessions();
  #settings: TlsSettings | null = null;

  /** @throws UsageError for certificates that cannot be used. */
  constructor(options: TransportOptions) {
    this.#options = options;
    if (options.ca !== undefined || options.cert !== undefined || options.key !== undefined) this.#share();
  }

  begin(target: Target, offer: Offer, way: Way): TlsBeginning {
    const { connect } = process.getBuiltinModule('node:tls');
    const server = `${target.host}:${target.port}`;
    const session = this.#sessions.get(server);
    const socket = connect({
      ...way,
      ...(this.#settings ?? this.#share()),
      // An IP address is not a server name (RFC 6066, 3).
      servername: isIP(target.host) === 0 ? target.host : '',
      ALPNProtocols: protocols[offer],
      ...(session === undefined ? {} : { session }),
    });
    const remember = (newer: Buffer): unknown => this.#sessions.set(server, newer);
    // Trap: Node forgets that somebody wants sessions when it goes on from one address to the next.
    if ('socket' in way) socket.on('session', remember);
    else socket.once('connect', () => socket.on('session', remember));
    const failed = (): void => {
      if (session !== undefined) this.#sessions.drop(server, session);
    };
    return { socket, failed };
  }

  #share(): TlsSettings {
    this.#settings = tlsSettings(this.#options);
    return this.#settings;
  }
}
