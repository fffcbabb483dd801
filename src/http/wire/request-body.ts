// Sends a body that is made while it is sent: pulls a piece, writes it, and pulls the next when the socket or
// stream has taken it. As it is, or in chunks (RFC 9112, 7.1).
//
// Invariant: once stopped it writes and pulls nothing more, and the source's iterator has been returned.

import type { Writable } from 'node:stream';
import { BodySourceError, checkLength } from '../body-source.ts';
import type { BodySource } from '../body-source.ts';

/** Who is told how it ended. */
export interface BodyPumpOwner {
  /** All of the body was given to the socket. */
  bodySent(): void;
  /** The source failed, or its length was not what it said. */
  bodyFailed(error: BodySourceError): void;
}

export class BodyPump {
  readonly #socket: Writable;
  readonly #source: BodySource;
  readonly #inChunks: boolean;
  readonly #owner: BodyPumpOwner;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #sentBytes = 0;
  #over = false;
  #wake: (() => void) | null = null;
  readonly #onDrain = (): void => this.#wake?.();

  constructor(socket: Writable, source: BodySource, isChunked: boolean, owner: BodyPumpOwner) {
    this.#socket = socket;
    this.#source = source;
    this.#inChunks = isChunked;
    this.#owner = owner;
  }

  /** Runs to the end of the body. */
  run(): void {
    this.#socket.on('drain', this.#onDrain);
    this.#pump().then(
      () => this.#ended(null),
      (error: unknown) => this.#ended({ error }),
    );
  }

  /** The connection is of no more use, or the answer has come. */
  stop(): void {
    if (this.#over) return;
    this.#leave();
    void this.#returnSource();
  }

  async #pump(): Promise<void> {
    const { lengthBytes } = this.#source;
    // Here, so that what it throws ends as what `next` throws.
    this.#pieces = this.#source.open();
    if (this.#over) return this.#returnSource();
    for (;;) {
      const piece = await this.#pieces.next();
      if (this.#over) return;
      if (piece.done === true) break;
      this.#sentBytes += piece.value.length;
      checkLength(lengthBytes, this.#sentBytes, false);
      if (!this.#write(piece.value)) await this.#drained();
      if (this.#over) return;
    }
    checkLength(lengthBytes, this.#sentBytes, true);
    if (this.#inChunks) this.#socket.write('0\r\n\r\n', 'latin1');
  }

  #write(piece: Uint8Array): boolean {
    // An empty chunk would be the last one.
    if (piece.length === 0) return true;
    const socket = this.#socket;
    if (!this.#inChunks) return socket.write(piece);
    socket.cork();
    socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
    socket.write(piece);
    const hasRoom = socket.write('\r\n', 'latin1');
    socket.uncork();
    return hasRoom;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #ended(failure: { readonly error: unknown } | null): void {
    if (this.#over) return;
    this.#leave();
    if (failure === null) {
      this.#owner.bodySent();
      return;
    }
    void this.#returnSource();
    this.#owner.bodyFailed(new BodySourceError(failure.error));
  }

  /** What a source says when it is told to stop, or throws, is of no interest to anyone. */
  async #returnSource(): Promise<void> {
    try {
      await this.#pieces?.return?.();
    } catch {}
  }

  #leave(): void {
    this.#over = true;
    this.#socket.off('drain', this.#onDrain);
    this.#wake?.();
  }
}
