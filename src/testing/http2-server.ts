// A server of node:http2 for tests: what each stream does is the test's, sessions and streams are counted.

import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { testCertificate } from './test-certificate.ts';

/** A server on 127.0.0.1. */
export interface Http2Server extends AsyncDisposable {
  readonly origin: string;
  readonly sessions: readonly http2.ServerHttp2Session[];
  /** Most streams that any session had open at once. */
  readonly mostStreams: number;
}

/** What a stream does. */
export type OnStream = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

/** Answers `hello` and the path. */
export const hello: OnStream = (stream, headers) => {
  stream.respond({ ':status': 200, 'X-Kind': 'plain', 'set-cookie': ['a', 'b'] });
  stream.end(`hello ${headers[':path']}`);
};

/** Starts a server, over TLS unless it is told otherwise. */
export async function startHttp2(
  onStream: OnStream,
  settings: http2.Settings = {},
  secure = true,
): Promise<Http2Server> {
  const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
  const server = secure ? http2.createSecureServer({ ...identity, settings }) : http2.createServer({ settings });
  const sessions: http2.ServerHttp2Session[] = [];
  const sockets = new Set<Socket>();
  const state = { most: 0 };
  // Those in a handshake have no session yet.
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
    let streams = 0;
    session.on('stream', (stream, headers) => {
      state.most = Math.max(state.most, ++streams);
      stream.on('close', () => streams--);
      stream.on('error', () => {});
      onStream(stream, headers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    get mostStreams() {
      return state.most;
    },
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
