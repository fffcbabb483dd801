// The half of a connection that is written: bytes go to the socket at once, and whoever writes waits while too many have not
// left. It must not be possible to fill the memory by forgetting to wait.

import type { Socket } from 'node:net';
import { UsageError } from '../errors.ts';
import { badValue } from '../concurrency/bad-value.ts';
import { checkedTime } from './stream-options.ts';
import type { ResolvedLimits, StreamWaitOptions } from './stream-options.ts';
import { waitWithin } from './wait-within.ts';
import type { Waiter } from './wait-within.ts';

/** What may wait to be sent when more is written by somebody who does not wait, in buffers. */
const patience = 256;

interface Waiting {
  readonly waiter: Waiter<void>;
  /** It goes on when no more than so many bytes wait to be sent. */
  readonly leftBytes: number;
}

export class WriteSide {
  #socket: Socket;
  readonly #limits: ResolvedLimits;
  readonly #peer: string;
  readonly #waiting = new Set<Waiting>();
  #failure: { readonly error: unknown } | null = null;
  #isEnded = false;
  /** Nothing may be written for now. */
  #isHeld = false;

  constructor(socket: Socket, limits: ResolvedLimits, peer: string) {
    this.#socket = socket;
    this.#limits = limits;
    this.#peer = peer;
  }

  get pending(): number {
    return this.#socket.writableLength;
  }

  /** Not an async function: bytes are on their way when it returns, and a promise that nobody awaits does not end the process. */
  write(data: string | Uint8Array, options: StreamWaitOptions = {}): Promise<void> {
    return quiet(this.#write(data, options));
  }

  async #write(data: string | Uint8Array, options: StreamWaitOptions): Promise<void> {
    const bytes = copied(data);
    // Nothing is sent by a call that cannot be.
    checkedTime('`timeoutMs`', options.timeoutMs ?? 0);
    options.signal?.throwIfAborted();
    this.#mustBeOpen();
    if (this.pending > patience * this.#limits.bufferBytes) {
      const hint = 'Await `write` or `drain` before more is written.';
      throw new UsageError('stream_state', `${this.pending} bytes to ${this.#peer} wait to be sent already`, { hint });
    }
    if (bytes.length > 0) this.#socket.write(bytes, this.#onSent);
    await this.#until(this.#limits.bufferBytes, options);
  }

  drain(options: StreamWaitOptions = {}): Promise<void> {
    return quiet(this.#until(0, options));
  }

  end(options: StreamWaitOptions = {}): Promise<void> {
    return quiet(this.#end(options));
  }

  async #end(options: StreamWaitOptions): Promise<void> {
    options.signal?.throwIfAborted();
    if (!this.#isEnded) {
      this.#mustBeOpen();
      this.#isEnded = true;
      this.#socket.end(this.#onSent);
    }
    await this.#until(0, options);
  }

  /** As `end`, also if there was to be another socket. */
  finish(): void {
    this.#isHeld = false;
    void this.end();
  }

  /** Nothing may be written until there is another socket. */
  hold(): void {
    this.#mustBeOpen();
    this.#isHeld = true;
  }

  /** @throws what has ended it since `hold` */
  mustBeHeld(): void {
    this.#isHeld = false;
    this.hold();
  }

  goOn(socket: Socket): void {
    this.#socket = socket;
    this.#isHeld = false;
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#onSent();
  }

  async #until(
    leftBytes: number,
    { signal, timeoutMs = this.#limits.writeTimeoutMs }: StreamWaitOptions,
  ): Promise<void> {
    checkedTime('`timeoutMs`', timeoutMs);
    signal?.throwIfAborted();
    if (this.#failure !== null) throw this.#failure.error;
    if (this.pending <= leftBytes) return;
    const missing = `${this.#peer} did not take what was written`;
    await waitWithin<void>({ signal, timeoutMs, clock: this.#limits.clock, missing }, (waiter) => {
      const entry = { waiter, leftBytes };
      this.#waiting.add(entry);
      return () => this.#waiting.delete(entry);
    });
  }

  readonly #onSent = (): void => {
    for (const entry of this.#waiting) {
      if (this.#failure === null && this.pending > entry.leftBytes) continue;
      this.#waiting.delete(entry);
      if (this.#failure === null) entry.waiter.resolve();
      else entry.waiter.reject(this.#failure.error);
    }
  };

  #mustBeOpen(): void {
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#isHeld) throw new UsageError('stream_state', `The TLS handshake with ${this.#peer} goes on`);
    if (this.#isEnded) throw new UsageError('stream_state', `Nothing can be written to ${this.#peer} after its end`);
  }
}

/** The socket may keep bytes for long; theirs are free to be used again. */
function copied(data: string | Uint8Array): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return Buffer.from(data);
  throw badValue('`data`', 'a string or a Uint8Array', data);
}

/** Who does not await it is told by the next call. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}
