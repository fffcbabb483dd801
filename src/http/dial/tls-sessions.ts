// TLS sessions to be resumed, one for each server, so that only the first connection pays for a whole
// handshake. ALPN is negotiated anew by each connection (RFC 7301, 3.2), so what was offered does not matter.
//
// Invariant: the newest session of a server is used for all connections that begin before it sends another.
// RFC 8446, C.4 would have each ticket used once, against being followed from one network to another. Who
// fetches the same host over a hundred connections at once hides nothing by that, and would pay with as
// many handshakes: a server sends two tickets. A server that takes a ticket once only answers with a whole handshake.

/** More servers are not remembered: those that sent a session longest ago are forgotten. */
export const maxServers = 256;

export class TlsSessions {
  readonly #byServer = new Map<string, Buffer>();

  /** The session to be resumed; undefined: there is none. */
  get(server: string): Buffer | undefined {
    return this.#byServer.get(server);
  }

  /** A server has sent a session. */
  set(server: string, session: Buffer): void {
    this.#byServer.delete(server);
    this.#byServer.set(server, session);
    if (this.#byServer.size <= maxServers) return;
    for (const oldest of this.#byServer.keys()) {
      this.#byServer.delete(oldest);
      return;
    }
  }

  /** A handshake that was to resume this session has failed. A newer one is left alone. */
  drop(server: string, session: Buffer): void {
    if (this.#byServer.get(server) === session) this.#byServer.delete(server);
  }
}
