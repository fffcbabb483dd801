// What a connection speaks is agreed on by each anew: what stands behind one address need not be one server.

import { createSecureServer } from 'node:http2';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { exchange } from '../../testing/recorded-exchange.ts';
import { again, answer, readHead, startScriptedServer } from '../../testing/scripted-server.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { createWireTransport } from './wire-transport.ts';

const keyPair = { cert: testCertificate('server'), key: testCertificate('server-key') };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test.each([
  ['agrees on HTTP/1.1', { ALPNProtocols: ['http/1.1'] }],
  ['knows no ALPN', {}],
])('after a server that speaks HTTP/2 one that %s is spoken to as it wants', async (_how, alpn) => {
  const modern = createSecureServer(keyPair, (_request, response) => response.end('two'));
  modern.on('sessionError', () => undefined);
  await using old = await startScriptedServer([readHead, answer('one'), again], { ...keyPair, ...alpn });
  const ports = [await listen(modern), old.port, old.port];
  const front = createServer((socket) => {
    const way = connect(ports.shift() ?? 0, '127.0.0.1');
    socket.on('error', () => way.destroy()).on('close', () => way.destroy());
    way.on('error', () => socket.destroy());
    socket.pipe(way).pipe(socket);
  });
  const origin = `https://127.0.0.1:${await listen(front)}`;
  const transport = createWireTransport({ verifyTls: false });
  const bodies = [];
  for (const fresh of [false, true, true]) bodies.push((await exchange(transport, origin, {}, { fresh })).body);
  await transport.close();
  expect(bodies).toEqual(['two', 'one', 'one']);
});
