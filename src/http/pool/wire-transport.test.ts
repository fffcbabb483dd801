// The wire passes the suite of all transports; here is what it does beyond that.

import { expect, test } from 'vitest';
import { exchange } from '../../testing/recorded-exchange.ts';
import { answer, readHead, startScriptedServer } from '../../testing/scripted-server.ts';
import { describeTransport } from '../../testing/transport-conformance.ts';
import { until } from '../../testing/until.ts';
import { createWireTransport } from './wire-transport.ts';

describeTransport('wire', createWireTransport);

test('a connection that has not taken all of a request when its answer comes is not used again', async () => {
  await using server = await startScriptedServer([readHead, answer('too large', '413 No')]);
  const transport = createWireTransport({ keepAliveMs: 60_000 });
  const done = await exchange(transport, server.origin, { method: 'POST', body: Buffer.alloc(30_000_000) });
  expect([done.status, done.body]).toEqual([413, 'too large']);
  await until(() => transport.statistics().connections === 0 && server.open === 0);
  await transport.close();
});
