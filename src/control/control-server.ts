// Answers whoever connects to a control socket, line by line. It costs nothing when nobody talks, and
// keeps no process alive. Clients may send garbage, half a line, megabytes or nothing, read no answer, or
// vanish: each has bounded memory and time here, and nothing of it reaches the run.

import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { answerRequest, maxRequestBytes, refusal, tooLong } from './answer-request.ts';
import type { ControlledRun } from './controlled-run.ts';

/** Further clients are closed at once. */
const maxClients = 16;
/** Who is silent for so long is closed. */
const idleMs = 60_000;
const lineEnd = 0x0a;

/** A server that can be asked to listen. */
export interface ControlServer {
  readonly server: Server;
  /** Ends every connection and stops; the socket file goes with it. */
  readonly close: () => Promise<void>;
}

/** Makes a server for a run, which may come later; it does not listen yet. */
export function createControlServer(run: () => ControlledRun | null, limits = { idleMs }): ControlServer {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, run, limits.idleMs);
  });
  server.maxConnections = maxClients;
  server.unref();
  // Such as no file descriptor left to accept with: the client notices, the run need not.
  server.on('error', () => undefined);
  return {
    server,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function serve(socket: Socket, run: () => ControlledRun | null, limitMs: number): void {
  let unread: Buffer = Buffer.alloc(0);
  socket.unref();
  socket.setTimeout(limitMs, () => socket.destroy());
  // A client that vanishes: 'close' follows.
  socket.on('error', () => undefined);

  // One that reads no answers gets no further ones.
  const answerLines = (): void => {
    while (!socket.writableNeedDrain && !socket.destroyed) {
      const end = unread.indexOf(lineEnd);
      if ((end === -1 ? unread.length : end) > maxRequestBytes) {
        socket.end(`${JSON.stringify(refusal(tooLong()))}\n`);
        // What still comes is not read, and the connection is not kept open for it.
        socket.pause();
        socket.destroySoon();
        return;
      }
      if (end === -1) {
        socket.resume();
        return;
      }
      const line = unread.toString('utf8', 0, end);
      unread = unread.subarray(end + 1);
      if (line.trim() !== '') socket.write(`${answerRequest(run(), line)}\n`);
    }
    socket.pause();
  };
  socket.on('data', (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    answerLines();
  });
  socket.on('drain', answerLines);
}
