// A server of node:http for tests that look at what arrived: every request is kept, headers as they came and its body whole, and
// what it answers is the test's.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that arrived. */
export interface ObservedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ObservedServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly ObservedRequest[];
  /** Connections that are open. */
  readonly open: number;
}

/** @param handle called when a request has been read; @default answers 200 and its path */
export async function startObserved(
  handle: (request: ObservedRequest, response: ServerResponse, count: number) => void = (request, response) =>
    response.end(request.path),
): Promise<ObservedServer> {
  const requests: ObservedRequest[] = [];
  const state = { open: 0 };
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      handle(request, response, requests.length - 1);
    });
  });
  server.on('connection', (socket) => {
    state.open++;
    socket.on('close', () => state.open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get open() {
      return state.open;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
