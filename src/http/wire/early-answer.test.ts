import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, test } from 'vitest';
import { testCertificate } from '../../testing/test-certificate.ts';
import { createWireTransport } from '../pool/wire-transport.ts';
import type { HttpRequest } from '../request.ts';
import type { Transport } from '../transport.ts';

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

function send(wire: Transport, origin: string, body: Buffer): Promise<number> {
  const request: HttpRequest = { method: 'POST', origin, path: '/', headers: [], body, shownUrl: origin };
  return new Promise((resolve, reject) => {
    let status = 0;
    const handler = { onHead: (head: number) => (status = head), onData: () => undefined, onError: reject };
    wire.send(request, { ...handler, onEnd: () => resolve(status) });
  });
}

test.each(['http', 'https'])(
  '%s: a connection of which the answer came before its request had left is not used again',
  async (scheme) => {
    const sockets = new Set<Socket>();
    const onSocket = (socket: Socket): void => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      // Then it reads no more, so that of a large request something is left.
      socket.once('data', () => {
        socket.pause();
        socket.write(answer);
      });
    };
    const options = { key: testCertificate('server-key'), cert: testCertificate('server') };
    const server = scheme === 'http' ? createTcpServer(onSocket) : createTlsServer(options, onSocket);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wire = createWireTransport({ ca: testCertificate('ca'), http: '1.1' });
    try {
      const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (let count = 1; count <= 3; count++) {
        expect(await send(wire, origin, Buffer.alloc(32 * 2 ** 20))).toBe(200);
        expect(wire.statistics()).toMatchObject({ inFlight: 0, connections: 0, connected: count });
      }
    } finally {
      await wire.close();
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  },
);
