import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { createWireTransport } from '../http/pool/wire-transport.ts';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { startHttpProxy, startSocksProxy } from '../testing/test-proxy.ts';
import { Client } from './client.ts';

const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
let plain: Target;
let secure: Target;
beforeAll(async () => {
  plain = await startTarget();
  secure = await startTarget({ tls: { ...identity, requestCert: true, ca: testCertificate('ca') } });
});
afterAll(() => Promise.all([plain.close(), secure.close()]));

const trusting = {
  ca: testCertificate('ca'),
  cert: testCertificate('client'),
  key: testCertificate('client-key'),
};

describe.each(['wire', 'undici'] as const)('with %s', (transport) => {
  test('connections are kept and used again', async () => {
    plain.reset();
    await using client = new Client({ baseUrl: plain.url, transport });
    for (let n = 0; n < 10; n++) await (await client.get('/status/200')).text();
    expect([client.statistics().connected, plain.stats().total]).toEqual([1, 10]);
    await client.close();
    expect(client.statistics().connections).toBe(0);
  });

  test.each(['1.1', '2'] as const)('TLS, both sides known, over HTTP/%s', async (http) => {
    await using client = new Client({ baseUrl: secure.url, transport, http, ...trusting });
    const { timings, status } = await client.get('/status/200');
    expect([status, timings.reused]).toEqual([200, false]);
    await using stranger = new Client({ baseUrl: secure.url, transport, http });
    await expect(stranger.get('/status/200')).rejects.toMatchObject({ code: 'tls_failed' });
  });

  test('nobody there: an error that another attempt does not help', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await using client = new Client({ transport });
    const error = await client.get(`http://127.0.0.1:${port}/`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'TransportError', code: 'connect_refused', sent: false });
  });
});

test('through proxies, and past them', async () => {
  await using http = await startHttpProxy(plain.port, 'ada:pw');
  await using socks = await startSocksProxy(plain.port);
  for (const proxy of [`http://ada:pw@127.0.0.1:${http.port}`, `socks5://127.0.0.1:${socks.port}`]) {
    await using client = new Client({ proxy });
    expect((await client.get('http://far.test/hello/you')).status).toBe(200);
  }
  expect([http.asked.length, socks.asked.length]).toEqual([1, 1]);
  await using straight = new Client({ proxy: '' });
  expect((await straight.get(plain.url)).status).toBe(200);
});

test('a transport that was given is not closed with the client', async () => {
  const transport = createWireTransport();
  for (let n = 0; n < 2; n++) {
    await using client = new Client({ baseUrl: plain.url, transport });
    expect((await client.get('/status/200')).status).toBe(200);
  }
  expect(transport.statistics()).toMatchObject({ connected: 1, inFlight: 0 });
  await transport.close();
});

test('a mock answers in the place of servers', async () => {
  const transport = mockTransport(({ method, path }) => (path === '/none' ? null : { json: { method, path } }));
  await using client = new Client({ baseUrl: 'https://api.test/v1/', transport });
  expect(await (await client.patch('orders/7', { json: {} })).json()).toEqual({
    method: 'PATCH',
    path: '/v1/orders/7',
  });
  await expect(client.get('/none')).rejects.toThrow(/GET https:\/\/api\.test\/none/);
  const error = await client.stream('GET', '/none').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
});
