// Reads requests of HTTP/1.1 from a socket, only as far as it is asked: what is not asked for stays with the
// client. Strict where a client could be wrong: it throws, and the throw is a finding.

import type { Socket } from 'node:net';

/** A head of a request. */
export interface ReadHead {
  readonly method: string;
  readonly path: string;
  /** -1: in chunks. */
  readonly bodyBytes: number;
}

export class RequestReader {
  ended = false;
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
    socket.on('data', (piece: Buffer) => {
      this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
      socket.pause();
      this.#wake?.();
    });
    const over = (): void => {
      this.ended = true;
      this.#wake?.();
    };
    socket.on('end', over).on('close', over).on('error', over);
  }

  /** The next head; null: the client has gone. */
  async head(): Promise<ReadHead | null> {
    const text = await this.#until('\r\n\r\n');
    if (text === null) return null;
    const [start = '', ...lines] = text.split('\r\n');
    const [, method = '', path = ''] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(start) ?? [];
    if (method === '') throw new Error(`a request begins with ${JSON.stringify(start.slice(0, 200))}`);
    const fields = lines.map((line) => line.toLowerCase());
    const length = fields.find((line) => line.startsWith('content-length: '))?.slice(16) ?? '0';
    const chunked = fields.includes('transfer-encoding: chunked');
    return { method, path, bodyBytes: chunked ? -1 : Number(length) };
  }

  /** Reads a body. False: the client went away in the middle of it. */
  async body(bodyBytes: number, take: (piece: Buffer) => Promise<void> | void): Promise<boolean> {
    if (bodyBytes >= 0) return this.#bytes(bodyBytes, take);
    for (;;) {
      const line = await this.#until('\r\n');
      if (line === null) return false;
      if (!/^[0-9a-f]+$/.test(line)) throw new Error(`a chunk begins with ${JSON.stringify(line.slice(0, 200))}`);
      const size = Number.parseInt(line, 16);
      if (!(await this.#bytes(size, take))) return false;
      const end = await this.#until('\r\n');
      if (end === null) return false;
      if (end !== '') throw new Error(`a chunk ends with ${JSON.stringify(end.slice(0, 200))}`);
      if (size === 0) return true;
    }
  }

  /** Waits for bytes. False: no more come. */
  async more(): Promise<boolean> {
    if (this.ended || this.#socket.destroyed) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#socket.resume();
    });
    this.#wake = null;
    return !this.ended;
  }

  async #until(end: string): Promise<string | null> {
    for (;;) {
      const found = this.#held.indexOf(end, 0, 'latin1');
      if (found >= 0) {
        const text = this.#held.toString('latin1', 0, found);
        this.#held = this.#held.subarray(found + end.length);
        return text;
      }
      if (!(await this.more())) return null;
    }
  }

  async #bytes(count: number, take: (piece: Buffer) => Promise<void> | void): Promise<boolean> {
    for (let left = count; left > 0;) {
      if (this.#held.length === 0 && !(await this.more()) && this.#held.length === 0) return false;
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      await take(piece);
    }
    return true;
  }
}
