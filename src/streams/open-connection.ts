// Opens a connection: names, addresses, TLS and the time that all this may take are the business of `http/dial/`.

import type { Socket } from 'node:net';
import { systemClock } from '../concurrency/clock.ts';
import { longestTimerMs } from '../concurrency/time/longest-timer.ts';
import { TimerWheel } from '../concurrency/time/timer-wheel.ts';
import { badValue } from '../concurrency/bad-value.ts';
import { UsageError } from '../errors.ts';
import { onAbort } from '../concurrency/on-abort.ts';
import { refuseUnknown } from '../concurrency/refuse-unknown.ts';
import { checkedSocketPath } from '../http/dial/socket-path.ts';
import { TimeLimit } from '../http/dial/time-limit.ts';
import { openingFailure } from './connection-failure.ts';
import { connectionOver } from './connection.ts';
import type { Connection } from './connection.ts';
import { openerFor } from './start-tls.ts';
import type { ClientTlsOptions } from './start-tls.ts';
import { checkedPort, checkedTime, limitNames, resolvedLimits, streamOptionsElsewhere } from './stream-options.ts';
import type { StreamLimits } from './stream-options.ts';

/** Where a connection shall lead, to a port or to the path of a Unix socket, and how it is made. */
export type OpenConnectionOptions = StreamLimits & {
  /** A name, whose addresses are tried in turn, or an IP address. With `path`, the name that a certificate must be for. @default 'localhost' */
  readonly host?: string | undefined;
  /** TLS, with the usual authorities or as is said. @default false */
  readonly tls?: boolean | ClientTlsOptions | undefined;
  /** For the name, the connection and the TLS handshake together. @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Gives up connecting when it aborts. For the connection itself it means nothing any more. */
  readonly signal?: AbortSignal | undefined;
} & ({ readonly port: number; readonly path?: undefined } | { readonly path: string; readonly port?: undefined });

/** One for all that connect: to make a wheel takes half as long as to connect. */
const wheel = new TimerWheel(systemClock);

const known = {
  host: 0,
  port: 0,
  path: 0,
  tls: 0,
  ...limitNames,
  connectTimeoutMs: 0,
  signal: 0,
} satisfies Record<keyof OpenConnectionOptions, 0>;

/**
 * Opens a connection over TCP or a Unix socket, with TLS or without: `asyncio.open_connection`, `open_unix_connection`.
 *
 * @throws TransportError `dns_failed`, `connect_refused`, `connect_failed`, `connect_timeout`, `tls_failed`, `local_limit`; the reason of the signal;
 *   UsageError for options that cannot be used
 * @example
 * import { openConnection } from 'manyfetch/streams';
 *
 * const { hostname: host, port } = new URL('http://127.0.0.1:8080');
 * await using connection = await openConnection({ host, port: Number(port) });
 * await connection.write('GET /hello/ann HTTP/1.0\r\n\r\n');
 * console.log(await connection.readLine()); // prints HTTP/1.1 200 OK
 */
export async function openConnection(options: OpenConnectionOptions): Promise<Connection> {
  refuseUnknown(options, known, streamOptionsElsewhere);
  const { tls = false, connectTimeoutMs = 10_000, signal } = options;
  const limits = resolvedLimits(options);
  const path = options.path === undefined ? null : checkedSocketPath(options.path, '`path`');
  const port = path === null ? checkedPort(options.port, 1) : 0;
  if (path !== null && (options as { port?: number }).port !== undefined)
    throw new UsageError('bad_option', '`path` and `port` cannot be given together');
  const host = checkedHost(options.host ?? 'localhost');
  checkedTime('`connectTimeoutMs`', connectTimeoutMs);
  const opener = openerFor(tls, path);
  const limit = new TimeLimit({ connectTimeoutMs: Math.min(connectTimeoutMs, longestTimerMs) }, wheel);
  signal?.throwIfAborted();
  const peer = path ?? (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  const target = { secure: tls !== false, host, port };
  return await new Promise<Connection>((resolve, reject) => {
    const done = (error: Error | null, socket: Socket | null): void => {
      forget();
      if (socket !== null) resolve(connectionOver({ socket, peer, host }, limits));
      else reject(openingFailure(error, peer));
    };
    const abort = limit.hold((finish) => opener.open({ target, offer: 'none', reading: null }, null, finish), done);
    const forget =
      signal === undefined
        ? () => undefined
        : onAbort(signal, () => {
            abort();
            reject(signal.reason);
          });
  });
}

/** URLs have brackets around IPv6 addresses. */
function checkedHost(host: string): string {
  if (typeof host !== 'string' || host === '') throw badValue('`host`', 'a name or an IP address', host);
  return host.replace(/^\[(.*)\]$/, '$1');
}
