// What the first line of an answer tells, over each transport and both versions of HTTP.

import { expect, test } from 'vitest';
import { mockTransport } from '../../http/mock/mock-transport.ts';
import type { Transport } from '../../http/transport.ts';
import { startTarget } from '../../target/start-target.ts';
import { hello, startHttp2 } from '../../testing/http2-server.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { Client } from '../client.ts';

test.each(['wire', 'undici'] as const)('%s: the version, and the words behind the status', async (transport) => {
  await using http2 = await startHttp2(hello);
  const target = await startTarget();
  await using client = new Client({ baseUrl: target.url, ca: testCertificate('ca'), transport });
  expect(await client.get('/status/404')).toMatchObject({ httpVersion: '1.1', statusText: 'Not Found' });
  expect(await client.get(http2.origin)).toMatchObject({ httpVersion: '2', statusText: '' });
  const response = await client.stream('GET', `/redirect-to?status=302&url=${http2.origin}`);
  expect(response).toMatchObject({ httpVersion: '2', history: [{ httpVersion: '1.1', statusText: 'Found' }] });
  expect((await response.bytes()).length).toBeGreaterThan(0);
  await target.close();
});

test('a mock answers as HTTP/1.1 does, and one that tells nothing is taken to', async () => {
  const transport = mockTransport(() => ({ status: 503 }));
  await using client = new Client({ transport });
  expect(await client.get('http://a.test/')).toMatchObject({ httpVersion: '1.1', statusText: 'Service Unavailable' });
  const silent: Transport = {
    send: (_request, handler) => {
      setImmediate(() => {
        handler.onHead(200, []);
        handler.onEnd();
      });
      return { sent: true, answered: true, reused: false, cancel() {}, pause() {}, resume() {} };
    },
    statistics: () => ({ inFlight: 0, connections: 0, connected: 0 }),
    close: () => Promise.resolve(),
  };
  await using other = new Client({ transport: silent });
  expect(await other.get('http://a.test/')).toMatchObject({ httpVersion: '1.1', statusText: '' });
});
