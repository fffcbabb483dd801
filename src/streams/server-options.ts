// What a server is told, and what of it can be used.

import { checkedSocketPath } from '../http/dial/socket-path.ts';
import { UsageError } from '../errors.ts';
import { badValue } from '../concurrency/bad-value.ts';
import type { Connection } from './connection.ts';
import type { ServerTlsOptions } from './server-tls.ts';
import { refuseUnknown } from '../concurrency/refuse-unknown.ts';
import {
  checkedCount,
  checkedPort,
  checkedTime,
  limitNames,
  resolvedLimits,
  streamOptionsElsewhere,
} from './stream-options.ts';
import type { StreamLimits } from './stream-options.ts';

/** What a handler is told about itself. It fits where options with a `signal` are taken: `connection.readLine(context)`. */
export interface ConnectionContext {
  /** Aborts when the server closes and does not wait any longer; the connection is gone then. */
  readonly signal: AbortSignal;
  /** It has aborted. */
  readonly cancelled: boolean;
  /** @throws the reason of the signal, if it has aborted */
  throwIfCancelled(): void;
}

/**
 * Serves one connection, as a task of its own. When it returns the connection is closed in good order; when it throws it is cut off.
 */
export type ConnectionHandler = (connection: Connection, context: ConnectionContext) => unknown;

/** How a server listens and serves. */
export interface StartServerOptions extends StreamLimits {
  /** The address to listen at. @default '127.0.0.1': this machine only */
  readonly host?: string | undefined;
  /** @default 0: one that is free */
  readonly port?: number | undefined;
  /**
   * Of a Unix socket to listen at, instead of `host` and `port`. One that a server has left behind is taken over; the file is removed when the server
   * closes. Not with `tls`: there is `startTls` of a connection.
   */
  readonly path?: string | undefined;
  /** TLS for all connections. @default none */
  readonly tls?: ServerTlsOptions | undefined;
  /** So many at once; what comes beyond is hung up on. @default 1000 */
  readonly maxConnections?: number | undefined;
  /** Connections that may wait for the machine to accept them; it may allow fewer. @default 511 */
  readonly backlog?: number | undefined;
  /** For a TLS handshake. @default 10000 */
  readonly handshakeTimeoutMs?: number | undefined;
  /** How long handlers may go on when the server closes. @default 10000 */
  readonly graceMs?: number | undefined;
  /**
   * Told what a handler threw; null: the server itself could not accept a connection. The server goes on.
   * @default a warning of the process
   */
  readonly onError?: ((error: unknown, connection: Connection | null) => void) | undefined;
  /** Closes the server when it aborts, without grace. */
  readonly signal?: AbortSignal | undefined;
}

const known = {
  host: 0,
  port: 0,
  path: 0,
  tls: 0,
  ...limitNames,
  maxConnections: 0,
  backlog: 0,
  handshakeTimeoutMs: 0,
  graceMs: 0,
  onError: 0,
  signal: 0,
} satisfies Record<keyof StartServerOptions, 0>;

/** @throws UsageError for what cannot be used */
export function checkedServer(options: StartServerOptions) {
  refuseUnknown(options, known, streamOptionsElsewhere);
  const { tls, onError, maxConnections = 1_000, handshakeTimeoutMs = 10_000, graceMs = 10_000 } = options;
  if (options.path !== undefined && [options.host, options.port, tls].some((given) => given !== undefined))
    throw new UsageError('bad_option', '`path` cannot be given together with `host`, `port` or `tls`');
  if (onError !== undefined && typeof onError !== 'function') throw badValue('`onError`', 'a function', onError);
  return {
    limits: resolvedLimits(options),
    host: options.host ?? '127.0.0.1',
    port: checkedPort(options.port ?? 0, 0),
    path: options.path === undefined ? null : checkedSocketPath(options.path, '`path`'),
    tls,
    maxConnections: checkedCount('`maxConnections`', maxConnections, 1),
    backlog: checkedCount('`backlog`', options.backlog ?? 511, 1),
    handshakeTimeoutMs: checkedTime('`handshakeTimeoutMs`', handshakeTimeoutMs),
    graceMs: checkedTime('`graceMs`', graceMs),
    onError: onError ?? warn,
    signal: options.signal,
  };
}

export type CheckedServer = ReturnType<typeof checkedServer>;

/** Once for each: what nobody listens to must not go unseen. */
function warn(error: unknown, connection: Connection | null): void {
  const whose = connection === null ? 'A connection' : `The handler of a connection from ${connection.remote.address}`;
  process.emitWarning(`${whose} failed: ${String(error)}. Give \`onError\` to deal with it.`, {
    type: 'ConnectionWarning',
    code: 'MANYFETCH_CONNECTION_FAILED',
    ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }),
  });
}
