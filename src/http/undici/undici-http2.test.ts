// undici's HTTP/2 passes the suite; here is what it does beyond that.

import { expect, test } from 'vitest';
import { describeHttp2 } from '../../testing/http2-conformance.ts';
import { hello, startHttp2 } from '../../testing/http2-server.ts';
import { exchange } from '../../testing/recorded-exchange.ts';
import { createUndiciTransport } from './undici-transport.ts';

describeHttp2('undici', createUndiciTransport, { cancelled: 'connection_closed' });

test('fresh ones that fail on a shared connection get one each', async () => {
  await using server = await startHttp2(
    (stream, headers) => {
      if (server.sessions.length === 2) stream.session?.destroy();
      else hello(stream, headers);
    },
    {},
    false,
  );
  const transport = createUndiciTransport({ http: '2' });
  await exchange(transport, server.origin);
  const fresh = () =>
    Promise.all(Array.from({ length: 5 }, () => exchange(transport, server.origin, {}, { fresh: true })));
  expect((await fresh()).every((one) => one.error !== null)).toBe(true);
  expect((await fresh()).every((one) => one.body === 'hello /' && !one.exchange.reused)).toBe(true);
  expect(server.sessions).toHaveLength(7);
  await transport.close();
});
