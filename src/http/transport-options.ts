// How connections are made. Paths have been read and values checked by whoever builds these.

import type { LookupFunction } from 'node:net';
import type { Clock } from '../concurrency/clock.ts';

/** Options of a transport. */
export interface TransportOptions {
  /** @default 10000 */
  readonly connectTimeoutMs?: number;
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
  /**
   * Finds the addresses of a host, as `node:dns.lookup` does; called with `all: true`, once for a host in
   * 30 s. For resolvers of one's own, and tests. @default node:dns.lookup, and so /etc/hosts and nsswitch
   */
  readonly lookup?: LookupFunction;
  /** Tells how old addresses are, and when a connection takes too long. For tests. */
  readonly clock?: Clock;
}
