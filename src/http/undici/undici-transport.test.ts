// undici's transport passes the suite of all transports; here is what it does beyond that.

import { expect, test } from 'vitest';
import { exchange } from '../../testing/recorded-exchange.ts';
import { again, answer, readHead, send, startScriptedServer } from '../../testing/scripted-server.ts';
import { describeTransport } from '../../testing/transport-conformance.ts';
import { createUndiciTransport } from './undici-transport.ts';

describeTransport('undici', createUndiciTransport, { refusesContinue: true });

test('a server that keeps connections for a second only is taken at its word', async () => {
  const hint = send('HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 0\r\n\r\n');
  await using server = await startScriptedServer([readHead, hint, again]);
  const transport = createUndiciTransport();
  await exchange(transport, server.origin);
  expect((await exchange(transport, server.origin)).exchange.reused).toBe(false);
  await transport.close();
});

test('sending from inside onEnd uses the connection that has just become free', async () => {
  await using server = await startScriptedServer([readHead, answer('a'), again]);
  const transport = createUndiciTransport();
  let left = 50;
  await new Promise<void>((resolve, reject) => {
    const request = { method: 'GET', origin: server.origin, path: '/', headers: [], body: null, shownUrl: '' };
    const next = (): void => {
      transport.send(request, {
        onHead: () => {},
        onData: () => {},
        onEnd: () => (left-- > 0 ? next() : resolve()),
        onError: reject,
      });
    };
    next();
  });
  expect([server.accepted, server.requests.length]).toEqual([1, 51]);
  await transport.close();
});

test.each([
  [{ path: 'no slash' }, 'bad_url'],
  [{ origin: 'no origin' }, 'bad_url'],
  [{ headers: ['a b', 'c'] }, 'bad_header'],
  [{ headers: ['a', 'b\r\nc: d'] }, 'bad_header'],
  [{ headers: ['transfer-encoding', 'chunked'] }, 'bad_header'],
  [{ method: 'A B' }, 'bad_method'],
])('what cannot be sent is an error after send has returned: %j', async (changes, code) => {
  await using server = await startScriptedServer([]);
  const transport = createUndiciTransport();
  const done = await exchange(transport, server.origin, changes);
  expect([done.story, done.error?.code, done.error?.sent]).toEqual(['error', code, false]);
  expect([server.requests, transport.statistics().inFlight]).toEqual([[], 0]);
  await transport.close();
});
