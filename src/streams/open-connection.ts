// Opens a connection: names, addresses, TLS and the time that all this may take are the business of `http/dial/`.

import type { Socket } from 'node:net';
import { badValue } from '../concurrency/bad-value.ts';
import { onAbort } from '../concurrency/on-abort.ts';
import { SocketOpener } from '../http/dial/socket-opener.ts';
import { TimeLimit } from '../http/dial/time-limit.ts';
import { openingFailure, settingsFailure } from './connection-failure.ts';
import { connectionOver } from './connection.ts';
import type { Connection } from './connection.ts';
import { checkedPort, checkedTime, resolvedLimits } from './stream-options.ts';
import type { StreamLimits } from './stream-options.ts';

/** Whom to trust, and who one is. All as PEM text. */
export interface ClientTlsOptions {
  /** Authorities to trust besides those that Node does. */
  readonly ca?: string | undefined;
  /** A certificate of one's own, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Take any certificate: then anybody can be the other side. @default false */
  readonly insecure?: boolean | undefined;
}

/** Where a connection shall lead, and how it is made. */
export interface OpenConnectionOptions extends StreamLimits {
  /** A name, whose addresses are tried in turn, or an IP address. @default 'localhost' */
  readonly host?: string | undefined;
  readonly port: number;
  /** TLS, with the usual authorities or as is said. @default false */
  readonly tls?: boolean | ClientTlsOptions | undefined;
  /** For the name, the connection and the TLS handshake together. @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Gives up connecting when it aborts. For the connection itself it means nothing any more. */
  readonly signal?: AbortSignal | undefined;
}

/** For all without settings of their own: they share what was found out about names, and the authorities. */
let usual: SocketOpener | null = null;

/**
 * Opens a TCP or TLS connection: `asyncio.open_connection`.
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
  const { tls = false, connectTimeoutMs = 10_000, signal } = options;
  const limits = resolvedLimits(options);
  const port = checkedPort(options.port, 1);
  const host = checkedHost(options.host ?? 'localhost');
  checkedTime('`connectTimeoutMs`', connectTimeoutMs);
  const opener = openerFor(tls);
  const limit = new TimeLimit({ clock: limits.clock, connectTimeoutMs: Math.min(connectTimeoutMs, 2 ** 31 - 1) });
  signal?.throwIfAborted();
  const peer = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const target = { secure: tls !== false, host, port };
  return await new Promise<Connection>((resolve, reject) => {
    const done = (error: Error | null, socket: Socket | null): void => {
      forget();
      if (socket !== null) resolve(connectionOver(socket, limits, peer));
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

function openerFor(tls: boolean | ClientTlsOptions): SocketOpener {
  if (typeof tls === 'boolean') return (usual ??= new SocketOpener({}));
  const { ca, cert, key, insecure = false } = tls;
  try {
    return new SocketOpener({
      verifyTls: !insecure,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
  } catch (error) {
    throw settingsFailure(error);
  }
}

/** URLs have brackets around IPv6 addresses. */
function checkedHost(host: string): string {
  if (typeof host !== 'string' || host === '') throw badValue('`host`', 'a name or an IP address', host);
  return host.replace(/^\[(.*)\]$/, '$1');
}
