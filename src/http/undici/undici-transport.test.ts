// undici's transport passes the suite of all transports; here is what it does beyond that.

import { expect, test } from 'vitest';
import { exchange } from '../../testing/recorded-exchange.ts';
import { startScriptedServer } from '../../testing/scripted-server.ts';
import { describeTransport } from '../../testing/transport-conformance.ts';
import { createUndiciTransport } from './undici-transport.ts';

describeTransport('undici', createUndiciTransport, { isUndici: true });

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
