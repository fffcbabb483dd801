import { expect, test } from 'vitest';
import { mockTransport } from '../../http/mock/mock-transport.ts';
import { createWireTransport } from '../../http/pool/wire-transport.ts';
import { startTarget } from '../../target/start-target.ts';
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
