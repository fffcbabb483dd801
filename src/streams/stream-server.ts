// A server that listens: each connection it accepts is a task of its scope, and closing it waits for all of them. Listening is
// begun by `start-server.ts`.
//
// Invariants: never more than `maxConnections`. What a handler throws ends its connection and nothing else. After `close` there is
// no socket, task, timer or listener left.

import type { AddressInfo, Server, Socket } from 'node:net';
import { CancelledError } from '../errors.ts';
import { Alarm } from '../concurrency/time/alarm.ts';
import { isConsequence } from '../concurrency/scopes/cancellation.ts';
import { onAbort } from '../concurrency/on-abort.ts';
import { openScope } from '../concurrency/scope.ts';
import type { TaskContext } from '../concurrency/scope.ts';
import { shownAs } from '../concurrency/scopes/shown-as.ts';
import { connectionOver } from './connection.ts';
import type { Connection } from './connection.ts';
import type { CheckedServer, ConnectionHandler } from './server-options.ts';
import { checkedTime } from './stream-options.ts';

/** A server at one moment. */
export interface StreamServerStatistics {
  /** Connections that are served now. */
  readonly open: number;
  /** Ever. */
  readonly accepted: number;
  /** Hung up on, since there were too many. */
  readonly refused: number;
  /** Handlers that threw. */
  readonly failed: number;
  /** TLS handshakes that failed. */
  readonly failedHandshakes: number;
}

/** How to close a server. */
export interface CloseServerOptions {
  /** How long handlers may go on; then their connections are cut off. 0: not at all. @default that of the server */
  readonly graceMs?: number | undefined;
}

/** What listens, and what ends that. */
interface Listening {
  readonly server: Server;
  readonly stop: () => Promise<void>;
}

/** Makes one that listens already. */
export let serverOver: (listening: Listening, handler: ConnectionHandler, options: CheckedServer) => StreamServer;

/**
 * A server for connections that are not HTTP's: the `Server` of asyncio. Made by `startServer`.
 *
 * @example
 * import { openConnection, startServer } from 'manyfetch/streams';
 *
 * const server = await startServer((connection) => connection.write('hello'));
 * await using connection = await openConnection({ host: server.host, port: server.port });
 * console.log((await connection.readAll()).length, server.statistics().accepted); // prints 5 1
 * await server.close();
 */
export class StreamServer implements AsyncDisposable {
  /** The address at which it listens; '' and 0 for a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Of the Unix socket at which it listens; null: it has an address. */
  readonly path: string | null;
  readonly #stop: () => Promise<void>;
  readonly #handler: ConnectionHandler;
  readonly #options: CheckedServer;
  readonly #scope;
  /** In their TLS handshake, by the address they come from: the socket that comes out of it is another object. */
  readonly #shaking = new Map<string, Socket>();
  readonly #forgetSignal: () => void;
  #ended: Promise<void> | null = null;
  readonly #closed = Promise.withResolvers<void>();
  #accepted = 0;
  #refused = 0;
  #failed = 0;
  #failedHandshakes = 0;

  private constructor({ server: listening, stop }: Listening, handler: ConnectionHandler, options: CheckedServer) {
    const { address, port } = options.path === null ? (listening.address() as AddressInfo) : { address: '', port: 0 };
    this.host = address;
    this.port = port;
    this.path = options.path;
    this.#stop = stop;
    this.#handler = handler;
    this.#options = options;
    this.#scope = openScope({ clock: options.limits.clock });
    listening.on('drop', () => this.#refused++);
    listening.on('error', (error) => this.#tell(error, null));
    // Before TLS looks at it.
    listening.prependListener('connection', (socket: Socket) => this.#watch(socket));
    listening.on('tlsClientError', () => this.#failedHandshakes++);
    listening.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#accept(socket),
    );
    const end = (): void => void this.close({ graceMs: 0 });
    this.#forgetSignal = options.signal === undefined ? () => undefined : onAbort(options.signal, end);
  }

  statistics(): StreamServerStatistics {
    return {
      open: this.#scope.running,
      accepted: this.#accepted,
      refused: this.#refused,
      failed: this.#failed,
      failedHandshakes: this.#failedHandshakes,
    };
  }

  /** Settles when it has closed, whoever closed it: `serve_forever`. Never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Stops listening, lets handlers go on for `graceMs`, then cuts off their connections and aborts their signals; waits until all of
   * them have ended. Called once more it may shorten the grace. Never rejects.
   *
   * @throws UsageError for a `graceMs` that cannot be used
   */
  async close(options: CloseServerOptions = {}): Promise<void> {
    const { graceMs = this.#options.graceMs } = options;
    checkedTime('`graceMs`', graceMs);
    this.#ended ??= this.#end();
    const cancel = (): void => this.#scope.cancel(new CancelledError('The server was closed'));
    if (graceMs === 0) cancel();
    const alarm = new Alarm(this.#options.limits.clock, graceMs === 0 ? Infinity : graceMs, cancel);
    await this.#ended;
    alarm.clear();
  }

  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#forgetSignal();
    const closed = this.#stop();
    // Those whose handshake goes on would be accepted into a scope that has ended.
    for (const socket of this.#shaking.values()) socket.destroy();
    await this.#scope.close();
    await closed;
    this.#closed.resolve();
  }

  #watch(socket: Socket): void {
    if (this.#options.tls === undefined) return;
    // Who goes before the handshake is over has not just ended its side.
    socket.allowHalfOpen = false;
    const peer = peerOf(socket);
    this.#shaking.set(peer, socket);
    socket.once('close', () => {
      if (this.#shaking.get(peer) === socket) this.#shaking.delete(peer);
    });
  }

  #accept(socket: Socket): void {
    const peer = this.path === null ? peerOf(socket) : `a client of ${this.path}`;
    this.#shaking.delete(peer);
    if (this.#ended !== null) {
      socket.destroy();
      return;
    }
    this.#accepted++;
    const connection = connectionOver({ socket, peer, host: null }, this.#options.limits);
    const task = this.#scope.spawn((context) => this.#serve(connection, context), { name: peer });
    // Also if it was cancelled before it began.
    task.onDone(() => connection.abort());
  }

  async #serve(connection: Connection, context: TaskContext): Promise<void> {
    const { signal } = context;
    const forget = onAbort(signal, () => connection.abort(signal.reason));
    try {
      await this.#handler(connection, context);
      await connection.close();
    } catch (error) {
      connection.abort(error);
      // Until the socket is gone.
      await connection.close();
      if (signal.aborted && isConsequence(error, signal.reason)) return;
      this.#failed++;
      this.#tell(error, connection);
    } finally {
      forget();
    }
  }

  /** What is thrown by who is told is told as a warning: it must not end the server. */
  #tell(error: unknown, connection: Connection | null): void {
    try {
      this.#options.onError(error, connection);
    } catch (thrown) {
      process.emitWarning(`onError of a server threw: ${String(thrown)}`, 'ConnectionWarning');
    }
  }

  static {
    serverOver = (listening, handler, options) => new StreamServer(listening, handler, options);
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}

shownAs(StreamServer, 'StreamServer', (server) => ({ host: server.host, port: server.port, ...server.statistics() }));
