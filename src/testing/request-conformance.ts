// What every transport with sockets has to put on the wire: part of `transport-conformance.ts`.

import { expect, test } from 'vitest';
import { ByteString } from '../http/byte-string.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import type { Transport } from '../http/transport.ts';
import { exchange } from './recorded-exchange.ts';
import { again, answer, readRequest, startScriptedServer } from './scripted-server.ts';

/** Holds a transport to sending requests byte for byte. */
export function requestsAsTheyAre(make: (options?: TransportOptions) => Transport): void {
  test('a request goes out as it is: method, path, headers, body and its length', async () => {
    await using server = await startScriptedServer([readRequest, answer(''), again]);
    const transport = make();
    const path = '/a%20b?c=%C3%A4&d';
    await exchange(transport, server.origin, {
      method: 'POST',
      path,
      headers: ['X-Own', 'v', 'x-own', 'w'],
      body: 'grün',
    });
    await exchange(transport, server.origin, { method: 'PUT', body: Buffer.from([0, 255, 10]) });
    await exchange(transport, server.origin, { method: 'POST' });
    const [first = '', second = '', third = ''] = server.requests;
    expect(first).toMatch(/^POST \/a%20b\?c=%C3%A4&d HTTP\/1\.1\r\n/);
    expect(first.toLowerCase()).toContain(`\r\nhost: 127.0.0.1:${server.port}\r\n`);
    expect(first).toMatch(/X-Own: v\r\n(.*\r\n)?x-own: w\r\n/);
    expect(first).toMatch(/content-length: 5\r\n\r\ngr\xc3\xbcn$/i);
    expect(second.toLowerCase()).toContain('content-length: 3\r\n\r\n\0\xff\n');
    expect(third).toMatch(/content-length: 0\r\n/i);
  });

  test('headers of its own go out behind the shared ones; a body of bytes in a text goes out as these bytes', async () => {
    await using server = await startScriptedServer([readRequest, answer(''), again]);
    const transport = make();
    const headers = ['x-shared', 's'];
    for (const key of ['k-1', 'k-2']) {
      const body = new ByteString('gr\xc3\xbcn\xff');
      await exchange(transport, server.origin, { method: 'POST', headers, ownHeaders: ['x-key', key], body });
    }
    await exchange(transport, server.origin, { method: 'POST', headers });
    const [first = '', second = '', third = ''] = server.requests;
    for (const [request, key] of [
      [first, 'k-1'],
      [second, 'k-2'],
    ] as const) {
      expect(request).toMatch(new RegExp(`\r\nx-shared: s\r\n(.*\r\n)*x-key: ${key}\r\n`));
      expect(request).toMatch(/content-length: 6\r\n/i);
      expect(request.endsWith('\r\n\r\ngr\xc3\xbcn\xff')).toBe(true);
    }
    expect(third).not.toContain('x-key');
  });
}
