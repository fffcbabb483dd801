// A server that answers each request with the bytes of the case that its path names, in one piece or in
// several, and `/next` with an answer of its own: what came on a connection before must not show in it.

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { WireCase } from './wire-case.ts';

/** Where a case's bytes are cut into separate writes. */
export type Way = 'in one piece' | 'in four pieces';

/** The body of what comes after. */
export const nextBody = 'the next answer';

const nextAnswer = `HTTP/1.1 200 OK\r\ncontent-length: ${nextBody.length}\r\n\r\n${nextBody}`;

export class CaseServer implements AsyncDisposable {
  readonly #cases: readonly WireCase[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(cases: readonly WireCase[]) {
    this.#cases = cases;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', 2_000, resolve);
    });
  }

  /** The path at which a case is served. */
  pathOf(of: WireCase, way: Way): string {
    return `/${this.#cases.indexOf(of)}/${way === 'in one piece' ? 'whole' : 'pieces'}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Clients end connections at any moment here: that is what the cases are about.
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      if (!received.includes('\r\n\r\n')) return;
      const path = received.split(' ')[1] ?? '';
      received = '';
      this.#answer(socket, path).catch(() => socket.destroy());
    });
  }

  async #answer(socket: Socket, path: string): Promise<void> {
    if (path === '/next') {
      socket.write(nextAnswer);
      return;
    }
    const [, index, way] = path.split('/');
    const served = this.#cases[Number(index)];
    if (served === undefined) throw new Error(`there is no case ${path}`);
    const { bytes, ending } = served;
    const cuts = way === 'whole' ? [] : [1, bytes.length >> 1, bytes.length - 1];
    let sent = 0;
    for (const cut of [...cuts, bytes.length]) {
      if (cut <= sent) continue;
      socket.write(bytes.slice(sent, cut), 'latin1');
      sent = cut;
      // The first turn ends this one; in the second the client has read.
      if (cut < bytes.length) await nextTurn().then(() => nextTurn());
    }
    if (ending === 'end') socket.end();
    if (ending === 'reset') {
      // What has not been read when the RST comes is lost.
      if (bytes !== '') await delay(20);
      socket.resetAndDestroy();
    }
  }
}
