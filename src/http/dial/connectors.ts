// Opens sockets: the one place where undici's connector is used, and where a name becomes addresses.
// What a socket carries, and proxies, are the business of `dial.ts`.
//
// Invariant: connections to one host and port share TLS sessions, and all share one `NameLookup`.

import { Socket, isIP } from 'node:net';
import { buildConnector } from 'undici';
import { NameLookup } from './name-lookup.ts';
import { tlsSettings } from './tls-settings.ts';
import type { TransportOptions } from '../transport-options.ts';

/** Where a socket shall lead. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

export type Dialled = (error: Error | null, socket: Socket | null) => void;

/** How far a dialling had come. */
export interface Reached {
  /** The name whose addresses were not known yet; null: they were. */
  readonly lookingUp: string | null;
  /** The addresses that were tried, in order. */
  readonly tried: readonly string[];
}

/** Ends the dialling and says how far it had come. The callback may still be made with an error. */
export type AbortDial = () => Reached;

/**
 * What Node gives an address to answer before it hangs up and tries the next. Its own 250 ms fail servers
 * that are merely far away, and when thousands of connections are made at once. We can be patient,
 * since an address that failed is left for a while: the time is not spent for each connection.
 */
const attemptMs = 1_000;
/** More ports are not kept: those seen first are forgotten, with their TLS sessions. */
const maxPorts = 256;

interface PortConnectors {
  readonly withHttp2: buildConnector.connector;
  readonly withoutHttp2: buildConnector.connector;
}

export class Connectors {
  readonly #settings: buildConnector.BuildOptions;
  readonly #names: NameLookup;
  /** By port, since undici does not tell a lookup which port it is for. */
  readonly #byPort = new Map<number, PortConnectors>();

  /** @throws UsageError for certificates that cannot be used. */
  constructor(options: TransportOptions) {
    // undici's own timeout is exact to a second only, and begins anew behind a proxy.
    this.#settings = { timeout: 0, ...tlsSettings(options), autoSelectFamilyAttemptTimeout: attemptMs };
    this.#names = new NameLookup(options.lookup, options.clock);
  }

  /**
   * Opens a socket, with TLS if the target wants it.
   * @param under a socket that leads there already; null: one is connected
   */
  connect(target: Target, http2: boolean, under: Socket | null, done: Dialled): AbortDial {
    const connectors = this.#to(target.port);
    const connector = http2 ? connectors.withHttp2 : connectors.withoutHttp2;
    const isName = isIP(target.host) === 0;
    const socket: unknown = connector(
      {
        hostname: target.host,
        host: target.host,
        protocol: target.secure ? 'https:' : 'http:',
        port: String(target.port),
        // An IP address is not a server name (RFC 6066, 3).
        servername: isName ? target.host : '',
        ...(under === null ? {} : { httpSocket: under }),
      },
      (error, made) => done(error, made),
    );
    const tried: string[] = [];
    const looksUp = isName && under === null;
    if (looksUp && socket instanceof Socket) {
      this.#names.watch(socket);
      socket.on('connectionAttempt', (address) => tried.push(address));
    }
    return () => {
      // With an error, not without: it is what makes undici's connector clear its timer.
      if (socket instanceof Socket && !socket.destroyed) socket.destroy(new Error('aborted'));
      return { lookingUp: looksUp && tried.length === 0 ? target.host : null, tried };
    };
  }

  #to(port: number): PortConnectors {
    let connectors = this.#byPort.get(port);
    if (connectors === undefined) {
      const settings = { ...this.#settings, lookup: this.#names.towards(port) };
      connectors = {
        withHttp2: buildConnector({ ...settings, allowH2: true, preferH2: true }),
        withoutHttp2: buildConnector({ ...settings, allowH2: false }),
      };
      this.#byPort.set(port, connectors);
      const [oldest] = this.#byPort.keys();
      if (this.#byPort.size > maxPorts && oldest !== undefined) this.#byPort.delete(oldest);
    }
    return connectors;
  }
}
