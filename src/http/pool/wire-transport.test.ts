// The wire passes the suite of all transports; here is what it does beyond that.

import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { answer, readHead, send, startScriptedServer } from '../../testing/scripted-server.ts';
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

test('an exchange that is paused before its head has no body timeout until it is resumed', async () => {
  await using server = await startScriptedServer([readHead, send('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na')]);
  const clock = new FakeClock();
  const transport = createWireTransport({ clock, bodyTimeoutMs: 1_000 });
  const one = new RecordedExchange(transport, requestTo(server.origin));
  one.exchange.pause();
  await until(() => one.status === 200);
  clock.advance(5_000);
  expect(one.error).toBe(null);
  one.exchange.resume();
  clock.advance(1_100);
  expect(one.error?.code).toBe('timeout');
  await transport.close();
});

test('what one transport has idle, another gets that has no descriptor left', async () => {
  await using server = await startScriptedServer([readHead, answer('here')]);
  const [rich, poor] = [
    createWireTransport({ keepAliveMs: 60_000 }),
    createWireTransport({
      lookup: (_name, _options, found) => found(Object.assign(new Error('no more'), { code: 'EMFILE' }), []),
    }),
  ];
  await exchange(rich, server.origin);
  expect(rich.statistics().connections).toBe(1);
  const failed = await exchange(poor, 'http://a.test');
  expect(failed.error?.code).toBe('local_limit');
  expect(rich.statistics().connections).toBe(0);
  await Promise.all([rich.close(), poor.close()]);
});
