// A server that does, byte for byte, what a script says: for tests of what goes wrong on a wire.
// Knows just enough HTTP to find the end of a request.
//
// Invariant: each connection follows a script of its own from the start; when the script ends, the
// connection stays open and silent.

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';

/** One thing that a connection does. */
export type Step =
  | { readonly do: 'readHead' }
  | { readonly do: 'readRequest' }
  | { readonly do: 'send'; readonly bytes: string | Buffer }
  | { readonly do: 'drip'; readonly bytes: string; readonly everyMs: number }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'wait'; readonly for: Promise<void> }
  | { readonly do: 'reset' }
  | { readonly do: 'end' }
  | { readonly do: 'again' };

/** The steps of a connection, in order. */
export type Script = readonly Step[];

/** Reads up to the empty line. */
export const readHead: Step = { do: 'readHead' };
/** Reads a whole request; its body has a content-length. */
export const readRequest: Step = { do: 'readRequest' };
/** Ends the connection with RST. */
export const reset: Step = { do: 'reset' };
/** Ends the connection with FIN. */
export const end: Step = { do: 'end' };
/** Begins the script again. */
export const again: Step = { do: 'again' };
/** Sends text (one byte a character) or bytes. */
export const send = (bytes: string | Buffer): Step => ({ do: 'send', bytes });
/** Sends one byte at a time. */
export const drip = (bytes: string, everyMs = 1): Step => ({ do: 'drip', bytes, everyMs });
export const pause = (ms: number): Step => ({ do: 'delay', ms });
/** Goes on when the test says so. */
export const waitFor = (signal: Promise<void>): Step => ({ do: 'wait', for: signal });
/** Sends an answer with a content-length. */
export const answer = (body: string, status = '200 OK'): Step =>
  send(`HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

/** A server that listens on 127.0.0.1. */
export interface ScriptedServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: number;
  /** What was read by `readHead` and `readRequest`, in order. */
  readonly requests: readonly string[];
}

/**
 * Starts a server.
 * @param script for all connections, or for each by its number (0, 1, 2, ...)
 * @param tls makes it speak TLS
 */
export async function startScriptedServer(
  script: Script | ((connection: number) => Script),
  tls?: TlsOptions,
): Promise<ScriptedServer> {
  const server = new Scripted(script, tls);
  await server.listen();
  return server;
}

class Scripted implements ScriptedServer {
  readonly requests: string[] = [];
  accepted = 0;
  port = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;

  constructor(script: Script | ((connection: number) => Script), tls?: TlsOptions) {
    const serve = (socket: Socket): void => {
      const own = typeof script === 'function' ? script(this.accepted) : script;
      this.accepted++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // A peer that goes away ends the script; nothing here can be wrong about that.
      socket.on('error', () => {});
      new ScriptedConnection(socket, this.requests).follow(own).catch(() => socket.destroy());
    };
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server =
      tls === undefined ? createServer({ noDelay: true, allowHalfOpen: true }, serve) : createTlsServer(tls, serve);
    this.#server.on('tlsClientError', () => {});
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get open(): number {
    return this.#sockets.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        this.port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

class ScriptedConnection {
  readonly #socket: Socket;
  readonly #requests: string[];
  #received = '';
  #wake: () => void = () => {};

  constructor(socket: Socket, requests: string[]) {
    this.#socket = socket;
    this.#requests = requests;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    // With allowHalfOpen the peer's FIN does not end ours; without a script that ends it, we do.
    socket.on('end', () => {
      socket.end();
      this.#wake();
    });
  }

  async follow(script: Script): Promise<void> {
    for (let at = 0; at < script.length; at++) {
      const step = script[at];
      if (step === undefined || this.#socket.destroyed) return;
      if (step.do === 'again') at = -1;
      else await this.#perform(step);
    }
  }

  async #perform(step: Exclude<Step, { do: 'again' }>): Promise<void> {
    switch (step.do) {
      case 'readHead':
        return this.#read(false);
      case 'readRequest':
        return this.#read(true);
      case 'send':
        this.#socket.write(step.bytes, 'latin1');
        return;
      case 'drip':
        for (const byte of step.bytes) {
          if (this.#socket.destroyed) return;
          this.#socket.write(byte, 'latin1');
          await delay(step.everyMs);
        }
        return;
      case 'delay':
        await delay(step.ms);
        return;
      case 'wait':
        await step.for;
        return;
      case 'reset':
        this.#socket.resetAndDestroy();
        return;
      case 'end':
        await new Promise<void>((resolve) => this.#socket.end(() => resolve()));
        return;
    }
  }

  async #read(withBody: boolean): Promise<void> {
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n') + 4;
      if (head > 3) {
        const length = withBody
          ? Number(/\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, head))?.[1] ?? 0)
          : 0;
        if (this.#received.length >= head + length) {
          this.#requests.push(this.#received.slice(0, head + length));
          this.#received = this.#received.slice(head + length);
          return;
        }
      }
      if (this.#socket.destroyed || this.#socket.readableEnded) throw new Error('the peer has gone');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
