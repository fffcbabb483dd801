// How connections are made. Paths have been read and values checked by whoever builds these.

import type { LookupFunction } from 'node:net';
import type { Clock } from '../concurrency/clock.ts';

/** Options of a transport. */
export interface TransportOptions {
  /** @default 10000 */
  readonly connectTimeoutMs?: number;
  /** From the request's last byte to the head of its answer. @default none: the caller's own timeouts hold */
  readonly headersTimeoutMs?: number;
  /** Between two pieces of a body, while nobody has paused it. @default none */
  readonly bodyTimeoutMs?: number;
  /** An idle connection is kept so long, unless the server says how long (`Keep-Alive: timeout`). @default 4000 */
  readonly keepAliveMs?: number;
  /** No hint of a server keeps an idle connection longer. @default 600000 */
  readonly keepAliveMaxMs?: number;
  /**
   * Requests that may be on their way at once on one HTTP/1.1 connection (RFC 9112, 9.3.2). Beyond the first only
   * those with idempotent methods, to a server whose answers on that connection keep it open. Of the wire only. @default 1
   */
  readonly pipelining?: number;
  /** Verify certificates. @default true */
  readonly verifyTls?: boolean;
  /** PEM text of authorities to trust besides Node's own. */
  readonly ca?: string;
  /** PEM text of a client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** `1.1` never offers HTTP/2; `2` insists on it (over cleartext with prior knowledge); `auto` takes what TLS negotiates. @default auto */
  readonly http?: '1.1' | '2' | 'auto';
  /** Proxy URL, with user info if it wants credentials; null: none; undefined: HTTP_PROXY, HTTPS_PROXY, NO_PROXY of `env`. */
  readonly proxy?: string | null;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Limit of a header section. @default 64 KiB */
  readonly maxHeaderBytes?: number;
  /** Of a Unix socket, to which all connections lead, whatever host a URL names; no proxy is used then. */
  readonly socketPath?: string;
  /**
   * Finds the addresses of a host, as `node:dns.lookup` does; called with `all: true`, once for a host in
   * 30 s. For resolvers of one's own, and tests. @default node:dns.lookup, and so /etc/hosts and nsswitch
   */
  readonly lookup?: LookupFunction;
  /** Tells how old addresses are, and when a connection takes too long. For tests. */
  readonly clock?: Clock;
}
