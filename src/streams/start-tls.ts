// Puts TLS on top of a socket that is connected: the handshake of either side, and what it may be told.
//
// Invariant: what came before the handshake and was not read is part of it. So nothing that somebody has slipped in as cleartext
// is taken for what came over TLS: the handshake fails.

import type { Socket } from 'node:net';
import { UsageError } from '../errors.ts';
import { onAbort } from '../concurrency/on-abort.ts';
import { refuseUnknown } from '../concurrency/refuse-unknown.ts';
import { SocketOpener } from '../http/dial/socket-opener.ts';
import { openingFailure, settingsFailure } from './connection-failure.ts';
import { tlsOptions } from './server-tls.ts';
import type { ResolvedLimits, StreamWaitOptions } from './stream-options.ts';
import { waitWithin } from './wait-within.ts';
import type { Waiter } from './wait-within.ts';

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

/** How TLS is put on top of a connection. A server's side needs `cert` and `key`, and takes no `ca`, `insecure` and `host`. */
export interface StartTlsOptions extends ClientTlsOptions, StreamWaitOptions {
  /** The name that the certificate of the server must be for. @default the `host` that was connected to */
  readonly host?: string | undefined;
  /** Of a server: clients must show a certificate that was issued by one of these. @default none is asked for */
  readonly clientCa?: string | undefined;
  /** For the handshake, in milliseconds. @default 10000 */
  readonly timeoutMs?: number | undefined;
}

/** A socket whose other side is to be spoken to over TLS. */
export interface PlainSocket {
  readonly socket: Socket;
  readonly peer: string;
  /** The name of the other side; null: this side is the server. */
  readonly host: string | null;
}

const ofClients = { ca: 0, cert: 0, key: 0, insecure: 0 } satisfies Record<keyof ClientTlsOptions, 0>;
const ofHandshakes = { ...ofClients, host: 0, clientCa: 0, timeoutMs: 0, signal: 0 } satisfies Record<
  keyof StartTlsOptions,
  0
>;

/** What Node and Python call them. */
const elsewhere = {
  servername: 'host',
  serverhostname: 'host',
  rejectunauthorized: 'insecure',
  clientca: 'clientCa',
  sslhandshaketimeout: 'timeoutMs',
};

interface Settings extends ClientTlsOptions {
  readonly path: string | null;
}

/** For all without settings of their own: they share what was found out about names, and the authorities. */
let usual: SocketOpener | null = null;
/** To read all authorities takes 10 ms: what is asked for again and again shares them, and TLS sessions. */
let last: { readonly settings: Settings; readonly opener: SocketOpener } | null = null;

/** @param path of a Unix socket @throws UsageError `bad_option` for certificates that cannot be used */
export function openerFor(tls: boolean | ClientTlsOptions, path: string | null = null): SocketOpener {
  if (typeof tls === 'boolean' && path === null) return (usual ??= new SocketOpener({}));
  if (typeof tls !== 'boolean') refuseUnknown(tls, ofClients, elsewhere, '`tls`');
  const { ca, cert, key, insecure = false } = typeof tls === 'boolean' ? {} : tls;
  const settings = { path, ca, cert, key, insecure };
  if (last === null || !isSame(last.settings, settings)) last = { settings, opener: newOpener(settings) };
  return last.opener;
}

function isSame(one: Settings, other: Settings): boolean {
  return (['path', 'ca', 'cert', 'key', 'insecure'] as const).every((name) => one[name] === other[name]);
}

function newOpener({ path, ca, cert, key, insecure }: Settings): SocketOpener {
  try {
    return new SocketOpener({
      verifyTls: insecure !== true,
      ...(path !== null && { socketPath: path }),
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
  } catch (error) {
    throw settingsFailure(error);
  }
}

/** Prepares a handshake, which is begun by calling what it gives. @throws UsageError for options that cannot be used */
export function handshake(
  isServer: boolean,
  options: StartTlsOptions,
): (plain: PlainSocket, waiter: Waiter<Socket>) => () => void {
  refuseUnknown(options, ofHandshakes, elsewhere);
  const { ca, cert, clientCa, insecure, key } = options;
  if (isServer) {
    if (ca !== undefined || options.host !== undefined || insecure !== undefined)
      throw new UsageError(
        'bad_option',
        '`ca`, `host` and `insecure` are of a client: to let in some only, give `clientCa`',
      );
    const settings = tlsOptions({ cert: cert ?? '', key: key ?? '', clientCa });
    return ({ socket }, waiter) => answerHandshake(socket, settings, waiter);
  }
  if (clientCa !== undefined) throw new UsageError('bad_option', '`clientCa` is of a server: to trust one, give `ca`');
  const opener = openerFor({ ca, cert, insecure, key });
  return ({ socket, host }, waiter) => {
    const target = { secure: true, host: options.host ?? host ?? 'localhost', port: socket.remotePort ?? 0 };
    const abort = opener.open({ target, offer: 'none', reading: null }, socket, (error, secured) => {
      if (secured === null) waiter.reject(error);
      else waiter.resolve(secured);
    });
    return () => void abort();
  };
}

/**
 * The socket with TLS on top. Nobody else may use what is below, nor listen to it.
 *
 * @param early what was read of it already
 * @param closing ends it with its reason
 * @throws TransportError `tls_failed`; DeadlineError; the reason of a signal
 */
export async function overTls(
  plain: PlainSocket,
  early: Uint8Array,
  begin: ReturnType<typeof handshake>,
  { timeoutMs = 10_000, signal }: StreamWaitOptions,
  closing: AbortSignal,
  { clock }: ResolvedLimits,
): Promise<Socket> {
  const { peer, socket } = plain;
  // Who goes before the handshake is over has not just ended its side.
  socket.allowHalfOpen = false;
  socket.on('error', nothing).pause();
  if (early.length > 0) socket.unshift(early);
  const missing = `The TLS handshake with ${peer} was not over`;
  let forget = nothing;
  try {
    return await waitWithin<Socket>({ signal, timeoutMs, clock, missing }, (waiter) => {
      forget = onAbort(closing, () => waiter.reject(closing.reason));
      return begin(plain, {
        resolve: (secured) => waiter.resolve(secured),
        reject: (error) => waiter.reject(openingFailure(error, peer)),
      });
    });
  } finally {
    forget();
  }
}

function nothing(): void {}

/** A server of its own that does not listen: it judges the certificate of a client as others do. */
function answerHandshake(socket: Socket, settings: ReturnType<typeof tlsOptions>, waiter: Waiter<Socket>): () => void {
  const server = process.getBuiltinModule('node:tls').createServer(settings);
  server.once('secureConnection', (secure) => waiter.resolve(secure));
  server.once('tlsClientError', (error) => waiter.reject(error));
  server.emit('connection', socket);
  return () => void socket.destroy();
}
