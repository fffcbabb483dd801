import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { mockTransport } from '../../http/mock/mock-transport.ts';
import { createWireTransport } from '../../http/pool/wire-transport.ts';
import { startTarget } from '../../target/start-target.ts';
import { testCertificate } from '../../testing/test-certificate.ts';
import { fetchMany } from './fetch-many.ts';

test('a transport that was made elsewhere sends, and stays open', async () => {
  const mock = mockTransport({ '/even/:n': ({ params }) => ({ json: Number(params['n']) }), '/*': { status: 404 } });
  const paths = Array.from({ length: 20 }, (_, n) => `http://mock.test/${n % 2 === 0 ? 'even' : 'odd'}/${n}`);
  for (const transport of [mock, mock]) {
    const results = await fetchMany(paths, { transport, ordered: true, retries: 0 }).toArray();
    expect(results.map(({ status }) => status)).toEqual(paths.map((_, n) => (n % 2 === 0 ? 200 : 404)));
    expect(await results[6]?.json()).toBe(6);
  }
  expect(mock.calls).toHaveLength(40);
});

test('its connections outlive a call', async () => {
  const target = await startTarget();
  const { url } = target;
  const wire = createWireTransport({});
  try {
    await fetchMany([url, url], { transport: wire, concurrency: 1 }).toArray();
    await fetchMany([url], { transport: wire }).toArray();
    expect(wire.statistics()).toMatchObject({ inFlight: 0, connections: 1, connected: 1 });
  } finally {
    await wire.close();
    await target.close();
  }
});

test.each([{}, null, 'wires'])('%j is no transport', (transport) => {
  expect(() => fetchMany([], { transport: transport as never })).toThrow('transport');
});

test.each([
  [500, 2000],
  [200_000, 200],
])('over TLS connections are used again, though it tells late that %i bytes have left', async (bytes, count) => {
  // In a process of its own: else an answer would never come while this one sends.
  const options = { key: testCertificate('server-key'), cert: testCertificate('server') };
  const code = `const server = require('node:https').createServer(${JSON.stringify(options)}, (q, a) => q.resume().on('end', () => a.end()));
    server.listen(0, '127.0.0.1', () => process.send(server.address().port)); process.on('disconnect', () => process.exit());`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const wire = createWireTransport({ ca: testCertificate('ca'), http: '1.1' });
  try {
    const [port] = (await once(child, 'message')) as [number];
    const requests = Array.from({ length: count }, () => ({
      url: `https://127.0.0.1:${port}/`,
      body: 'x'.repeat(bytes),
    }));
    await fetchMany(requests, { transport: wire, concurrency: 16 }).toArray();
    expect(wire.statistics().connected).toBeLessThan(32);
  } finally {
    await wire.close();
    child.disconnect();
  }
});
