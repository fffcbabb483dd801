// Proxies for tests: one for HTTP (CONNECT, and whole URLs), one for SOCKS5. Whatever target they are
// asked for, they lead to one port on this machine, and they remember what they were asked.

import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** A proxy that listens on 127.0.0.1. */
export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** What it was asked for: `CONNECT a.com:443`, `GET http://a.com/`, `a.com:80`, with ` as user:password`. */
  readonly asked: readonly string[];
}

/** An HTTP proxy. With `credentials` it wants these (`user:password`); with `tls` it is spoken to over TLS. */
export async function startHttpProxy(toPort: number, credentials?: string, tls?: TlsOptions): Promise<TestProxy> {
  const asked: string[] = [];
  const server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
  const allows = (line: string, header: string | undefined): boolean => {
    const shown = header === undefined ? '' : Buffer.from(header.replace('Basic ', ''), 'base64').toString();
    asked.push(shown === '' ? line : `${line} as ${shown}`);
    return credentials === undefined || shown === credentials;
  };
  server.on('request', (incoming, outgoing) => {
    if (!allows(`${incoming.method} ${incoming.url}`, incoming.headers['proxy-authorization'])) {
      outgoing.writeHead(407).end();
      return;
    }
    const { 'proxy-authorization': _credentials, ...headers } = incoming.headers;
    const path = new URL(incoming.url ?? '').pathname;
    const onward = httpRequest({ port: toPort, host: '127.0.0.1', path, method: incoming.method ?? 'GET', headers });
    onward.on('response', (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502)));
    // The target hung up: so does the proxy.
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket: Socket) => {
    socket.on('error', () => {});
    if (allows(`CONNECT ${incoming.url}`, incoming.headers['proxy-authorization'])) {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(socket, toPort);
    } else socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
  });
  return listening(server, asked);
}

/** A SOCKS5 proxy. With `credentials` it wants these (`user:password`). `reply` is its answer to a connect. */
export async function startSocksProxy(toPort: number, credentials?: string, reply = 0): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    let who = '';
    const steps = [
      (): void => void socket.write(Buffer.from([5, credentials === undefined ? 0 : 2])),
      (login: Buffer): void => {
        const userEnd = 2 + (login[1] ?? 0);
        who = ` as ${login.toString('utf8', 2, userEnd)}:${login.toString('utf8', userEnd + 1)}`;
        socket.write(Buffer.from([1, who === ` as ${credentials}` ? 0 : 1]));
      },
      (wish: Buffer): void => {
        asked.push(`${targetOf(wish)}${who}`);
        socket.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
        if (reply === 0) join(socket, toPort);
      },
    ];
    if (credentials === undefined) steps.splice(1, 1);
    // Each message of the client comes in a packet of its own, since it waits for the answer to the last.
    socket.on('data', (message: Buffer) => steps.shift()?.(message));
  });
  return listening(server, asked);
}

function targetOf(wish: Buffer): string {
  const port = wish.readUInt16BE(wish.length - 2);
  const address = wish.subarray(4, wish.length - 2);
  if (wish[3] === 1) return `${address.join('.')}:${port}`;
  return wish[3] === 4 ? `[${address.toString('hex')}]:${port}` : `${address.toString('utf8', 1)}:${port}`;
}

function join(socket: Socket, port: number): void {
  socket.removeAllListeners('data');
  const onward = connect(port, '127.0.0.1');
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}

async function listening(server: Server, asked: readonly string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
