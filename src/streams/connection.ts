// One connection, as its user sees it: reading and writing as promises over a socket that is already there. Opening it is the
// business of `open-connection.ts` and of servers; the two halves have files of their own.
//
// Invariants: after `close` or `abort` has ended the socket is gone, with all that waited. A socket that fails is never
// an error event that nobody hears: the call that waits is told, else the next one.

import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { CancelledError, UsageError } from '../errors.ts';
import { Alarm } from '../concurrency/time/alarm.ts';
import { shownAs } from '../concurrency/scopes/shown-as.ts';
import { connectionFailure } from './connection-failure.ts';
import { all, ending, exactly, line, some, until } from './read-attempts.ts';
import { ReadSide } from './read-side.ts';
import { handshake, overTls } from './start-tls.ts';
import type { PlainSocket, StartTlsOptions } from './start-tls.ts';
import { checkedCount, checkedTime } from './stream-options.ts';
import type {
  CloseConnectionOptions,
  ReadUntilOptions,
  ResolvedLimits,
  StreamAddress,
  StreamWaitOptions,
} from './stream-options.ts';
import { WriteSide } from './write-side.ts';

/** The end of the other side is waited for so long: a socket that is closed while bytes come takes back what it sent last. */
const lingerMs = 1_000;

/** Makes one of a socket that is connected. */
export let connectionOver: (plain: PlainSocket, limits: ResolvedLimits) => Connection;

/**
 * A TCP or TLS connection: the `StreamReader` and `StreamWriter` of asyncio in one. Made by `openConnection`, and by servers for their handlers.
 *
 * A read that fails, by a timeout, a signal, a limit or the end, takes nothing: the next one finds what came. One read at a time.
 *
 * @example
 * import { openConnection, startServer } from 'manyfetch/streams';
 *
 * await using server = await startServer(async (connection) => {
 *   for await (const line of connection.lines()) await connection.write(`you said ${line}\n`);
 * });
 * await using connection = await openConnection({ host: server.host, port: server.port });
 * await connection.write('hello\n');
 * console.log(await connection.readLine()); // prints you said hello
 */
export class Connection implements AsyncDisposable {
  #socket: Socket;
  readonly #peer: string;
  /** The name of the other side; null: this is the side of a server. */
  readonly #host: string | null;
  readonly #limits: ResolvedLimits;
  readonly #reading: ReadSide;
  readonly #writing: WriteSide;
  readonly #remote: StreamAddress;
  readonly #local: StreamAddress;
  readonly #gone = Promise.withResolvers<void>();
  #isGone = false;
  #closing: Promise<void> | null = null;
  /** Ends the handshake that goes on. */
  #securing: AbortController | null = null;

  private constructor({ socket, peer, host }: PlainSocket, limits: ResolvedLimits) {
    this.#socket = socket;
    this.#peer = peer;
    this.#host = host;
    this.#limits = limits;
    // Once it is closed a socket has forgotten them.
    this.#remote = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.#local = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.#writing = new WriteSide(socket, limits, peer);
    this.#reading = new ReadSide(limits, peer, (flowing) => {
      if (this.#securing !== null) return;
      if (flowing) this.#socket.resume();
      else this.#socket.pause();
    });
    this.#attach(socket);
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    socket.allowHalfOpen = true;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => this.#reading.push(chunk);
  readonly #onEnd = (): void => this.#reading.end();
  readonly #onError = (error: Error): void => {
    this.#fail(connectionFailure(error, this.#peer));
    // A TLS socket that is told of an alert stays open.
    this.#socket.destroy();
  };

  /** The other end. */
  get remote(): StreamAddress {
    return this.#remote;
  }

  /** This end. */
  get local(): StreamAddress {
    return this.#local;
  }

  /** Over TLS. */
  get secure(): boolean {
    return 'encrypted' in this.#socket;
  }

  /** What the other side proved to be, over TLS; null if it showed no certificate. Gone once the connection is closed. */
  get peerCertificate(): X509Certificate | null {
    return this.secure ? ((this.#socket as TLSSocket).getPeerX509Certificate() ?? null) : null;
  }

  /** Bytes that came, and were not read. */
  get buffered(): number {
    return this.#reading.buffered;
  }

  /** Bytes that were written, and have not left. */
  get pending(): number {
    return this.#writing.pending;
  }

  /** Nothing can be read or written any more. */
  get closed(): boolean {
    return this.#isGone || this.#closing !== null;
  }

  /**
   * What is there, as soon as a byte is: the `read(n)` of asyncio.
   *
   * @param maxBytes at most so many @default all that has come
   * @returns null at the end, where asyncio gives an empty `bytes` that is easily overlooked
   * @throws DeadlineError after `timeoutMs`; the reason of the signal; TransportError `connection_reset`; UsageError `stream_state` for two
   *   reads at once, and after `close`. So do all that read.
   */
  async read(maxBytes = Infinity, options?: StreamWaitOptions): Promise<Uint8Array | null> {
    return await this.#reading.read(some(checkedCount('`maxBytes`', maxBytes, 1)), options);
  }

  /**
   * So many bytes.
   *
   * @throws IncompleteReadError if the end comes before; its `partial` is empty where the end came in the right place
   */
  async readExactly(bytes: number, options?: StreamWaitOptions): Promise<Uint8Array> {
    return await this.#reading.read(exactly(checkedCount('`bytes`', bytes, 0)), options);
  }

  /**
   * All up to some bytes, and these.
   *
   * @param delimiter a text stands for its UTF-8
   * @param options `maxBytes` of what comes before them @default `maxLineBytes`
   * @throws IncompleteReadError if the end comes before; ManyfetchError `line_too_long`
   * @example
   * import { openConnection, startServer } from 'manyfetch/streams';
   *
   * await using server = await startServer((connection) => connection.write('name: ann\r\n\r\nbody'));
   * await using connection = await openConnection({ host: server.host, port: server.port });
   * const head = await connection.readUntil('\r\n\r\n');
   * console.log(head.length, new TextDecoder().decode(await connection.readAll())); // prints 13 body
   */
  async readUntil(delimiter: string | Uint8Array, options: ReadUntilOptions = {}): Promise<Uint8Array> {
    const sought = Buffer.from(delimiter as string);
    const { maxBytes = this.#limits.maxLineBytes } = options;
    if (sought.length === 0)
      throw new UsageError('bad_option', 'Expected `delimiter` to be at least one byte, got none');
    return await this.#reading.read(until(sought, checkedCount('`maxBytes`', maxBytes, 0)), options);
  }

  /**
   * A line, as UTF-8, without the `\n` or `\r\n` that ends it.
   *
   * @returns null at the end
   * @throws IncompleteReadError if the end comes within a line, which asyncio gives as if it were whole; ManyfetchError `line_too_long`
   */
  readLine(options?: StreamWaitOptions): Promise<string | null> {
    return this.#reading.read(line(this.#limits.maxLineBytes), options);
  }

  /**
   * All up to the end: the `read(-1)` of asyncio.
   *
   * @param options `maxBytes` of all @default 67108864
   * @throws ManyfetchError `line_too_long`
   */
  async readAll(options: ReadUntilOptions = {}): Promise<Uint8Array> {
    const { maxBytes = 67_108_864 } = options;
    return await this.#reading.read(all(checkedCount('`maxBytes`', maxBytes, 0)), options);
  }

  /** Waits until a byte or the end is there, and says which; takes nothing. */
  atEnd(options?: StreamWaitOptions): Promise<boolean> {
    return this.#reading.read(ending(), options);
  }

  /** The lines up to the end, as `readLine` gives them. Leaving the loop leaves the connection as it is. */
  async *lines(options?: StreamWaitOptions): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const next = await this.readLine(options);
      if (next === null) return;
      yield next;
    }
  }

  /** The bytes up to the end, in pieces as they come. Leaving the loop leaves the connection as it is. */
  async *chunks(options?: StreamWaitOptions): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const next = await this.read(Infinity, options);
      if (next === null) return;
      yield next;
    }
  }

  /** As `chunks()`. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.chunks();
  }

  /**
   * Writes, and waits while more than `bufferBytes` have not left: the `write` and `drain` of asyncio. The bytes are on their way when it returns,
   * and may be changed; giving up the wait does not take them back.
   *
   * @throws DeadlineError after `timeoutMs`; the reason of the signal; TransportError `connection_reset`; UsageError `stream_state` after `close` or
   *   `end`, and when far too much was written by somebody who does not wait
   */
  write(data: string | Uint8Array, options?: StreamWaitOptions): Promise<void> {
    return this.#writing.write(data, options);
  }

  /** Waits until all that was written has left for the system. @throws as `write` */
  drain(options?: StreamWaitOptions): Promise<void> {
    return this.#writing.drain(options);
  }

  /** Says that nothing more is written, and waits until all has left: `write_eof`. Reading goes on. @throws as `write` */
  end(options?: StreamWaitOptions): Promise<void> {
    return this.#writing.end(options);
  }

  /**
   * Goes on over TLS: `start_tls`, as SMTP, IMAP, XMPP and PostgreSQL do after a few words in cleartext. What was written leaves
   * before. What came and was not read is taken for part of the handshake, so that nothing which was slipped in as cleartext is read later. If the handshake
   * fails the connection is gone.
   *
   * @throws TransportError `tls_failed`; DeadlineError; the reason of the signal; UsageError `stream_state` while something reads, over TLS, and after
   *   `end` or `close`; UsageError for options that cannot be used
   */
  async startTls(options: StartTlsOptions = {}): Promise<void> {
    const begin = handshake(this.#host === null, options);
    if (this.secure) throw new UsageError('stream_state', `The connection to ${this.#peer} is over TLS already`);
    // From now on: what is written while this waits must not leave as cleartext.
    this.#writing.hold();
    const socket = this.#socket;
    let early: Buffer;
    try {
      await this.drain(options);
      this.#writing.mustBeHeld();
      early = this.#reading.handOver();
    } catch (error) {
      this.#writing.goOn(socket);
      throw error;
    }
    const securing = (this.#securing = new AbortController());
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose);
    try {
      const plain = { socket, peer: this.#peer, host: this.#host };
      const safe = await overTls(plain, early, begin, options, securing.signal, this.#limits);
      this.#attach(safe);
      this.#writing.goOn(safe);
    } catch (error) {
      this.#fail(error);
      if (socket.closed) this.#onClose();
      else socket.once('close', this.#onClose).destroy();
      throw error;
    } finally {
      this.#securing = null;
    }
  }

  /**
   * Lets what was written leave, says that it was the end, and waits until the connection is gone: `close` and `wait_closed`. What still comes
   * is thrown away, and the end of the other side waited for, at most a second. Never rejects: `drain` or `end` before it tell what was lost.
   */
  close(options: CloseConnectionOptions = {}): Promise<void> {
    const { timeoutMs = 5_000 } = options;
    checkedTime('`timeoutMs`', timeoutMs);
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the connection at once; the other side is told that it was cut off, and who waits here is told the reason. */
  abort(reason: unknown = new CancelledError(`The connection to ${this.#peer} was aborted`)): void {
    if (this.#isGone) return;
    this.#fail(reason);
    this.#reading.discard(reason);
    this.#securing?.abort(reason);
    // It waits until what was written has left, if it is not told twice. A TLS socket does not know how to.
    if (!this.secure) this.#socket.resetAndDestroy();
    this.#socket.destroy();
  }

  async #close(timeoutMs: number): Promise<void> {
    const socket = this.#socket;
    const closed = new UsageError('stream_state', `The connection to ${this.#peer} was closed`);
    this.#reading.discard(closed);
    if (this.#securing !== null) this.abort(closed);
    if (this.#isGone) return;
    let alarm = new Alarm(this.#limits.clock, timeoutMs, () => socket.destroy());
    const linger = (): void => {
      alarm.clear();
      alarm = new Alarm(this.#limits.clock, lingerMs, () => socket.destroy());
    };
    if (socket.writableFinished) linger();
    else socket.once('finish', linger);
    this.#writing.finish();
    await this.#gone.promise;
    alarm.clear();
  }

  readonly #onClose = (): void => {
    this.#isGone = true;
    this.#fail(new UsageError('stream_state', `The connection to ${this.#peer} was closed`));
    this.#gone.resolve();
  };

  #fail(error: unknown): void {
    this.#reading.fail(error);
    this.#writing.fail(error);
  }

  static {
    connectionOver = (plain, limits) => new Connection(plain, limits);
  }
}

shownAs(Connection, 'Connection', ({ remote, local, secure, buffered, pending, closed }) => {
  return { remote, local, secure, buffered, pending, closed };
});
