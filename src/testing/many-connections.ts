// Thousands of connections of this process to one server on loopback: opened first, asked afterwards, as often as one
// likes. Bare sockets, so that they cost little beside the server that is looked at. Answers need a Content-Length.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemClock } from '../concurrency/clock.ts';

/** Being opened at once: more would not fit into the queue of a server (128 on some systems), and wait a second. */
const pace = 100;

/** How one round of questions went. */
export interface Answers {
  /** Those with status 200 and the body that was expected. */
  readonly right: number;
  /** What came instead, some of it. */
  readonly wrong: readonly string[];
  /** From the first question to the first answer, and to the last one. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export class ManyConnections {
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  /** Connects, and says nothing yet. Rejects with the error of the first that cannot be opened. */
  static async open(port: number, count: number): Promise<ManyConnections> {
    const sockets: Socket[] = [];
    const openSome = async (): Promise<void> => {
      while (sockets.length < count) {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true });
        sockets.push(socket);
        await once(socket, 'connect');
        // What ends it later is told to whoever asks.
        socket.on('error', () => undefined);
      }
    };
    const all = new ManyConnections(sockets);
    try {
      await Promise.all(Array.from({ length: pace }, openSome));
    } catch (error) {
      all.close();
      throw error;
    }
    return all;
  }

  /** Sends a GET over each, and resolves when each is answered or has ended. */
  async ask(path: string, body: string): Promise<Answers> {
    const wrong: string[] = [];
    let right = 0;
    let firstMs = 0;
    const beganMs = systemClock.now();
    await Promise.all(
      this.#sockets.map(async (socket) => {
        const text = await answerTo(socket, path);
        firstMs ||= systemClock.now() - beganMs;
        if (text.startsWith('HTTP/1.1 200 ') && text.endsWith(`\r\n\r\n${body}`)) right++;
        else if (wrong.length < 3) wrong.push(text);
      }),
    );
    return { right, wrong, firstMs, lastMs: systemClock.now() - beganMs };
  }

  /** Leaves no port of this machine waiting. */
  close(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

/** All that came, up to the end of the answer or of the connection. */
function answerTo(socket: Socket, path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const settle = (): void => {
      socket.off('data', onData).off('close', onClose);
      resolve(text);
    };
    const onClose = (): void => {
      text += ' and the connection ended';
      settle();
    };
    const onData = (bytes: Buffer): void => {
      text += bytes.toString('latin1');
      const head = text.indexOf('\r\n\r\n') + 4;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? Infinity);
      if (head > 3 && text.length >= head + length) settle();
    };
    socket.on('data', onData).once('close', onClose);
    if (socket.destroyed) onClose();
    else socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  });
}
