// Opens one socket to a target: the place where a name becomes addresses, and where TLS is put on top. Knows
// no proxies and no time limit; whoever uses it does.
//
// Invariant: the callback comes once, never before `open` has returned, and not after an abort, which frees
// the socket at once. All sockets of an opener share one `NameLookup` and one `TlsClient`.

import { connect, isIP } from 'node:net';
import type { IpcNetConnectOpts, Socket, TcpNetConnectOpts } from 'node:net';
import type { DialTimes } from '../exchange-times.ts';
import type { TransportOptions } from '../transport-options.ts';
import { systemClock } from '../../concurrency/clock.ts';
import type { Clock, TimerHandle } from '../../concurrency/clock.ts';
import { ConnectTimeout } from './connect-timeout.ts';
import type { AbortDial, DialDone, Dialling, Reached } from './dialler.ts';
import { NameLookup } from './name-lookup.ts';
import { TlsClient } from './tls-client.ts';

/**
 * What Node gives an address to answer before it hangs up and tries the next. Its own 250 ms fail servers
 * that are merely far away, and when thousands of connections are made at once. We can be patient,
 * since an address that failed is left for a while: the time is not spent for each connection.
 */
const attemptMs = 1_000;
/** A Unix socket whose queue is full refuses at once: it is asked again after so long, within the time for connecting. */
const fullMs = 10;
/** A connection on which nothing comes for so long is probed by TCP. */
const probeAfterMs = 60_000;

export class SocketOpener {
  readonly #names: NameLookup;
  readonly #tls: TlsClient;
  readonly #clock: Clock;
  readonly #path: string | null;

  /** @throws UsageError for certificates that cannot be used. */
  constructor(options: TransportOptions) {
    this.#names = new NameLookup(options.lookup, options.clock);
    this.#tls = new TlsClient(options);
    this.#clock = options.clock ?? systemClock;
    this.#path = options.socketPath ?? null;
  }

  /**
   * Opens a socket, with TLS if the target wants it.
   * @param under a socket that leads there already; null: one is connected
   */
  open(dialling: Dialling, under: Socket | null, done: DialDone): AbortDial {
    const { host } = dialling.target;
    const isNamed = under === null && this.#path === null && isIP(host) === 0;
    const opening = new Opening(isNamed ? host : null, this.#clock, done);
    const begin = (): void => {
      try {
        this.#begin(dialling, under, opening);
      } catch (error) {
        process.nextTick(() => opening.finish(error instanceof Error ? error : new Error(String(error))));
      }
    };
    if (this.#path !== null) opening.again = begin;
    begin();
    return () => opening.abort();
  }

  #begin({ target, offer, reading }: Dialling, under: Socket | null, opening: Opening): void {
    const { host, port } = target;
    if (under !== null) {
      const { socket, failed } = this.#tls.begin(target, offer, { host, port, socket: under });
      opening.wait(socket, 'secureConnect', failed);
      return;
    }
    const way: TcpNetConnectOpts | IpcNetConnectOpts =
      this.#path === null ? this.#overTcp(host, port) : { path: this.#path };
    if (reading !== null) way.onread = { buffer: reading.buffer, callback: (bytes) => reading.callback(bytes) };
    if (target.secure) {
      const { socket, failed } = this.#tls.begin(target, offer, way);
      opening.wait(socket, 'secureConnect', failed);
      if (opening.name !== null) this.#names.watch(socket);
    } else {
      const socket = connect(way);
      opening.wait(socket, 'connect', ignore);
      if (opening.name !== null) this.#names.watch(socket);
    }
  }

  #overTcp(host: string, port: number): TcpNetConnectOpts {
    return {
      host,
      port,
      lookup: this.#names.towards(port),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: probeAfterMs,
      autoSelectFamilyAttemptTimeout: attemptMs,
    };
  }
}

/** One socket on its way. */
class Opening {
  /** What is looked up; null: nothing. */
  readonly name: string | null;
  readonly #tried: string[] = [];
  #done: DialDone | null;
  #socket: Socket | null = null;
  #ready: 'connect' | 'secureConnect' = 'connect';
  #failed: () => void = ignore;
  /** Begins anew; null: that is of no use. */
  again: (() => void) | null = null;
  #timer: TimerHandle | null = null;
  readonly #clock: Clock;
  readonly #beganMs: number;
  #foundMs: number | null = null;
  #connectedMs: number | null = null;

  constructor(name: string | null, clock: Clock, done: DialDone) {
    this.name = name;
    this.#done = done;
    this.#clock = clock;
    this.#beganMs = clock.now();
  }

  wait(socket: Socket, ready: 'connect' | 'secureConnect', failed: () => void): void {
    this.#socket = socket;
    this.#failed = failed;
    this.#ready = ready;
    socket.once(ready, this.#onReady);
    if (ready === 'secureConnect') socket.once('connect', this.#onConnect);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    if (this.name !== null) socket.on('connectionAttempt', (address) => this.#tries(address));
  }

  #tries(address: string): void {
    this.#foundMs ??= this.#clock.now();
    this.#tried.push(address);
  }

  readonly #onConnect = (): void => {
    this.#connectedMs = this.#clock.now();
  };

  readonly #onReady = (): void => {
    // An error that comes before its new owner listens must not end the process.
    this.#socket?.off('close', this.#onClose).off('error', this.#onError).on('error', ignore);
    this.finish(null);
  };

  readonly #onError = (error: Error): void => {
    if (this.again === null || codeOf(error) !== 'EAGAIN' || this.#done === null) {
      this.finish(error);
      return;
    }
    this.#socket?.off('close', this.#onClose);
    this.#timer = this.#clock.setTimer(fullMs, this.again);
  };

  readonly #onClose = (): void => {
    if (this.#done !== null) this.finish(closedEarly());
  };

  finish(error: Error | null): void {
    const done = this.#done;
    if (done === null) return;
    this.#done = null;
    if (error === null) {
      done(null, this.#socket, this.#times());
      return;
    }
    this.#failed();
    this.#socket?.destroy();
    done(timedOut(error) ? new ConnectTimeout(error) : error, null);
  }

  /** It is ready now. */
  #times(): DialTimes {
    const nowMs = this.#clock.now();
    const isTls = this.#ready === 'secureConnect';
    const foundMs = this.#foundMs ?? this.#beganMs;
    const connectedMs = isTls ? this.#connectedMs : nowMs;
    return {
      dnsMs: this.name === null ? null : foundMs - this.#beganMs,
      connectMs: connectedMs === null ? null : connectedMs - foundMs,
      tlsMs: isTls ? nowMs - (connectedMs ?? foundMs) : null,
    };
  }

  abort(): Reached {
    this.#done = null;
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#socket?.destroy();
    return { lookingUp: this.#tried.length === 0 ? this.name : null, tried: this.#tried };
  }
}

/** One address that refuses beside one that is silent: what was silent might have worked. */
function timedOut(error: Error): error is AggregateError {
  return error instanceof AggregateError && error.errors.some((one: unknown) => codeOf(one) === 'ETIMEDOUT');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

function closedEarly(): Error {
  return Object.assign(new Error('the connection was closed while it was being made'), { code: 'ECONNRESET' });
}

function ignore(): void {}
